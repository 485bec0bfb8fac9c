"""The room's services over a real database and real files."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from tavernai.characters.avatars import AvatarService
from tavernai.characters.importing import Imported, ImportService
from tavernai.characters.personas.ports import Uses
from tavernai.characters.personas.service import PersonaService
from tavernai.characters.service import CharacterService
from tavernai.engines.blobs import FileBlobs
from tavernai.engines.pictures import PillowPictures
from tavernai.kernel.ids import new_id
from tavernai.ledger.ports import Storage


class NoLocks:
    """Nothing is locked."""

    def uses(self, conn: Connection, owner_id: str, *, persona_ids: Collection[str]) -> Mapping[str, Uses]:
        return {}


@dataclass(frozen=True)
class Room:
    """Everything the room offers, and the person who asks."""

    storage: Storage
    characters: CharacterService
    imports: ImportService
    avatars: AvatarService
    personas: PersonaService
    blobs: Path
    user_id: str

    async def imported(self, data: bytes, filename: str = "card.png") -> Imported:
        return await self.imports.import_bytes(self.user_id, filename, data)

    async def created(self, name: str, **fields: Any) -> str:
        return (await self.characters.create(self.user_id, {"name": name, **fields})).id


def room_over(storage: Storage, folder: Path) -> Room:
    blobs, pictures = FileBlobs(folder), PillowPictures()
    avatars = AvatarService(storage, blobs, pictures)
    return Room(
        storage, CharacterService(storage, blobs, pictures), ImportService(storage, blobs),
        avatars, PersonaService(storage, avatars=avatars, locks=NoLocks()), folder, new_id(),
    )  # fmt: skip


@pytest.fixture
def room(sqlite_storage: Storage, tmp_path: Path) -> Room:
    return room_over(sqlite_storage, tmp_path / "blobs")

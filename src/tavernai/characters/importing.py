"""Importing card files, one by one: a bad one is refused by name and the others go on; nothing is half written.

The bytes are read and kept first, the fact follows. A process killed in between leaves a blob nobody points to, never a
character without its file.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from tavernai.characters import events as e
from tavernai.characters import store
from tavernai.characters.domain import png
from tavernai.characters.domain.assets import Asset, AssetRefused
from tavernai.characters.domain.pictures import PIXELS_MAX, picture_hash, picture_kind
from tavernai.characters.domain.reading import canonical_hash, read_file
from tavernai.characters.domain.repairs import Repairs
from tavernai.characters.errors import UploadTooLarge
from tavernai.characters.service import char_stream
from tavernai.kernel.errors import TavernError
from tavernai.kernel.facts import By
from tavernai.kernel.ids import new_id
from tavernai.kernel.text import clean_text
from tavernai.ledger.ports import Storage
from tavernai.ledger.transaction import Transaction
from tavernai.storage.ports import Blobs

FILE_BYTES_MAX = 64 * 1024 * 1024
REQUEST_BYTES_MAX = 256 * 1024 * 1024
FILES_MAX = 200
AT_ONCE = 4
FILENAME_CHARS_MAX = 255

Status = Literal["imported", "duplicate", "refused"]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file somebody sent; read when its turn comes, so that a batch does not lie in memory."""

    filename: str
    size: int
    read: Callable[[], Awaitable[bytes]]


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one file."""

    filename: str
    status: Status
    character_id: str | None = None
    name: str | None = None
    code: str | None = None
    message: str | None = None
    warnings: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file that was understood, its blobs stored."""

    fact: e.CharacterImported
    picture: bytes | None
    """what will be shown, for whoever makes it smaller at once"""


class ImportService:
    """Card files into a person's characters."""

    def __init__(self, storage: Storage, blobs: Blobs) -> None:
        self._storage = storage
        self._blobs = blobs
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def import_files(self, user_id: str, uploads: Sequence[Upload]) -> list[Imported]:
        """Every file's outcome, in the order they were sent. Raises UploadTooLarge for the whole request."""
        if len(uploads) > FILES_MAX or sum(upload.size for upload in uploads) > REQUEST_BYTES_MAX:
            raise UploadTooLarge(files_max=FILES_MAX, request_bytes_max=REQUEST_BYTES_MAX)
        reading = [asyncio.ensure_future(self._read(upload)) for upload in uploads]
        try:
            # Read side by side, recorded in the order sent: of two equal files the first becomes the character.
            recording = [asyncio.ensure_future(self._recorded(user_id, await one)) for one in reading]
            return list(await asyncio.gather(*recording))
        finally:
            for one in reading:
                one.cancel()

    async def import_bytes(self, user_id: str, filename: str, data: bytes, *, source: str | None = None) -> Imported:
        """One file's outcome; `source` says where it came from when that is not the file's kind."""
        return await self._recorded(user_id, await self._understood(filename, data, source))

    async def _read(self, upload: Upload) -> e.CharacterImported | Imported:
        async with self._turns:
            if upload.size > FILE_BYTES_MAX:
                return _refused(upload.filename, UploadTooLarge(file_bytes_max=FILE_BYTES_MAX))
            return await self._understood(upload.filename, await upload.read(), None)

    async def _understood(self, filename: str, data: bytes, source: str | None) -> e.CharacterImported | Imported:
        filename = clean_text(filename)[:FILENAME_CHARS_MAX]
        try:
            return (await asyncio.to_thread(self.prepared, data, filename, source)).fact
        except TavernError as error:
            if error.status >= 500:  # ours, not the file's: the whole request must tell
                raise
            return _refused(filename, error)

    async def _recorded(self, user_id: str, fact: e.CharacterImported | Imported) -> Imported:
        if isinstance(fact, Imported):
            return fact

        return await self._storage.commit(lambda tx: imported_in(tx, user_id, fact))

    def prepared(self, data: bytes, filename: str, source: str | None = None) -> Prepared:
        """The fact a file's bytes will be told by, its blobs stored. For threads. Raises CardRefused and its like."""
        found = read_file(data, filename=filename)
        repairs = Repairs(list(found.repairs))
        shown = found.picture if found.picture is not None and _can_be_shown(found.picture) else None
        if found.picture is not None and shown is None:
            repairs.add("picture_unusable")
        if found.chats:
            repairs.add("chats_left", detail=len(found.chats))
        assets = self._kept(found.assets, repairs)
        original = self._blobs.put(data)
        avatar = original if shown is data else None if shown is None else self._blobs.put(shown)
        fact = e.CharacterImported(
            new_id(), found.card.data, found.card.outer, found.card.version, canonical_hash(found.card),
            original, avatar, filename, source or found.kind,
            repairs.as_json(), None if shown is None else picture_hash(shown), assets or None,
        )  # fmt: skip
        return Prepared(fact, shown)

    def _kept(self, assets: Iterable[Asset], repairs: Repairs) -> list[dict[str, Any]]:
        """The pictures stored, one at a time in memory; one that cannot be read is told and left out."""
        kept: list[dict[str, Any]] = []
        for asset in assets:
            try:
                data = asset.read()
            except AssetRefused as refused:
                repairs.add(str(refused), asset.name)
                continue
            kept.append({
                "kind": asset.kind, "name": asset.name, "media_type": asset.media_type, "bytes": len(data),
                "blob": self._blobs.put(data),
            })  # fmt: skip
        return kept


def imported_in(tx: Transaction, user_id: str, fact: e.CharacterImported, *, cause_id: str | None = None) -> Imported:
    """Record it, unless the same file or card is a character already. For rooms above, inside their unit of work."""
    twins = tx.rows(store.twins(user_id, original=fact.original, card_hash=fact.card_hash))
    if twins:
        return Imported(fact.filename, "duplicate", twins[0]["id"], twins[0]["name"], warnings=fact.warnings)
    by = By(f"user:{user_id}", "import")
    tx.append(char_stream(user_id, fact.character_id), [fact], by=by, cause_id=cause_id)
    return Imported(fact.filename, "imported", fact.character_id, fact.card["name"], warnings=fact.warnings)


def _can_be_shown(picture: bytes) -> bool:
    """Whether it is of a kind we show. A PNG says its size, so that a bomb is known before anybody looks at it."""
    if not png.is_png(picture):
        return picture_kind(picture) is not None
    size = png.size(picture)
    return size is not None and 0 < size[0] * size[1] <= PIXELS_MAX


def _refused(filename: str, error: TavernError) -> Imported:
    return Imported(filename, "refused", code=error.code, message=error.detail)

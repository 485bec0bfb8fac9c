"""A character's background: made small enough once, when it comes, and kept only so."""

import asyncio

from tavernai.characters.avatars import WEBP, Served
from tavernai.characters.errors import InTrash
from tavernai.characters.events import CharacterBackgroundChanged
from tavernai.characters.ports import Pictures
from tavernai.characters.service import char_stream, find_in
from tavernai.characters.shown import Character
from tavernai.characters.store import character
from tavernai.kernel.errors import NotFound
from tavernai.kernel.facts import By
from tavernai.ledger.ports import Storage
from tavernai.ledger.transaction import Transaction
from tavernai.storage.ports import Blobs
from tavernai.storage.rows import Row


class BackgroundService:
    """Pictures behind chats, one for each character that has one."""

    def __init__(self, storage: Storage, blobs: Blobs, pictures: Pictures) -> None:
        self._storage = storage
        self._blobs = blobs
        self._pictures = pictures
        self._turns = asyncio.Semaphore(1)

    async def background(self, user_id: str, character_id: str) -> Served:
        """The picture as it was kept. Raises NotFound, also for a character that has none."""
        row = await self._storage.read(lambda conn: character(conn, user_id, character_id))
        if row is None or row["background"] is None:
            raise NotFound
        digest = str(row["background"])
        return Served(await asyncio.to_thread(self._blobs.get, digest), WEBP, f'"{digest[:32]}"', digest)

    async def change(self, user_id: str, character_id: str, data: bytes | None) -> Character:
        """Another picture, or none. Raises NotFound, InTrash, PictureRefused."""
        await self._storage.read(lambda conn: _owned(character(conn, user_id, character_id)))
        digest = await self._kept(data) if data is not None else None

        def unit(tx: Transaction) -> Character:
            now = find_in(tx, user_id, character_id)
            if now.row["deleted"]:
                raise InTrash
            if now.row["background"] != digest:
                fact = CharacterBackgroundChanged(character_id, digest)
                tx.append(char_stream(user_id, character_id), [fact], by=By.user(user_id))
            return find_in(tx, user_id, character_id)

        return await self._storage.commit(unit)

    async def _kept(self, data: bytes) -> str:
        async with self._turns:
            made = await asyncio.to_thread(self._pictures.backdrop, data)
        return await asyncio.to_thread(self._blobs.put, made)


def _owned(row: Row | None) -> None:
    if row is None:
        raise NotFound

"""Pictures as they are served: made smaller when first asked for, kept, and drawn when there is none."""

import asyncio
import hashlib
from dataclasses import dataclass
from functools import partial
from typing import Any

from tavernai.characters import store
from tavernai.characters.domain.pictures import Size
from tavernai.characters.domain.portrait import portrait_svg
from tavernai.characters.errors import PictureRefused
from tavernai.characters.ports import Pictures
from tavernai.characters.tables import thumbnails
from tavernai.kernel.errors import NotFound
from tavernai.ledger.ports import Storage
from tavernai.ledger.transaction import Transaction
from tavernai.storage.ports import Blobs

AT_ONCE = 2
"""Pictures decoded at the same time; a large one takes up to 160 MB while it is made smaller."""

WEBP, SVG = "image/webp", "image/svg+xml"


@dataclass(frozen=True, slots=True)
class Served:
    """A picture ready to send; `etag` changes whenever its bytes do."""

    content: bytes
    media_type: str
    etag: str
    avatar: str | None
    """sha256 of the picture it was made from, None for a drawn one"""


class AvatarService:
    """Pictures of characters and personas in the sizes the page shows."""

    def __init__(self, storage: Storage, blobs: Blobs, pictures: Pictures) -> None:
        self._storage = storage
        self._blobs = blobs
        self._pictures = pictures
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def avatar(self, user_id: str, character_id: str, size: Size) -> Served:
        """The character's picture, or a drawn portrait when it has none that can be shown. Raises NotFound."""

        def query(conn: Any) -> tuple[str, str | None, str | None]:
            row = store.character(conn, user_id, character_id)
            if row is None:
                raise NotFound
            blob = store.thumbnail(conn, row["avatar"], size) if row["avatar"] else None
            return row["name"], row["avatar"], blob

        name, avatar, blob = await self._storage.glance(query)
        return await self._served(name, avatar, size, blob=blob)

    async def portrait(self, name: str, avatar: str | None, size: Size) -> Served:
        """Anybody's picture (its sha256) in this size, or one drawn for the name."""
        blob = None
        if avatar is not None:
            blob = await self._storage.glance(lambda conn: store.thumbnail(conn, avatar, size))
        return await self._served(name, avatar, size, blob=blob)

    async def kept(self, data: bytes) -> str:
        """Store a picture; its sha256. Raises PictureRefused: it could not be shown."""
        await self.resized(data, Size.SMALL)
        return await asyncio.to_thread(self._blobs.put, data)

    async def whole(self, name: str, avatar: str | None) -> bytes:
        """A picture (its sha256) as it came, or a PNG drawn for the name."""
        async with self._turns:
            made = partial(self._blobs.get, avatar) if avatar else partial(self._pictures.portrait_png, name)
            return await asyncio.to_thread(made)

    async def _served(self, name: str, avatar: str | None, size: Size, *, blob: str | None) -> Served:
        if avatar is None:
            return _drawn(name)
        try:
            content = await asyncio.to_thread(self._blobs.get, blob) if blob else await self._made(avatar, size)
        except PictureRefused:
            return _drawn(name)
        return Served(content, WEBP, f'"{avatar[:32]}-{size}"', avatar)

    async def resized(self, data: bytes, size: Size) -> bytes:
        """Any picture in this size, in its turn. Raises PictureRefused."""
        async with self._turns:
            return await asyncio.to_thread(self._pictures.resized, data, size)

    async def _made(self, avatar: str, size: Size) -> bytes:
        content = await self.resized(await asyncio.to_thread(self._blobs.get, avatar), size)
        blob = await asyncio.to_thread(self._blobs.put, content)

        def unit(tx: Transaction) -> None:
            if tx.get(thumbnails, (avatar, str(size))) is None:
                tx.insert(thumbnails, {"source": avatar, "size": str(size), "blob": blob})

        await self._storage.commit(unit)
        return content


def _drawn(name: str) -> Served:
    content = portrait_svg(name).encode()
    return Served(content, SVG, f'"{hashlib.sha256(content).hexdigest()[:32]}"', None)

"""A card's own pictures: listed, and served small for a gallery or as they came."""

import asyncio
from typing import Any

from sqlalchemy import select

from tavernai.characters import store
from tavernai.characters.avatars import AvatarService, Served
from tavernai.characters.domain.pictures import Size, picture_kind
from tavernai.characters.tables import character_assets
from tavernai.kernel.errors import NotFound
from tavernai.kernel.paging import Page, decode_cursor, encode_cursor
from tavernai.ledger.ports import Storage
from tavernai.storage.ports import Blobs
from tavernai.storage.rows import Row

_a = character_assets.c


class AssetService:
    """What cards brought along, each for who has the character."""

    def __init__(self, storage: Storage, blobs: Blobs, avatars: AvatarService) -> None:
        self._storage = storage
        self._blobs = blobs
        self._avatars = avatars

    async def page(self, user_id: str, character_id: str, *, cursor: str | None, limit: int) -> Page[Row]:
        """A character's pictures in the card's order. Raises NotFound."""
        after = decode_cursor(cursor, int)[0] if cursor else -1
        query = (
            select(character_assets)
            .where(_a.character_id == character_id, _a.place > after)
            .order_by(_a.place)
            .limit(limit + 1)
        )

        def found(conn: Any) -> list[Row]:
            if store.character(conn, user_id, character_id) is None:
                raise NotFound
            return [dict(row) for row in conn.execute(query).mappings()]

        rows = await self._storage.read(found)
        return Page(rows[:limit], encode_cursor(rows[limit - 1]["place"]) if len(rows) > limit else None)

    async def content(self, blob: str) -> bytes:
        """The bytes of a stored picture, for who saw its owner's row."""
        return await asyncio.to_thread(self._blobs.get, blob)

    async def picture(self, user_id: str, character_id: str, blob: str, size: Size | None) -> Served:
        """One of them by its sha256: in this size, or as it came. Raises NotFound."""
        query = select(_a.name, _a.media_type).where(
            _a.character_id == character_id, _a.blob == blob, _a.owner_id == user_id
        )
        row = await self._storage.read(lambda conn: conn.execute(query).first())
        if row is None:
            raise NotFound
        content = await asyncio.to_thread(self._blobs.get, blob)
        if size is None or picture_kind(content) is None:  # a kind that is shown and not made smaller
            return Served(content, row.media_type, f'"{blob[:32]}"', blob)
        return await self._avatars.portrait(row.name, blob, size)

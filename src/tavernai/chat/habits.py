"""How much a person chats with each of their characters: the gallery's port over conversations."""

from typing import Any

from sqlalchemy import BigInteger, Select, cast, func, select

from tavernai.chat.tables import conversations


class OwnChats:
    """Conversations outside the trash. Fulfils characters.gallery.ports.Chats."""

    def told(self, owner_id: str) -> Select[Any]:
        c = conversations.c
        return (
            select(
                c.character_id,
                func.max(c.recent_at).label("chatted_at"),
                func.count().label("chats"),
                cast(func.sum(c.message_count), BigInteger).label("messages"),
            )
            .where(c.owner_id == owner_id, c.deleted_pos.is_(None), c.character_id.is_not(None))
            .group_by(c.character_id)
        )

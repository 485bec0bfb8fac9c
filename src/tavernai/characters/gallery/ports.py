"""What the gallery needs of others."""

from typing import Any, Protocol

from sqlalchemy import Select, String, cast, false, literal, select


class Chats(Protocol):
    """How much a person chats with each character."""

    def told(self, owner_id: str) -> Select[Any]:
        """A row a character that was chatted with: character_id, chatted_at (ms), chats, messages."""
        ...


class NoChats:
    """Nobody was spoken to."""

    def told(self, owner_id: str) -> Select[Any]:
        nobody: Any = select(
            cast(literal(""), String).label("character_id"), literal(0).label("chatted_at"),
            literal(0).label("chats"), literal(0).label("messages"),
        ).where(false())  # fmt: skip
        return nobody  # type: ignore[no-any-return]

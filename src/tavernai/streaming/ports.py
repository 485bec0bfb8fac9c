"""What streaming needs of the rooms above it; bootstrap ties them."""

from typing import Protocol

from sqlalchemy import Connection


class Access(Protocol):
    """Who may listen to what."""

    def may_hear(self, conn: Connection, user_id: str, conversation_id: str) -> bool:
        """Whether this conversation is this person's."""
        ...


class Interrupt(Protocol):
    """Stops a reply."""

    async def interrupt(self, user_id: str, conversation_id: str | None, *, task_id: str | None) -> None:
        """Stop this task, or the one running in the conversation; idempotent, nothing to stop is no error."""
        ...

"""What lorebooks need of others."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection

from tavernai.kernel.uses import Uses


@dataclass(slots=True)
class Attached:
    """Where a book is attached: everywhere, and how many characters, conversations and personas have it."""

    everywhere: bool = False
    characters: int = 0
    conversations: int = 0
    personas: int = 0


class Attachments(Protocol):
    """Where people attached their books."""

    def attached(self, conn: Connection, owner_id: str, *, lorebook_ids: Collection[str]) -> Mapping[str, Attached]:
        """By book; one that is attached nowhere is left out."""
        ...

    def uses(self, conn: Connection, owner_id: str, *, lorebook_id: str, name: str) -> Uses:
        """Every place that reads one book, cards that name it included."""
        ...

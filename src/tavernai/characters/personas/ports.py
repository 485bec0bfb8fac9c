"""What personas need of others."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from sqlalchemy import Connection

USES_SHOWN_MAX = 20


@dataclass(frozen=True, slots=True)
class Use:
    """A place where somebody said that this persona is played: everywhere, with a character, in a conversation."""

    type: Literal["user", "character", "conversation"]
    id: str
    name: str


@dataclass(slots=True)
class Uses:
    """Where a persona is locked: how many places, and the first USES_SHOWN_MAX of them by name."""

    count: int = 0
    places: list[Use] = field(default_factory=list)


class Locks(Protocol):
    """Where personas are locked to characters and conversations."""

    def uses(self, conn: Connection, owner_id: str, *, persona_ids: Collection[str]) -> Mapping[str, Uses]:
        """By persona; one that is locked nowhere is left out."""
        ...

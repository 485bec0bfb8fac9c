"""What presets need of others."""

from typing import Protocol

from sqlalchemy import Connection

from tavernai.kernel.uses import Uses


class Choices(Protocol):
    """Where people chose their presets."""

    def uses(self, conn: Connection, owner_id: str, *, preset_id: str) -> Uses:
        """Every layer that chooses it."""
        ...


class NoChoices:
    """Nothing is chosen."""

    def uses(self, conn: Connection, owner_id: str, *, preset_id: str) -> Uses:
        return Uses()

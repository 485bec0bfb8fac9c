"""What the agent needs of others; bootstrap and engines fulfil it."""

from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import Connection

from tavernai.chat.ports import CastMember
from tavernai.config.domain.fold import Effective
from tavernai.ledger.transaction import Transaction
from tavernai.prompting.domain.scene import Persona


@dataclass(frozen=True, slots=True)
class Played:
    """Who the person plays, and the lorebook that goes with them."""

    persona: Persona = field(default_factory=Persona)
    lorebook_id: str | None = None


class Stage(Protocol):
    """Characters, personas and config, as far as a reply needs them."""

    def role(self, tx: Transaction, owner_id: str, *, character_id: str) -> CastMember:
        """The character a conversation is opened with. Raises NotFound."""
        ...

    def user_name(
        self, tx: Transaction, user_id: str, *, character_id: str | None = None, conversation_id: str | None = None
    ) -> str:
        """What the person is called there."""
        ...

    def card(self, conn: Connection, owner_id: str, *, character_id: str) -> dict[str, Any] | None:
        """The card's `data` under V3 names, also of a character in the trash; None when there is none."""
        ...

    def config(self, conn: Connection, user_id: str, *, character_id: str | None, conversation_id: str) -> Effective:
        """What the person tuned, as it holds in this conversation."""
        ...

    def persona(self, conn: Connection, user_id: str, *, config: Effective) -> Played:
        """Who the person plays where this config holds."""
        ...

"""What the config room needs of others: whose a scope is, and whether a value names something that is there."""

from typing import Any, Protocol

from sqlalchemy import Connection

from tavernai.config.domain.fold import Scope
from tavernai.ledger.transaction import Transaction


class Places(Protocol):
    """Characters, conversations, personas, as far as config needs them."""

    def placed(
        self, conn: Connection, user_id: str, *, character_id: str | None, conversation_id: str | None
    ) -> str | None:
        """The character of this place: the one given, else the conversation's. Raises NotFound: not this person's."""
        ...

    def placed_in(self, tx: Transaction, user_id: str, scope: Scope) -> tuple[str | None, str | None]:
        """The place a scope stands at, (character id, conversation id). Raises NotFound: not this person's."""
        ...

    def check(self, tx: Transaction, user_id: str, *, path: str, value: Any) -> None:
        """Raises BadValue: the value names something that this person has not."""
        ...

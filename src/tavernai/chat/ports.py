"""What this room needs from others."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from sqlalchemy import Connection

from tavernai.kernel.facts import By
from tavernai.ledger.transaction import Transaction


@dataclass(frozen=True, slots=True)
class CastMember:
    """Who a conversation is with, and what they may open it with."""

    name: str
    greetings: list[str]
    user_name: str
    """how the person is called: the name of the persona they play with this character"""


class Cast(Protocol):
    """Characters and personas, as far as a conversation needs them."""

    def role(self, tx: Transaction, owner_id: str, *, character_id: str) -> CastMember:
        """The character to open a conversation with. Raises NotFound: none, in the trash, or somebody else's."""
        ...

    def avatars(self, conn: Connection, owner_id: str, *, character_ids: Collection[str]) -> dict[str, str]:
        """Avatar URLs by character id; a character without one, or gone, is left out."""
        ...


@dataclass(frozen=True, slots=True)
class Greeted:
    """What a character says first in a new conversation, each greeting as it is stored."""

    texts: list[str]
    left: Sequence[Mapping[str, Any]]
    """what each set besides, for who made them"""


GREETINGS_MAX: Final = 1_000
"""Of all who greet in a conversation: each is a row that the only writer writes."""


class Greeter(Protocol):
    """Runs the macros of greetings."""

    def greeted(
        self,
        conn: Connection,
        user_id: str,
        *,
        character_id: str,
        conversation_id: str,
        group: Mapping[str, Any] | None = None,
        most: int = GREETINGS_MAX,
    ) -> Greeted | None:
        """What each greeting says in a conversation that is about to be opened; None: no such character.

        Args:
            group: who else is there, as `conversation.grouped` tells it.
            most: so many of the character's greetings.
        """
        ...

    def settle(
        self,
        tx: Transaction,
        greeted: Greeted,
        *,
        opened: Any,
        shown: int,
        owner_id: str,
        by: By,
        is_first: bool = True,
    ) -> None:
        """Record what the greetings set, in the unit that opened the conversation.

        Args:
            is_first: False for one that others stand above, whose variables stay.
        """
        ...


class Tasks(Protocol):
    """What writes replies, as far as taking a message back needs it."""

    def cancel(self, tx: Transaction, task_ids: Sequence[str], *, owner_id: str, by: By) -> None:
        """Cancel those of these tasks that have not ended, in this unit of work; ids of ended tasks are passed too."""
        ...


class Corrector(Protocol):
    """What scripts make of a text that a person edited, before it is stored."""

    def edited(self, conn: Connection, user_id: str, text: str, *, conversation_id: str, role: str) -> str:
        """The text as it is stored; as it is written where nothing has a say."""
        ...


class Pages(Protocol):
    """The person's open pages, as far as they are told at once of what is no fact."""

    def tell_draft(self, owner_id: str, conversation_id: str, told: dict[str, Any]) -> None:
        """What stands unsent in a conversation: {draft: {text, updated_at} | None, page}."""
        ...


class NoPages:
    """Nobody looks."""

    def tell_draft(self, owner_id: str, conversation_id: str, told: dict[str, Any]) -> None:
        pass


@dataclass(frozen=True, slots=True)
class Kept:
    """What a conversation from SillyTavern brought along that has no home here."""

    metadata: Mapping[str, Any] = field(default_factory=dict)
    """`chat_metadata` of the file's header"""
    lines: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """by message id: {line, swipes?}, as `kept` of a ChatMessage and of its variants"""


class Origins(Protocol):
    """Where conversations came from, as far as an export gives it back."""

    def kept(self, conn: Connection, conversation_id: str) -> Kept: ...


class NoOrigins:
    """Nothing came from elsewhere."""

    def kept(self, conn: Connection, conversation_id: str) -> Kept:
        return Kept()

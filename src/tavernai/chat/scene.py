"""A conversation inside a unit of work: its rows found, checked for their owner, and seen along the shown path."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tavernai.chat.domain.tree import Fetch, is_above, variant_on_path
from tavernai.chat.errors import (
    ConversationInTrash,
    ConversationNotFound,
    MessageInTrash,
    MessageNotFound,
    VariantNotFound,
)
from tavernai.chat.tables import conversations, messages, variants
from tavernai.kernel.facts import By, Recorded
from tavernai.ledger.domain import Stream
from tavernai.ledger.transaction import Transaction
from tavernai.storage.rows import Row
from tavernai.storage.unit import Unit


def fetch_in(tx: Unit) -> Fetch:
    """Messages by position; asking for one that was never added is a fault of ours."""

    def fetch(pos: int) -> Row:
        found = tx.get(messages, pos)
        if found is None:
            raise LookupError(f"no message at position {pos}")
        return found

    return fetch


def id_at(tx: Unit, pos: int | None) -> str | None:
    """The id of the message at this position."""
    return None if pos is None else str(fetch_in(tx)(pos)["id"])


def variant_at(tx: Unit, pos: int, n: int) -> Row:
    """One variant of a message that has it."""
    found = tx.get(variants, (pos, n))
    if found is None:
        raise LookupError(f"no variant {n} of the message at position {pos}")
    return found


def message_for(tx: Unit, owner_id: str, message_id: str) -> Row:
    """The message's row. Raises MessageNotFound: none, or somebody else's."""
    found = tx.find(messages, id=message_id)
    if found is None or found["owner_id"] != owner_id:
        raise MessageNotFound
    return found


def conversation_for(tx: Unit, owner_id: str, conversation_id: str) -> Row:
    """The conversation's row, also when it is in the trash. Raises ConversationNotFound."""
    found = tx.get(conversations, conversation_id)
    if found is None or found["owner_id"] != owner_id:
        raise ConversationNotFound
    return found


@dataclass(frozen=True, slots=True)
class Scene:
    """A conversation that may be written to, and who writes."""

    tx: Transaction
    conversation: Row
    by: By

    @classmethod
    def of(cls, tx: Transaction, conversation_id: str, *, owner_id: str, by: By) -> "Scene":
        """Raises ConversationNotFound, ConversationInTrash."""
        conversation = conversation_for(tx, owner_id, conversation_id)
        if conversation["deleted_pos"] is not None:
            raise ConversationInTrash
        return cls(tx, conversation, by)

    @classmethod
    def around(
        cls, tx: Transaction, message_id: str, *, owner_id: str, by: By, conversation_id: str | None = None
    ) -> tuple["Scene", Row]:
        """The message and its conversation, or the copy of it that is named.

        Raises MessageNotFound: none, somebody else's, or not in the conversation named; ConversationInTrash.
        """
        message = message_for(tx, owner_id, message_id)
        scene = cls.of(tx, conversation_id or message["conv_id"], owner_id=owner_id, by=by)
        scene.check_has(message)
        return scene, message

    @property
    def id(self) -> str:
        return str(self.conversation["id"])

    @property
    def fetch(self) -> Fetch:
        return fetch_in(self.tx)

    @property
    def leaf(self) -> Row | None:
        pos = self.conversation["active_leaf"]
        return None if pos is None else self.fetch(pos)

    @property
    def leaf_id(self) -> str | None:
        leaf = self.leaf
        return None if leaf is None else str(leaf["id"])

    def owns(self, message: Row) -> bool:
        """Whether the message was added here, not above the fork of a copy."""
        return bool(message["conv_id"] == self.conversation["id"])

    def has(self, message: Row) -> bool:
        """Whether the message is this conversation's own or one it shares."""
        fork = self.conversation["fork_pos"]
        return self.owns(message) or (fork is not None and is_above(message, self.fetch(fork), fetch=self.fetch))

    def check_has(self, message: Row) -> None:
        """Raises MessageNotFound."""
        if not self.has(message):
            raise MessageNotFound

    def is_cut(self, message: Row) -> bool:
        """In the trash with what followed. What another conversation threw away stays in its copies."""
        return self.owns(message) and message["cut_pos"] is not None

    def in_trash(self, message: Row) -> bool:
        return message["deleted_pos"] is not None or self.is_cut(message)

    def check_live(self, message: Row) -> None:
        """Raises MessageInTrash."""
        if self.in_trash(message):
            raise MessageInTrash

    def on_path(self, message: Row) -> int | None:
        """The variant shown of a message on the active path; None off it."""
        return variant_on_path(message, self.leaf, self.conversation["leaf_variant"], fetch=self.fetch)

    def shown(self, message: Row) -> Row:
        """The variant a person sees of this message: that of the path, or off the path the one selected last."""
        n = self.on_path(message)
        return variant_at(self.tx, message["pos"], message["active_variant"] if n is None else n)

    def variant(self, message: Row, variant_id: str) -> Row:
        """One of the message's variants. Raises VariantNotFound."""
        found = self.tx.find(variants, id=variant_id)
        if found is None or found["message_pos"] != message["pos"]:
            raise VariantNotFound
        return found

    def record(self, *facts: Any, task_id: str | None = None, cause_id: str | None = None) -> Sequence[Recorded]:
        stream = stream_of(self.conversation)
        return self.tx.append(stream, facts, by=self.by, task_id=task_id, cause_id=cause_id)


def stream_of(conversation: Row) -> Stream:
    """Where the conversation's facts stand."""
    return Stream(key=f"conv:{conversation['id']}", owner_id=conversation["owner_id"])

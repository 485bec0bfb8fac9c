"""Whole conversations from elsewhere, written node by node: functions for rooms above, inside their unit of work.

Ids come from the caller, so that an import which was interrupted goes on where it stopped: what stands there already
is not written twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tavernai.chat.events import (
    BookmarkSet,
    ConversationCreated,
    ConversationGrouped,
    LeafSelected,
    MessageAdded,
    VariantAdded,
)
from tavernai.chat.scene import conversation_for, id_at, stream_of
from tavernai.chat.tables import bookmarks, conversation_groups, conversations, messages, variants
from tavernai.kernel.facts import By
from tavernai.ledger.domain import Stream
from tavernai.ledger.transaction import Transaction

TITLE_CHARS_MAX = 200


@dataclass(frozen=True, slots=True)
class Told:
    """One message as it was elsewhere."""

    id: str
    parent_id: str | None
    parent_variant_id: str | None
    role: str
    name: str
    character_id: str | None
    variants: Sequence[dict[str, Any]]
    """{id, text, at?, model?, reasoning?}"""
    selected: int
    hidden: bool
    at: int


@dataclass(frozen=True, slots=True)
class Further:
    """Another text of a message that stands already; it is not selected."""

    message_id: str
    variant_id: str
    text: str


@dataclass(slots=True)
class Piece:
    """A bounded part of a conversation."""

    messages: list[Told] = field(default_factory=list)
    variants: list[Further] = field(default_factory=list)
    bookmarks: list[tuple[str, str]] = field(default_factory=list)
    """(message id, label)"""


def begin(
    tx: Transaction,
    conversation_id: str,
    *,
    owner_id: str,
    by: By,
    character_id: str | None,
    character_name: str,
    title: str,
    cause_id: str | None = None,
) -> None:
    """The conversation, empty; begun before: nothing."""
    if tx.get(conversations, conversation_id) is not None:
        return
    fact = ConversationCreated(conversation_id, character_id, character_name, title[:TITLE_CHARS_MAX])
    tx.append(Stream(f"conv:{conversation_id}", owner_id), [fact], by=by, cause_id=cause_id)


def group_in(tx: Transaction, conversation_id: str, group: dict[str, Any], *, owner_id: str, by: By) -> None:
    """Several characters speak in it: what `conversation.grouped` tells; told before: nothing."""
    if tx.get(conversation_groups, conversation_id) is None:
        stream = Stream(f"conv:{conversation_id}", owner_id)
        tx.append(stream, [ConversationGrouped(conversation_id, group)], by=by)


def add_piece(tx: Transaction, conversation_id: str, piece: Piece, *, owner_id: str, by: By) -> None:
    """Add what is not there yet. Parents stand before their children, in this piece or an earlier one."""
    conversation = conversation_for(tx, owner_id, conversation_id)
    stream, leaf = stream_of(conversation), id_at(tx, conversation["active_leaf"])
    facts: list[Any] = []
    for told in piece.messages:
        if tx.find(messages, id=told.id) is None:
            facts.append(_added(told, leaf))
            leaf = told.id
    if facts:
        tx.append(stream, facts, by=by)
    marks: list[Any] = [_further(tx, one) for one in piece.variants if tx.find(variants, id=one.variant_id) is None]
    marks += [mark for one in piece.bookmarks if (mark := _marked(tx, conversation_id, *one)) is not None]
    if marks:
        tx.append(stream, marks, by=by)


def finish(
    tx: Transaction, conversation_id: str, *, leaf_id: str | None, variant_id: str | None, owner_id: str, by: By
) -> int:
    """Let the conversation end at this message, if it does not yet; its position."""
    conversation = conversation_for(tx, owner_id, conversation_id)
    was = id_at(tx, conversation["active_leaf"])
    if leaf_id is not None and leaf_id != was:
        tx.append(stream_of(conversation), [LeafSelected(leaf_id, was, variant_id)], by=by)
    position: int = conversation_for(tx, owner_id, conversation_id)["position"]
    return position


def _added(told: Told, leaf: str | None) -> MessageAdded:
    return MessageAdded(
        message_id=told.id,
        parent_id=told.parent_id,
        parent_variant_id=told.parent_variant_id,
        role=told.role,
        name=told.name,
        character_id=told.character_id,
        status="complete",
        variants=[{"kind": "import", **one} for one in told.variants],
        task_id=None,
        selected=told.selected,
        was_leaf_id=leaf,
        hidden=told.hidden,
        at=told.at,
    )


def _further(tx: Transaction, one: Further) -> VariantAdded:
    message = tx.find(messages, id=one.message_id)
    if message is None:
        raise LookupError(f"no message {one.message_id}")
    shown = tx.get(variants, (message["pos"], message["active_variant"]))
    assert shown is not None
    return VariantAdded(
        message_id=one.message_id, variant_id=one.variant_id, kind="import", task_id=None, status="complete",
        was_variant_id=shown["id"], was_leaf_id=None, text=one.text, selects=False,
    )  # fmt: skip


def _marked(tx: Transaction, conversation_id: str, message_id: str, label: str) -> BookmarkSet | None:
    message = tx.find(messages, id=message_id)
    if message is None or tx.get(bookmarks, (conversation_id, message["pos"])) is not None:
        return None
    return BookmarkSet(message_id, label, None)

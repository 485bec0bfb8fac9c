"""The owner's changes in a conversation: which facts are one, and the two linked stacks they lie on.

The tops stand in the conversation's row, so pushing costs one insert. A fact caused by an undo or redo is none itself.
"""

from typing import Any, Literal

import orjson
from sqlalchemy import select

from tavernai.chat.events import (
    BookmarkRemoved,
    BookmarkSet,
    BranchCreated,
    ConversationRenamed,
    LeafSelected,
    MessageAdded,
    MessageDeleted,
    MessageEdited,
    MessageHidden,
    MessageRestored,
    MessagesChanged,
    MessageShown,
    VariantAdded,
    VariantContinued,
    VariantSelected,
)
from tavernai.chat.tables import changes, messages, variants
from tavernai.kernel.canonical import canonical_json
from tavernai.kernel.facts import Recorded
from tavernai.storage.rows import Row
from tavernai.storage.unit import Unit

Weight = Literal["change", "foreign", "part"]
PERSONAL = frozenset({"user", "owner"})

KEPT: dict[type[Any], tuple[str, ...]] = {
    MessageAdded: ("message_id",),
    MessageEdited: ("message_id", "variant_id", "revision"),
    MessageDeleted: ("message_id", "following"),
    MessageRestored: ("message_id", "following"),
    MessageHidden: ("message_id",),
    MessageShown: ("message_id",),
    VariantAdded: ("message_id", "variant_id", "was_variant_id"),
    VariantSelected: ("message_id", "variant_id", "was_variant_id"),
    VariantContinued: ("message_id", "variant_id", "revision"),
    LeafSelected: (),
    BranchCreated: (),
    ConversationRenamed: ("title", "was"),
    MessagesChanged: ("action", "message_ids"),
    BookmarkSet: ("message_id", "label", "was"),
    BookmarkRemoved: ("message_id", "was"),
}
"""What can be undone, and the fields undoing it needs; no text of a message among them, so erasing stays one place."""


def weigh(tx: Unit, conversation: Row, recorded: Recorded, fact: Any) -> Weight:
    """Whether this fact is a change the owner may undo, somebody else's doing, or part of something larger."""
    if recorded.cause_id is not None and recorded.cause_id == conversation["undo_event"]:
        return "part"
    if isinstance(fact, BranchCreated) and fact.copy:
        return "part"
    if isinstance(fact, MessageAdded) and _belongs(tx, fact):
        return "part"
    is_owner = recorded.actor == f"user:{conversation['owner_id']}" and recorded.origin in PERSONAL
    if is_owner:
        return "change"
    works = isinstance(fact, VariantContinued | VariantAdded | MessageAdded) and fact.task_id is not None
    return "part" if works or isinstance(fact, ConversationRenamed) else "foreign"


def _belongs(tx: Unit, fact: MessageAdded) -> bool:
    """A greeting belongs to the conversation, a reply to the message of the same task."""
    if fact.opens:
        return True
    if fact.parent_id is None:
        return fact.role == "character" and fact.task_id is None
    parent = tx.find(messages, id=fact.parent_id)
    return fact.task_id is not None and parent is not None and parent["task_id"] == fact.task_id


def push(tx: Unit, conversation: Row, recorded: Recorded, fact: Any) -> dict[str, Any]:
    """Note the fact if it counts; the columns of the conversation that change by it."""
    weight = weigh(tx, conversation, recorded, fact)
    if weight == "part":
        return {}
    if weight == "foreign":
        return {"foreign_pos": recorded.pos}
    kept = {name: getattr(fact, name) for name in KEPT[type(fact)]}
    if isinstance(fact, MessageDeleted) and fact.count > 1:
        kept["count"] = fact.count
    tx.insert(
        changes,
        {
            "pos": recorded.pos,
            "conv_id": conversation["id"],
            "kind": recorded.kind,
            "event_id": recorded.id,
            "facts": canonical_json(kept).decode(),
            "undo_below": conversation["undo_pos"],
            "redo_below": None,
            "undone_pos": None,
            "leaf_before": conversation["active_leaf"],
            "leaf_variant_before": conversation["leaf_variant"],
            "leaf_after": None,
            "leaf_variant_after": None,
            "revision_after": None,
            "picked": None,
        },
    )
    return {"undo_pos": recorded.pos, "redo_pos": None, "redo_count": 0}


def undone(tx: Unit, conversation: Row, recorded: Recorded, change: Row, *, picked: bool) -> dict[str, Any]:
    """From the stack of changes to the stack of undone ones; what was shown is kept for redoing it."""
    tx.update(
        changes,
        change["pos"],
        redo_below=conversation["redo_pos"],
        undone_pos=recorded.pos,
        leaf_after=conversation["active_leaf"],
        leaf_variant_after=conversation["leaf_variant"],
        revision_after=_revision_of(tx, change),
        **({"picked": 1} if picked else {}),
    )
    top = conversation["undo_pos"]
    if top != change["pos"]:
        _close_gap(tx, change)
    return {
        "undo_pos": change["undo_below"] if top == change["pos"] else top,
        "redo_pos": change["pos"],
        "redo_count": conversation["redo_count"] + 1,
        "undo_event": recorded.id,
    }


def redone(tx: Unit, conversation: Row, recorded: Recorded, change: Row) -> dict[str, Any]:
    """From there back to the stack of changes."""
    values: dict[str, Any] = {"redo_below": None, "undone_pos": None}
    if change["picked"]:
        # It comes back in another place of the story than it left: what it was done upon is what stands now.
        here = {"leaf_before": conversation["active_leaf"], "leaf_variant_before": conversation["leaf_variant"]}
        values |= here | {"picked": None}
    tx.update(changes, change["pos"], undo_below=conversation["undo_pos"], **values)
    return {
        "undo_pos": change["pos"],
        "redo_pos": change["redo_below"],
        "redo_count": conversation["redo_count"] - 1,
        "undo_event": recorded.id,
    }


def _close_gap(tx: Unit, change: Row) -> None:
    """The change above this one in the stack now lies on the one below it."""
    c = changes.c
    above = (c.conv_id == change["conv_id"]) & (c.undo_below == change["pos"]) & c.undone_pos.is_(None)
    for row in tx.rows(select(c.pos).where(above).order_by(c.pos)):
        tx.update(changes, row["pos"], undo_below=change["undo_below"])


def _revision_of(tx: Unit, change: Row) -> int | None:
    """The number of the text that stands now, where the change wrote one."""
    kept = orjson.loads(change["facts"])
    variant = tx.find(variants, id=kept["variant_id"]) if "revision" in kept else None
    return None if variant is None else int(variant["revision"])

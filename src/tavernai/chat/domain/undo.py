"""Undo and redo as tables: what turns each kind of change back, what does it again, and when neither may be done.

Nothing is taken out of the ledger. An undo records facts of the ordinary kinds that lead back to what was shown before;
a redo records those that lead forth again. Each goes from where the conversation is now (`was_leaf_id`) to where it was
(`leaf_id`), because replies may have been added in between.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

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
from tavernai.kernel.facts import kind_of

Kept = Mapping[str, Any]
"""The fields of the change's fact that the stack keeps."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One change and the way to go."""

    kept: Kept
    leaf_id: str | None
    leaf_variant_id: str | None
    was_leaf_id: str | None
    text: str | None = None
    """to be put back; None: it is there already"""
    revision: int = 0
    """number of the revision that makes"""


@dataclass(frozen=True, slots=True)
class Now:
    """What a change touched, as it is now; the texts before and after it for those that change one."""

    is_foreign: bool
    title: str
    is_cut: bool = False
    is_deleted: bool = False
    is_hidden: bool = False
    shown_id: str | None = None
    text: str | None = None
    before: str | None = None
    after: str | None = None
    label: str | None = None
    """of the mark that is there; None: there is none"""
    many: int = 0
    """of several messages, how many are as the change, or its undo, left them"""


Steps = Callable[[Turn], list[Any]]


def _trash_below(turn: Turn) -> list[Any]:
    return [_deleted(turn, following=True)]


def _bring_back_below(turn: Turn) -> list[Any]:
    return [_restored(turn, following=True)]


def _delete(turn: Turn) -> list[Any]:
    return [_deleted(turn, following=turn.kept["following"])]


def _restore(turn: Turn) -> list[Any]:
    return [_restored(turn, following=turn.kept["following"])]


def _hide(turn: Turn) -> list[Any]:
    return [MessageHidden(turn.kept["message_id"])]


def _show(turn: Turn) -> list[Any]:
    return [MessageShown(turn.kept["message_id"])]


def _write(turn: Turn) -> list[Any]:
    if turn.text is None:
        return []
    return [MessageEdited(turn.kept["message_id"], turn.kept["variant_id"], turn.revision, turn.text)]


def _select_was(turn: Turn) -> list[Any]:
    return [_selected(turn, turn.kept["was_variant_id"], was=turn.kept["variant_id"])]


def _select_again(turn: Turn) -> list[Any]:
    return [_selected(turn, turn.kept["variant_id"], was=turn.kept["was_variant_id"])]


def _go(turn: Turn) -> list[Any]:
    return [LeafSelected(turn.leaf_id, turn.was_leaf_id, turn.leaf_variant_id)]


def _name_was(turn: Turn) -> list[Any]:
    return [ConversationRenamed(turn.kept["was"], turn.kept["title"])]


def _name_again(turn: Turn) -> list[Any]:
    return [ConversationRenamed(turn.kept["title"], turn.kept["was"])]


def _change_back(turn: Turn) -> list[Any]:
    return [MessagesChanged(OPPOSITE[turn.kept["action"]], turn.kept["message_ids"])]


def _change_again(turn: Turn) -> list[Any]:
    return [MessagesChanged(turn.kept["action"], turn.kept["message_ids"])]


def _mark_was(turn: Turn) -> list[Any]:
    was, label = turn.kept["was"], turn.kept.get("label")
    if was is None:
        return [BookmarkRemoved(turn.kept["message_id"], label or "")]
    return [BookmarkSet(turn.kept["message_id"], was, label)]


def _mark_again(turn: Turn) -> list[Any]:
    if "label" not in turn.kept:
        return [BookmarkRemoved(turn.kept["message_id"], turn.kept["was"])]
    return [BookmarkSet(turn.kept["message_id"], turn.kept["label"], turn.kept["was"])]


OPPOSITE = {"delete": "restore", "restore": "delete", "hide": "show", "show": "hide"}

INVERSE: dict[type[Any], Steps] = {
    MessageAdded: _trash_below,
    MessageEdited: _write,
    MessageDeleted: _restore,
    MessageRestored: _delete,
    MessageHidden: _show,
    MessageShown: _hide,
    VariantAdded: _select_was,
    VariantSelected: _select_was,
    VariantContinued: _write,
    LeafSelected: _go,
    BranchCreated: _go,
    ConversationRenamed: _name_was,
    MessagesChanged: _change_back,
    BookmarkSet: _mark_was,
    BookmarkRemoved: _mark_was,
}

AGAIN: dict[type[Any], Steps] = {
    MessageAdded: _bring_back_below,
    MessageEdited: _write,
    MessageDeleted: _delete,
    MessageRestored: _restore,
    MessageHidden: _hide,
    MessageShown: _show,
    VariantAdded: _select_again,
    VariantSelected: _select_again,
    VariantContinued: _write,
    LeafSelected: _go,
    BranchCreated: _go,
    ConversationRenamed: _name_again,
    MessagesChanged: _change_again,
    BookmarkSet: _mark_again,
    BookmarkRemoved: _mark_again,
}

STANDS: dict[type[Any], Callable[[Kept, Now, bool], bool]] = {
    MessageAdded: lambda kept, now, done: now.is_cut != done and not now.is_foreign,
    MessageEdited: lambda kept, now, done: now.text == (now.after if done else now.before),
    MessageDeleted: lambda kept, now, done: _is_gone(kept, now) == done and not _is_moved(kept, now),
    MessageRestored: lambda kept, now, done: _is_gone(kept, now) != done and not _is_moved(kept, now),
    MessageHidden: lambda kept, now, done: now.is_hidden == done,
    MessageShown: lambda kept, now, done: now.is_hidden != done,
    VariantAdded: lambda kept, now, done: _is_shown(kept, now, done),
    VariantSelected: lambda kept, now, done: _is_shown(kept, now, done),
    VariantContinued: lambda kept, now, done: not now.is_foreign if done else now.text == now.before,
    LeafSelected: lambda kept, now, done: not now.is_foreign,
    BranchCreated: lambda kept, now, done: not now.is_foreign,
    ConversationRenamed: lambda kept, now, done: now.title == kept["title" if done else "was"],
    MessagesChanged: lambda kept, now, done: now.many > 0,
    BookmarkSet: lambda kept, now, done: now.label == kept["label" if done else "was"],
    BookmarkRemoved: lambda kept, now, done: now.label == (None if done else kept["was"]),
}
"""Whether what the change did (`done`), or what its undo did, is still as it left it: only then it may be turned."""

KINDS: dict[str, type[Any]] = {kind_of(cls): cls for cls in INVERSE}


def _deleted(turn: Turn, *, following: bool) -> MessageDeleted:
    leaf = (turn.was_leaf_id, turn.leaf_id, turn.leaf_variant_id)
    return MessageDeleted(turn.kept["message_id"], following, *leaf)


def _restored(turn: Turn, *, following: bool) -> MessageRestored:
    leaf = (turn.was_leaf_id, turn.leaf_id, turn.leaf_variant_id)
    return MessageRestored(turn.kept["message_id"], following, *leaf)


def _selected(turn: Turn, variant_id: str, *, was: str) -> VariantSelected:
    leaf = (turn.leaf_id, turn.was_leaf_id, turn.leaf_variant_id)
    return VariantSelected(turn.kept["message_id"], variant_id, was, *leaf)


def _is_gone(kept: Kept, now: Now) -> bool:
    return now.is_cut if kept["following"] else now.is_deleted


def _is_moved(kept: Kept, now: Now) -> bool:
    return bool(kept["following"]) and now.is_foreign


def _is_shown(kept: Kept, now: Now, done: bool) -> bool:
    return now.shown_id == kept["variant_id" if done else "was_variant_id"] and not now.is_foreign

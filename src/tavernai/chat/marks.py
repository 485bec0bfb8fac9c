"""Folds of what a person arranges: pins, bookmarks, several messages at once, a selection made into a conversation."""

from collections.abc import Callable
from typing import Any

from tavernai.chat.events import (
    BookmarkRemoved,
    BookmarkSet,
    ConversationPinned,
    ConversationUnpinned,
    MessagesChanged,
    SelectionCopied,
)
from tavernai.chat.folding import bump, conv_id, conversation_of, message_of, turn
from tavernai.chat.shown import all_told_anew
from tavernai.chat.stack import push
from tavernai.chat.tables import bookmarks
from tavernai.kernel.facts import Recorded
from tavernai.storage.unit import Unit

COUNTS = {"delete": -1, "restore": 1}


def pinned(tx: Unit, recorded: Recorded, fact: ConversationPinned) -> None:
    turn(tx, recorded, pinned_pos=recorded.pos, version=conversation_of(tx, recorded)["version"] + 1)


def unpinned(tx: Unit, recorded: Recorded, fact: ConversationUnpinned) -> None:
    turn(tx, recorded, pinned_pos=None, version=conversation_of(tx, recorded)["version"] + 1)


def bookmark_set(tx: Unit, recorded: Recorded, fact: BookmarkSet) -> None:
    values = push(tx, conversation_of(tx, recorded), recorded, fact)
    key = (conv_id(recorded), message_of(tx, fact.message_id)["pos"])
    if tx.get(bookmarks, key) is None:
        row = {"conv_id": key[0], "message_pos": key[1], "label": fact.label, "created_at": recorded.ts}
        tx.insert(bookmarks, row)
    else:
        tx.update(bookmarks, key, label=fact.label)
    turn(tx, recorded, **values)


def bookmark_removed(tx: Unit, recorded: Recorded, fact: BookmarkRemoved) -> None:
    values = push(tx, conversation_of(tx, recorded), recorded, fact)
    tx.delete(bookmarks, (conv_id(recorded), message_of(tx, fact.message_id)["pos"]))
    turn(tx, recorded, **values)


def messages_changed(tx: Unit, recorded: Recorded, fact: MessagesChanged) -> None:
    conversation = conversation_of(tx, recorded)
    values = push(tx, conversation, recorded, fact)
    column: dict[str, dict[str, Any]] = {
        "delete": {"deleted_pos": recorded.pos},
        "restore": {"deleted_pos": None},
        "hide": {"hidden": 1},
        "show": {"hidden": 0},
    }
    touched = [bump(tx, message_id, **column[fact.action]) for message_id in fact.message_ids]
    if fact.action in COUNTS:
        values |= all_told_anew(tx, conversation, touched, counts=COUNTS[fact.action])
    turn(tx, recorded, **values)


def selection_copied(tx: Unit, recorded: Recorded, fact: SelectionCopied) -> None:
    turn(tx, recorded, recent_at=recorded.ts)


FOLDS: dict[type[Any], Callable[[Any, Recorded, Any], None]] = {
    ConversationPinned: pinned,
    ConversationUnpinned: unpinned,
    BookmarkSet: bookmark_set,
    BookmarkRemoved: bookmark_removed,
    MessagesChanged: messages_changed,
    SelectionCopied: selection_copied,
}

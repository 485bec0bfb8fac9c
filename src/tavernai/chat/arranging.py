"""What a person arranges: marks, pins, several messages at once, a selection as a conversation, a text beside another.

Functions for the caller's unit of work, as in commands.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import select

from tavernai.chat.commands import Done, check_version, delete, done_with, running_tasks, with_number
from tavernai.chat.errors import MessageInTrash
from tavernai.chat.events import (
    BookmarkRemoved,
    BookmarkSet,
    ConversationCreated,
    ConversationPinned,
    ConversationRenamed,
    ConversationUnpinned,
    MessageAdded,
    MessagesChanged,
    SelectionCopied,
    VariantAdded,
)
from tavernai.chat.groups import copied
from tavernai.chat.items import Item
from tavernai.chat.scene import Scene, conversation_for, message_for
from tavernai.chat.tables import bookmarks, composer_drafts, messages
from tavernai.kernel.clock import rfc3339
from tavernai.kernel.facts import By
from tavernai.kernel.ids import new_id
from tavernai.kernel.text import clean_text
from tavernai.ledger.domain import Stream
from tavernai.ledger.transaction import Transaction
from tavernai.storage.rows import Row

Action = Literal["delete", "restore", "hide", "show"]


@dataclass(frozen=True, slots=True)
class Changed:
    """How many messages a change of several touched."""

    changed: int
    position: int
    task_ids: tuple[str, ...] = ()


# Conversations.


def arrange(
    tx: Transaction,
    conversation_id: str,
    *,
    title: str | None,
    pinned: bool | None,
    version: int | None,
    owner_id: str,
    by: By,
) -> Done:
    """Another title (blank: the character's name), on top of the list or not; None leaves either as it is.

    Raises ConversationNotFound, ConversationInTrash, StaleVersion.
    """
    scene = Scene.of(tx, conversation_id, owner_id=owner_id, by=by)
    check_version(tx, scene.conversation, version)
    facts: list[Any] = []
    was = scene.conversation["title"]
    wanted = was if title is None else clean_text(title).strip() or scene.conversation["character_name"]
    if wanted != was:
        facts.append(ConversationRenamed(wanted, was))
    if pinned is not None and pinned != (scene.conversation["pinned_pos"] is not None):
        facts.append(ConversationPinned() if pinned else ConversationUnpinned())
    return done_with(scene, None, *facts)


def copy_selection(
    tx: Transaction, conversation_id: str, *, message_ids: Sequence[str], title: str | None, owner_id: str, by: By
) -> Done:
    """A new conversation of copies of these messages, in the order of the story; those without text are left out.

    Raises ConversationNotFound, ConversationInTrash, MessageNotFound, MessageInTrash.
    """
    scene = Scene.of(tx, conversation_id, owner_id=owner_id, by=by)
    chosen = sorted(_chosen(scene, message_ids), key=lambda message: message["pos"])
    if any(scene.in_trash(message) for message in chosen):
        raise MessageInTrash
    origin, made = scene.conversation, new_id()
    stream = Stream(key=f"conv:{made}", owner_id=origin["owner_id"])
    named = clean_text(title or "").strip() or with_number(scene)
    opened = ConversationCreated(made, origin["character_id"], origin["character_name"], named)
    tx.append(stream, [opened, *copied(tx, scene.id, copy_id=made)], by=by)
    copies = _copies(scene, chosen)
    told = SelectionCopied(scene.id, [message["id"] for message in chosen])
    # What is copied was said before: none of it is a change of the person's in the new conversation.
    recorded = tx.append(stream, [*copies, told], by=By(by.actor, "import"))
    return Done(made, copies[-1].message_id if copies else None, recorded[-1].pos)


def keep_draft(tx: Transaction, conversation_id: str, *, text: str, owner_id: str) -> Item | None:
    """What stands in the composer, and since when; None: nothing but white space is forgotten.

    Raises ConversationNotFound.
    """
    conversation_for(tx, owner_id, conversation_id)
    known, text = tx.get(composer_drafts, conversation_id), clean_text(text)
    if not text.strip():
        tx.delete(composer_drafts, conversation_id)
        return None
    if known is not None and known["text"] == text:
        return {"text": text, "updated_at": rfc3339(known["updated_at"])}
    if known is None:
        tx.insert(composer_drafts, {"conv_id": conversation_id, "text": text, "updated_at": tx.now})
    else:
        tx.update(composer_drafts, conversation_id, text=text, updated_at=tx.now)
    return {"text": text, "updated_at": rfc3339(tx.now)}


def forget_draft(tx: Transaction, conversation_id: str, *, sent: str) -> None:
    """What was sent is no draft any more; another text, of another device, stays."""
    known = tx.get(composer_drafts, conversation_id)
    if known is not None and known["text"].strip() == sent.strip():
        tx.delete(composer_drafts, conversation_id)


# Messages.


def change_many(
    tx: Transaction, conversation_id: str, *, message_ids: Sequence[str], action: Action, owner_id: str, by: By
) -> Changed:
    """Delete (each alone: what follows stays), restore what was deleted so, hide or show: one change for undo.

    Those that are so already are passed over, and so is, when restoring, what was deleted with what followed it.
    Raises ConversationNotFound, ConversationInTrash, MessageNotFound.
    """
    scene = Scene.of(tx, conversation_id, owner_id=owner_id, by=by)
    wanted = [message for message in _chosen(scene, message_ids) if _is_wanted(scene, message, action)]
    if not wanted:
        return Changed(0, scene.conversation["position"])
    running = running_tasks(tx, [message["pos"] for message in wanted]) if action == "delete" else ()
    recorded = scene.record(MessagesChanged(action, [message["id"] for message in wanted]))
    return Changed(len(wanted), recorded[-1].pos, running)


def take_back(tx: Transaction, message_id: str | None, reply_id: str, *, owner_id: str, by: By) -> None:
    """A message and the reply it waits for to the trash, as one change; None: the reply alone.

    Where nothing else hangs on them the path ends above; otherwise what follows stays on it.
    """
    scene, reply = Scene.around(tx, reply_id, owner_id=owner_id, by=by)
    top = reply if message_id is None else message_for(tx, owner_id, message_id)
    mine = (messages.c.parent_pos.in_({top["pos"], reply["pos"]})) & messages.c.cut_pos.is_(None)
    below = [row["pos"] for row in tx.rows(select(messages.c.pos).where(mine).limit(2))]
    if below in ([], [reply["pos"]]):
        delete(tx, top["id"], owner_id=owner_id, by=by, following=True)
    else:
        both = [one for one in (message_id, reply_id) if one is not None]
        change_many(tx, scene.id, message_ids=both, action="delete", owner_id=owner_id, by=by)


def set_bookmark(
    tx: Transaction, message_id: str, *, label: str, owner_id: str, by: By, conversation_id: str | None = None
) -> Done:
    """Mark a message in this conversation, or give the mark another label.

    Raises MessageNotFound, ConversationInTrash, MessageInTrash.
    """
    scene, message = Scene.around(tx, message_id, owner_id=owner_id, by=by, conversation_id=conversation_id)
    scene.check_live(message)
    known, label = tx.get(bookmarks, (scene.id, message["pos"])), clean_text(label).strip()
    if known is not None and known["label"] == label:
        return done_with(scene, message_id)
    return done_with(scene, message_id, BookmarkSet(message_id, label, None if known is None else known["label"]))


def remove_bookmark(
    tx: Transaction, message_id: str, *, owner_id: str, by: By, conversation_id: str | None = None
) -> Done:
    """Take the mark away. Raises MessageNotFound, ConversationInTrash."""
    scene, message = Scene.around(tx, message_id, owner_id=owner_id, by=by, conversation_id=conversation_id)
    known = tx.get(bookmarks, (scene.id, message["pos"]))
    return done_with(scene, message_id, *([] if known is None else [BookmarkRemoved(message_id, known["label"])]))


def add_variant(
    tx: Transaction,
    message_id: str,
    *,
    text: str,
    owner_id: str,
    by: By,
    select: bool | None = None,
    conversation_id: str | None = None,
) -> Done:
    """A text of the person's beside those the message has.

    Args:
        select: show it, so that the path ends here; None: only where nothing follows that this would take out of sight.
    Raises:
        MessageNotFound, ConversationInTrash, MessageInTrash.
    """
    scene, message = Scene.around(tx, message_id, owner_id=owner_id, by=by, conversation_id=conversation_id)
    scene.check_live(message)
    is_end = scene.conversation["active_leaf"] == message["pos"]
    fact = VariantAdded(
        message_id=message_id,
        variant_id=new_id(),
        kind="written",
        task_id=None,
        status="complete",
        was_variant_id=scene.shown(message)["id"],
        was_leaf_id=scene.leaf_id,
        text=clean_text(text),
        selects=is_end if select is None else select,
    )
    return done_with(scene, message_id, fact)


def _chosen(scene: Scene, message_ids: Sequence[str]) -> list[Row]:
    """These messages, each once. Raises MessageNotFound: one is not in this conversation."""
    owner_id = scene.conversation["owner_id"]
    found = [message_for(scene.tx, owner_id, message_id) for message_id in dict.fromkeys(message_ids)]
    for message in found:
        scene.check_has(message)
    return found


def _is_wanted(scene: Scene, message: Row, action: Action) -> bool:
    if action == "restore":
        return message["deleted_pos"] is not None and not scene.is_cut(message)
    if scene.in_trash(message):
        return False
    return action == "delete" or bool(message["hidden"]) == (action == "show")


def _copies(scene: Scene, chosen: Sequence[Row]) -> list[MessageAdded]:
    copies: list[MessageAdded] = []
    parent_id = variant_id = None
    for message in chosen:
        shown = scene.shown(message)
        if not shown["text"]:
            continue
        told = {"id": new_id(), "text": shown["text"], "kind": "import"}
        told |= {name: shown[name] for name in ("model", "reasoning") if shown[name]}
        copy = MessageAdded(
            message_id=new_id(),
            parent_id=parent_id,
            parent_variant_id=variant_id,
            role=message["role"],
            name=message["name"],
            character_id=message["character_id"],
            status="complete",
            variants=[told],
            task_id=None,
            was_leaf_id=parent_id,
            hidden=bool(message["hidden"]),
            at=message["created_at"],
        )
        parent_id, variant_id = copy.message_id, told["id"]
        copies.append(copy)
    return copies

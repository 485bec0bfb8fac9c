"""What a person does with a conversation and its messages: functions for the caller's unit of work.

A message that a copy shares is one message: what is edited, hidden or deleted there shows in every conversation that
has it on its path. The path is each conversation's own; `conversation_id` says in which one a command is meant, None
means the message's own. Doing what is done already records nothing.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from tavernai.chat.domain.tree import ancestor_at
from tavernai.chat.errors import AboveInTrash, ReplyRunning, StaleVersion
from tavernai.chat.events import (
    BranchCreated,
    ConversationCreated,
    ConversationDeleted,
    ConversationRestored,
    LeafSelected,
    MessageDeleted,
    MessageEdited,
    MessageHidden,
    MessageRestored,
    MessageShown,
    VariantSelected,
)
from tavernai.chat.groups import copied
from tavernai.chat.items import conversation_item, inside, message_item
from tavernai.chat.projections import RUNNING
from tavernai.chat.scene import Scene, conversation_for, stream_of, variant_at
from tavernai.chat.shown import below
from tavernai.chat.tables import conversations, messages, variants
from tavernai.kernel.facts import By, Recorded
from tavernai.kernel.ids import new_id
from tavernai.kernel.text import clean_text
from tavernai.ledger.domain import Stream
from tavernai.ledger.transaction import Transaction
from tavernai.storage.rows import Row

_NUMBERED = re.compile(r" \(\d+\)$")


@dataclass(frozen=True, slots=True)
class Done:
    """What a command came to."""

    conversation_id: str
    message_id: str | None
    position: int
    """of the last fact of it; of the conversation when nothing was to be done"""
    task_ids: tuple[str, ...] = ()
    """tasks that write what is now in the trash: to be cancelled"""


# Messages.


def edit(
    tx: Transaction,
    message_id: str,
    *,
    owner_id: str,
    by: By,
    text: str,
    version: int | None,
    conversation_id: str | None = None,
) -> Done:
    """Another text for the variant shown; the old one is kept as a revision.

    Raises MessageNotFound, ConversationInTrash, MessageInTrash, StaleVersion, ReplyRunning.
    """
    scene, message = _around(tx, message_id, owner_id, by, conversation_id, version)
    scene.check_live(message)
    variant, text = scene.shown(message), clean_text(text)
    if variant["status"] in RUNNING:
        raise ReplyRunning
    if variant["text"] == text:
        return done_with(scene, message_id)
    return done_with(scene, message_id, MessageEdited(message_id, variant["id"], variant["revision"] + 1, text))


def hide(
    tx: Transaction,
    message_id: str,
    *,
    owner_id: str,
    by: By,
    version: int | None = None,
    conversation_id: str | None = None,
) -> Done:
    """Keep it from the model; people still see it. Raises as `edit`."""
    scene, message = _around(tx, message_id, owner_id, by, conversation_id, version)
    scene.check_live(message)
    return done_with(scene, message_id, *([] if message["hidden"] else [MessageHidden(message_id)]))


def show(
    tx: Transaction,
    message_id: str,
    *,
    owner_id: str,
    by: By,
    version: int | None = None,
    conversation_id: str | None = None,
) -> Done:
    """Tell it to the model again. Raises as `edit`."""
    scene, message = _around(tx, message_id, owner_id, by, conversation_id, version)
    scene.check_live(message)
    return done_with(scene, message_id, *([MessageShown(message_id)] if message["hidden"] else []))


def delete(
    tx: Transaction,
    message_id: str,
    *,
    owner_id: str,
    by: By,
    following: bool = False,
    version: int | None = None,
    conversation_id: str | None = None,
) -> Done:
    """To the trash: alone, so that what follows stays on the path, or with all that follows.

    A message that nothing follows takes the leaf along in any case. A copy cannot throw away with `following` what it
    shares: it then ends above that message, and the original stays whole.
    Raises MessageNotFound, ConversationInTrash, StaleVersion.
    """
    scene, message = _around(tx, message_id, owner_id, by, conversation_id, version)
    if scene.is_cut(message):
        return done_with(scene, message_id)
    following = following or not _is_followed(scene, message)
    if following and not scene.owns(message):
        return _end_above(scene, message)
    if not following and message["deleted_pos"] is not None:
        return done_with(scene, message_id)
    gone = below(tx, message) if following else [message["pos"]]
    fact = deletion(scene, message, following=following, count=len(gone))
    return done_with(scene, message_id, fact, task_ids=running_tasks(tx, gone))


def restore(
    tx: Transaction,
    message_id: str,
    *,
    owner_id: str,
    by: By,
    version: int | None = None,
    conversation_id: str | None = None,
) -> Done:
    """Out of the trash, with what went along; shown again when the conversation still ends where it hung.

    Raises MessageNotFound, ConversationInTrash, StaleVersion, AboveInTrash.
    """
    scene, message = _around(tx, message_id, owner_id, by, conversation_id, version)
    facts: list[Any] = []
    if scene.is_cut(message):
        parent = None if message["parent_pos"] is None else scene.fetch(message["parent_pos"])
        if parent is not None and scene.is_cut(parent):
            raise AboveInTrash
        facts.append(restoration(scene, message))
    if message["deleted_pos"] is not None:
        facts.append(MessageRestored(message_id, False, scene.leaf_id, scene.leaf_id))
    return done_with(scene, message_id, *facts)


def select_variant(
    tx: Transaction,
    message_id: str,
    *,
    variant_id: str,
    owner_id: str,
    by: By,
    version: int | None = None,
    conversation_id: str | None = None,
) -> Done:
    """Show another variant, and below it the leaf that was shown there last.

    Raises MessageNotFound, VariantNotFound, ConversationInTrash, MessageInTrash, StaleVersion.
    """
    scene, message = _around(tx, message_id, owner_id, by, conversation_id, version)
    scene.check_live(message)
    variant, was = scene.variant(message, variant_id), scene.shown(message)
    if variant["n"] == was["n"] and scene.on_path(message) is not None:
        return done_with(scene, message_id)
    leaf = leaf_below(scene, message, variant["n"])
    fact = VariantSelected(message_id, variant_id, was["id"], leaf["id"], scene.leaf_id)
    return done_with(scene, message_id, fact)


def branch(
    tx: Transaction, message_id: str, *, owner_id: str, by: By, copy: bool = False, conversation_id: str | None = None
) -> Done:
    """Go on from this message: here, or in a new conversation that shares what stands above it.

    Raises MessageNotFound, ConversationInTrash, MessageInTrash.
    """
    scene, message = _around(tx, message_id, owner_id, by, conversation_id, None)
    scene.check_live(message)
    if copy:
        return _copy(scene, message)
    if scene.conversation["active_leaf"] == message["pos"]:
        return done_with(scene, message_id)
    fact = BranchCreated(message_id, None, False, scene.leaf_id, scene.shown(message)["id"])
    return done_with(scene, message_id, fact)


# Conversations.


def select_leaf(tx: Transaction, conversation_id: str, *, message_id: str, owner_id: str, by: By) -> Done:
    """Show the branch that ends at this message. Raises MessageNotFound, MessageInTrash, Conversation…"""
    scene, message = Scene.around(tx, message_id, owner_id=owner_id, by=by, conversation_id=conversation_id)
    scene.check_live(message)
    if scene.conversation["active_leaf"] == message["pos"]:
        return done_with(scene, message_id)
    variant = variant_at(tx, message["pos"], message["active_variant"])
    return done_with(scene, message_id, LeafSelected(message_id, scene.leaf_id, variant["id"]))


def trash(tx: Transaction, conversation_id: str, *, owner_id: str, by: By) -> Done:
    """The whole conversation to the trash; copies of it stay. Names the tasks that write in it."""
    conversation = conversation_for(tx, owner_id, conversation_id)
    if conversation["deleted_pos"] is not None:
        return Done(conversation_id, None, conversation["position"])
    writing = (variants.c.conv_id == conversation_id) & variants.c.status.in_(sorted(RUNNING))
    found = tx.rows(select(variants.c.task_id).where(writing, variants.c.task_id.is_not(None)))
    recorded = tx.append(stream_of(conversation), [ConversationDeleted()], by=by)
    return Done(conversation_id, None, recorded[-1].pos, _unique(row["task_id"] for row in found))


def bring_back(tx: Transaction, conversation_id: str, *, owner_id: str, by: By) -> Done:
    """The conversation out of the trash."""
    conversation = conversation_for(tx, owner_id, conversation_id)
    if conversation["deleted_pos"] is None:
        return Done(conversation_id, None, conversation["position"])
    recorded = tx.append(stream_of(conversation), [ConversationRestored()], by=by)
    return Done(conversation_id, None, recorded[-1].pos)


# What the commands share.


def leaf_below(scene: Scene, message: Row, n: int) -> Row:
    """Where the path goes on when this variant is shown: its last leaf, else the newest message below, else itself.

    Of a message that is in the trash with what followed: what went along with it.
    """
    cut = message["cut_pos"] if scene.owns(message) else None
    last = variant_at(scene.tx, message["pos"], n)["last_leaf"]
    fork = scene.conversation["fork_pos"]
    for pos in (last, _newest_below(scene, message, n, cut), fork):
        leaf = None if pos is None else scene.fetch(pos)
        if leaf is None or not scene.has(leaf) or not _hangs_on(scene, leaf, message, n):
            continue
        if not scene.owns(leaf) or leaf["cut_pos"] == cut:
            return leaf
    return message


def _newest_below(scene: Scene, message: Row, n: int, cut: int | None) -> int | None:
    start = (messages.c.parent_pos == message["pos"]) & (messages.c.parent_variant == n)
    columns = (messages.c.pos, messages.c.conv_id, messages.c.cut_pos)
    tree = select(*columns).where(start).cte("tree", recursive=True)
    child = messages.alias()
    step = select(child.c.pos, child.c.conv_id, child.c.cut_pos).join(tree, child.c.parent_pos == tree.c.pos)
    tree = tree.union_all(step)
    here = (tree.c.conv_id == scene.id) & tree.c.cut_pos.is_not_distinct_from(cut)
    newest: int | None = scene.tx.rows(select(func.max(tree.c.pos).label("pos")).where(here))[0]["pos"]
    return newest


def _around(
    tx: Transaction, message_id: str, owner_id: str, by: By, conversation_id: str | None, version: int | None
) -> tuple[Scene, Row]:
    scene, message = Scene.around(tx, message_id, owner_id=owner_id, by=by, conversation_id=conversation_id)
    if version is not None and message["version"] != version:
        raise StaleVersion(current=message_item(inside(tx), scene.conversation, message))
    return scene, message


def check_version(tx: Transaction, conversation: Row, version: int | None) -> None:
    """Raises StaleVersion."""
    if version is not None and conversation["version"] != version:
        raise StaleVersion(current=conversation_item(conversation))


def done_with(scene: Scene, message_id: str | None, *facts: Any, task_ids: tuple[str, ...] = ()) -> Done:
    recorded: Sequence[Recorded] = scene.record(*facts) if facts else ()
    position = recorded[-1].pos if recorded else scene.conversation["position"]
    return Done(scene.id, message_id, position, task_ids)


def _hangs_on(scene: Scene, leaf: Row, message: Row, n: int) -> bool:
    if leaf["pos"] == message["pos"]:
        return True
    child = ancestor_at(leaf, message["depth"] + 1, fetch=scene.fetch)
    return child is not None and (child["parent_pos"], child["parent_variant"]) == (message["pos"], n)


def _is_followed(scene: Scene, message: Row) -> bool:
    """Whether anything outside the trash hangs below, in this conversation."""
    own = (messages.c.conv_id == scene.id) & messages.c.cut_pos.is_(None)
    child = select(messages.c.pos).where(messages.c.parent_pos == message["pos"], own).limit(1)
    shared = scene.on_path(message) is not None and scene.conversation["active_leaf"] != message["pos"]
    return shared or bool(scene.tx.rows(child))


def _above(scene: Scene, message: Row) -> tuple[str | None, str | None]:
    """The parent's id and that of the variant this message hangs on."""
    if message["parent_pos"] is None:
        return None, None
    parent = scene.fetch(message["parent_pos"])
    return parent["id"], variant_at(scene.tx, parent["pos"], message["parent_variant"])["id"]


def deletion(scene: Scene, message: Row, *, following: bool, count: int = 1) -> MessageDeleted:
    """The fact that puts the message in the trash; what it takes from the shown path ends above it."""
    was = scene.leaf_id
    leaf = _above(scene, message)
    if not following or scene.on_path(message) is None:
        leaf = (was, _leaf_variant_id(scene))
    return MessageDeleted(message["id"], following, was, *leaf, count=count)


def restoration(scene: Scene, message: Row) -> MessageRestored:
    """The fact that brings back what went with what followed; shown when the path still ends where it hung."""
    here = (scene.conversation["active_leaf"], scene.conversation["leaf_variant"])
    if here != (message["parent_pos"], message["parent_variant"] or 0):
        return MessageRestored(message["id"], True, scene.leaf_id, scene.leaf_id, _leaf_variant_id(scene))
    n = message["active_variant"]
    leaf = leaf_below(scene, message, n)
    shown = variant_at(scene.tx, leaf["pos"], n if leaf["pos"] == message["pos"] else leaf["active_variant"])
    return MessageRestored(message["id"], True, scene.leaf_id, leaf["id"], shown["id"])


def _end_above(scene: Scene, message: Row) -> Done:
    if scene.on_path(message) is None:
        return done_with(scene, message["id"])
    parent_id, variant_id = _above(scene, message)
    return done_with(scene, message["id"], LeafSelected(parent_id, scene.leaf_id, variant_id))


def _leaf_variant_id(scene: Scene) -> str | None:
    leaf = scene.leaf
    if leaf is None:
        return None
    return str(variant_at(scene.tx, leaf["pos"], scene.conversation["leaf_variant"])["id"])


def running_tasks(tx: Transaction, positions: Sequence[int]) -> tuple[str, ...]:
    """Tasks of variants among these messages that have not ended."""
    found: list[Row] = []
    for start in range(0, len(positions), 500):
        some = variants.c.message_pos.in_(positions[start : start + 500])
        running = variants.c.status.in_(sorted(RUNNING)) & variants.c.task_id.is_not(None)
        found += tx.rows(select(variants.c.task_id).where(some, running).order_by(variants.c.message_pos, variants.c.n))
    return _unique(row["task_id"] for row in found)


def _unique(ids: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))


def _copy(scene: Scene, message: Row) -> Done:
    origin, conversation_id = scene.conversation, new_id()
    title = with_number(scene)
    facts = [
        ConversationCreated(conversation_id, origin["character_id"], origin["character_name"], title),
        *copied(scene.tx, scene.id, copy_id=conversation_id),
        BranchCreated(message["id"], scene.id, True, None, scene.shown(message)["id"]),
    ]
    stream = Stream(key=f"conv:{conversation_id}", owner_id=origin["owner_id"])
    recorded = scene.tx.append(stream, facts, by=scene.by)
    return Done(conversation_id, message["id"], recorded[-1].pos)


def with_number(scene: Scene) -> str:
    """The title with the copy's number, so that a list can tell them apart."""
    family = scene.conversation["family"]
    count = 1
    if family is not None:
        count = scene.tx.rows(select(func.count().label("n")).where(conversations.c.family == family))[0]["n"]
    return f"{_NUMBERED.sub('', scene.conversation['title'])} ({count + 1})"

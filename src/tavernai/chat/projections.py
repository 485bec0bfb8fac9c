"""From a conversation's facts to its tables; nothing else writes them."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from tavernai.chat.domain.tree import place_below, variant_on_path
from tavernai.chat.events import (
    BranchCreated,
    ChangeRedone,
    ChangeUndone,
    CompletionDone,
    CompletionFailed,
    CompletionInterrupted,
    CompletionRequeued,
    CompletionStarted,
    ConversationCreated,
    ConversationDeleted,
    ConversationGrouped,
    ConversationRenamed,
    ConversationRestored,
    LeafSelected,
    MessageAdded,
    MessageDeleted,
    MessageEdited,
    MessageHidden,
    MessageRestored,
    MessageShown,
    VariantAdded,
    VariantContinued,
    VariantSelected,
)
from tavernai.chat.folding import bump, conv_id, conversation_of, message_of, turn, variant_of
from tavernai.chat.marks import FOLDS as MARKS
from tavernai.chat.scene import fetch_in
from tavernai.chat.shown import appended, below, conversation_at, copied, leaf_of, moved, share, told_anew
from tavernai.chat.stack import push, redone, undone
from tavernai.chat.tables import changes, conversation_groups, conversations, messages, revisions, variants
from tavernai.kernel.canonical import canonical_json
from tavernai.kernel.facts import Recorded
from tavernai.storage.rows import Row
from tavernai.storage.unit import Unit

Ended = CompletionDone | CompletionInterrupted | CompletionFailed
RUNNING = frozenset({"queued", "streaming"})
STATUS: dict[type[Any], str] = {
    CompletionStarted: "streaming",
    CompletionRequeued: "queued",
    CompletionDone: "complete",
    CompletionInterrupted: "interrupted",
    CompletionFailed: "failed",
}


# The conversation itself.


def grouped(tx: Unit, recorded: Recorded, fact: ConversationGrouped) -> None:
    values = {"data": canonical_json(fact.group).decode(), "group_id": fact.group.get("group_id")}
    if tx.get(conversation_groups, fact.conversation_id) is None:
        tx.insert(conversation_groups, {"conv_id": fact.conversation_id, "owner_id": recorded.owner_id, **values})
    else:
        tx.update(conversation_groups, fact.conversation_id, **values)


def created(tx: Unit, recorded: Recorded, fact: ConversationCreated) -> None:
    row: dict[str, Any] = dict.fromkeys(conversations.columns.keys())
    tx.insert(
        conversations,
        row
        | {
            "id": fact.conversation_id,
            "owner_id": recorded.owner_id,
            "character_id": fact.character_id,
            "character_name": fact.character_name,
            "title": fact.title,
            "leaf_variant": 0,
            "message_count": 0,
            "redo_count": 0,
            "version": 1,
            "position": recorded.pos,
            "recent_at": recorded.ts,
            "created_at": recorded.ts,
        },
    )


def renamed(tx: Unit, recorded: Recorded, fact: ConversationRenamed) -> None:
    conversation = conversation_of(tx, recorded)
    values = push(tx, conversation, recorded, fact)
    turn(tx, recorded, title=fact.title, version=conversation["version"] + 1, **values)


def deleted(tx: Unit, recorded: Recorded, fact: ConversationDeleted) -> None:
    turn(tx, recorded, deleted_pos=recorded.pos, version=conversation_of(tx, recorded)["version"] + 1)


def restored(tx: Unit, recorded: Recorded, fact: ConversationRestored) -> None:
    turn(tx, recorded, deleted_pos=None, version=conversation_of(tx, recorded)["version"] + 1)


# Messages.


def message_added(tx: Unit, recorded: Recorded, fact: MessageAdded) -> None:
    conversation, fetch = conversation_of(tx, recorded), fetch_in(tx)
    values = push(tx, conversation, recorded, fact)
    parent = None if fact.parent_id is None else message_of(tx, fact.parent_id)
    depth, jump = place_below(parent, recorded.pos, fetch=fetch)
    created_at = fact.at or recorded.ts
    row = {
        "pos": recorded.pos,
        "id": fact.message_id,
        "owner_id": recorded.owner_id,
        "conv_id": conversation["id"],
        "parent_pos": None if parent is None else parent["pos"],
        "parent_variant": None if fact.parent_variant_id is None else variant_of(tx, fact.parent_variant_id)["n"],
        "depth": depth,
        "jump_pos": jump,
        "role": fact.role,
        "name": fact.name,
        "character_id": fact.character_id,
        "status": fact.status,
        "hidden": int(fact.hidden),
        "version": 1,
        "active_variant": fact.selected,
        "variant_count": len(fact.variants),
        "task_id": fact.task_id,
        "created_at": created_at,
        "deleted_pos": None,
        "cut_pos": None,
    }
    tx.insert(messages, row)
    for n, told in enumerate(fact.variants):
        _insert_variant(tx, recorded, row, n=n, told={"at": created_at, "task_id": fact.task_id, **told})
    values |= appended(tx, conversation, row, shown=fact.selected)
    turn(tx, recorded, recent_at=created_at, **values)


def message_edited(tx: Unit, recorded: Recorded, fact: MessageEdited) -> None:
    conversation, variant = conversation_of(tx, recorded), variant_of(tx, fact.variant_id)
    values = push(tx, conversation, recorded, fact)
    # What a person wrote themselves is whole, however the reply had ended; a task that still writes here is given up.
    given_up = variant["task_id"] if variant["status"] in RUNNING else variant["given_up"]
    whole = {"status": "complete", "error_code": None, "error_detail": None, "given_up": given_up}
    _revise(tx, recorded, variant, text=fact.text, **whole)
    active = message_of(tx, fact.message_id)["active_variant"] == variant["n"]
    message = bump(tx, fact.message_id, **({"status": "complete"} if active else {}))
    turn(tx, recorded, **values, **told_anew(tx, conversation, message))


def message_deleted(tx: Unit, recorded: Recorded, fact: MessageDeleted) -> None:
    conversation = conversation_of(tx, recorded)
    values = push(tx, conversation, recorded, fact)
    if fact.following:
        _keep_leaf_below(tx, conversation, message_of(tx, fact.message_id))
        values |= _move(tx, conversation, fact.leaf_id, fact.leaf_variant_id)
        message = bump(tx, fact.message_id)
        for pos in below(tx, message):
            tx.update(messages, pos, cut_pos=recorded.pos)
    else:
        message = bump(tx, fact.message_id, deleted_pos=recorded.pos)
        values |= told_anew(tx, conversation, message, counts=-1)
    turn(tx, recorded, **values)


def message_restored(tx: Unit, recorded: Recorded, fact: MessageRestored) -> None:
    conversation = conversation_of(tx, recorded)
    values = push(tx, conversation, recorded, fact)
    if fact.following:
        cut = message_of(tx, fact.message_id)["cut_pos"]
        same = (messages.c.conv_id == conversation["id"]) & (messages.c.cut_pos == cut)
        for row in tx.rows(select(messages.c.pos).where(same).order_by(messages.c.pos)):
            tx.update(messages, row["pos"], cut_pos=None)
        bump(tx, fact.message_id)
        values |= _move(tx, conversation, fact.leaf_id, fact.leaf_variant_id)
    else:
        message = bump(tx, fact.message_id, deleted_pos=None)
        values |= told_anew(tx, conversation, message, counts=1)
    turn(tx, recorded, **values)


def message_hidden(tx: Unit, recorded: Recorded, fact: MessageHidden) -> None:
    values = push(tx, conversation_of(tx, recorded), recorded, fact)
    bump(tx, fact.message_id, hidden=1)
    turn(tx, recorded, **values)


def message_shown(tx: Unit, recorded: Recorded, fact: MessageShown) -> None:
    values = push(tx, conversation_of(tx, recorded), recorded, fact)
    bump(tx, fact.message_id, hidden=0)
    turn(tx, recorded, **values)


# Variants, leaves, branches.


def variant_added(tx: Unit, recorded: Recorded, fact: VariantAdded) -> None:
    conversation, message = conversation_of(tx, recorded), message_of(tx, fact.message_id)
    values = push(tx, conversation, recorded, fact) if fact.selects else {}
    n = message["variant_count"]
    told: dict[str, Any] = {"id": fact.variant_id, "text": fact.text, "kind": fact.kind, "nudge": fact.nudge}
    told |= {"at": recorded.ts, "task_id": fact.task_id}
    _insert_variant(tx, recorded, {**message, "status": fact.status}, n=n, told=told)
    if fact.selects:
        shown: dict[str, Any] = {"active_variant": n, "status": fact.status, "task_id": fact.task_id}
        message = bump(tx, fact.message_id, variant_count=n + 1, **shown)
        values |= moved(tx, conversation, message, shown=n)
    else:
        bump(tx, fact.message_id, variant_count=n + 1)
    turn(tx, recorded, recent_at=recorded.ts, **values)


def variant_selected(tx: Unit, recorded: Recorded, fact: VariantSelected) -> None:
    conversation, variant = conversation_of(tx, recorded), variant_of(tx, fact.variant_id)
    values = push(tx, conversation, recorded, fact)
    bump(tx, fact.message_id, active_variant=variant["n"], status=variant["status"])
    shown_at_leaf = fact.variant_id if fact.leaf_id == fact.message_id else fact.leaf_variant_id
    values |= _move(tx, conversation, fact.leaf_id, shown_at_leaf)
    turn(tx, recorded, **values)


def variant_continued(tx: Unit, recorded: Recorded, fact: VariantContinued) -> None:
    values = push(tx, conversation_of(tx, recorded), recorded, fact)
    _set_status(tx, fact, "queued", conv_id=conv_id(recorded), task_id=fact.task_id, nudge=fact.nudge)
    turn(tx, recorded, recent_at=recorded.ts, **values)


def leaf_selected(tx: Unit, recorded: Recorded, fact: LeafSelected) -> None:
    conversation = conversation_of(tx, recorded)
    values = push(tx, conversation, recorded, fact)
    values |= _move(tx, conversation, fact.message_id, fact.variant_id)
    turn(tx, recorded, **values)


def branch_created(tx: Unit, recorded: Recorded, fact: BranchCreated) -> None:
    conversation = conversation_of(tx, recorded)
    values = push(tx, conversation, recorded, fact)
    if fact.copy and fact.from_conversation_id is not None and fact.variant_id is not None:
        message, origin = message_of(tx, fact.message_id), conversation_at(tx, fact.from_conversation_id)
        values |= copied(tx, origin, message, shown=variant_of(tx, fact.variant_id)["n"])
        values |= {"fork_pos": message["pos"], "family": share(tx, origin, message)}
    else:
        values |= _move(tx, conversation, fact.message_id, fact.variant_id)
    turn(tx, recorded, **values)


# Replies.


def reply_turned(tx: Unit, recorded: Recorded, fact: CompletionStarted | CompletionRequeued) -> None:
    fresh = {"task_id": fact.task_id, "error_code": None, "error_detail": None}
    _set_status(tx, fact, STATUS[type(fact)], **fresh)
    turn(tx, recorded)


def reply_ended(tx: Unit, recorded: Recorded, fact: Ended) -> None:
    conversation, variant = conversation_of(tx, recorded), variant_of(tx, fact.variant_id)
    if variant["given_up"] == fact.task_id:
        tx.update(variants, (variant["message_pos"], variant["n"]), given_up=None)
        if variant["task_id"] != fact.task_id:
            turn(tx, recorded)  # another task writes here by now
            return
    if fact.text and fact.text != variant["text"]:
        _revise(tx, recorded, variant, text=fact.text, keep=bool(variant["text"]))
    usage = fact.usage or {}
    message = _set_status(
        tx,
        fact,
        STATUS[type(fact)],
        reasoning=fact.reasoning or variant["reasoning"],
        model=fact.model or variant["model"],
        finish=fact.finish,
        usage=_json(fact.usage),
        connection=fact.connection or variant["connection"],
        fallbacks=_json(fact.fallbacks or None),
        cost=_json(fact.cost),
        tokens_out=usage.get("completion_tokens"),
        error_code=fact.code if isinstance(fact, CompletionFailed) else None,
        error_detail=fact.detail if isinstance(fact, CompletionFailed) else None,
    )
    turn(tx, recorded, recent_at=recorded.ts, **told_anew(tx, conversation, message))


def _json(value: Any) -> str | None:
    return None if value is None else canonical_json(value).decode()


# Undo.


def change_undone(tx: Unit, recorded: Recorded, fact: ChangeUndone) -> None:
    conversation, change = conversation_of(tx, recorded), tx.find(changes, event_id=fact.of)
    if change is not None:
        turn(tx, recorded, **undone(tx, conversation, recorded, change, picked=fact.picked))


def change_redone(tx: Unit, recorded: Recorded, fact: ChangeRedone) -> None:
    conversation, change = conversation_of(tx, recorded), tx.find(changes, event_id=fact.of)
    if change is not None:
        turn(tx, recorded, **redone(tx, conversation, recorded, change))


FOLDS: dict[type[Any], Callable[[Any, Recorded, Any], None]] = {
    ConversationCreated: created,
    ConversationGrouped: grouped,
    ConversationRenamed: renamed,
    ConversationDeleted: deleted,
    ConversationRestored: restored,
    MessageAdded: message_added,
    MessageEdited: message_edited,
    MessageDeleted: message_deleted,
    MessageRestored: message_restored,
    MessageHidden: message_hidden,
    MessageShown: message_shown,
    VariantAdded: variant_added,
    VariantSelected: variant_selected,
    VariantContinued: variant_continued,
    LeafSelected: leaf_selected,
    BranchCreated: branch_created,
    CompletionStarted: reply_turned,
    CompletionRequeued: reply_turned,
    CompletionDone: reply_ended,
    CompletionInterrupted: reply_ended,
    CompletionFailed: reply_ended,
    ChangeUndone: change_undone,
    ChangeRedone: change_redone,
    **MARKS,
}


def _insert_variant(tx: Unit, recorded: Recorded, message: Row, *, n: int, told: dict[str, Any]) -> None:
    row: dict[str, Any] = dict.fromkeys(variants.columns.keys())
    row |= {
        "message_pos": message["pos"],
        "n": n,
        "id": told["id"],
        "kind": told["kind"],
        "status": message["status"],
        "conv_id": conv_id(recorded),
        "text": told["text"],
        "revision": 1,
        "revised_at": told["at"],
        "created_at": told["at"],
    }
    tx.insert(variants, row | {name: told[name] for name in ("task_id", "model", "reasoning", "nudge") if name in told})


def _revise(tx: Unit, recorded: Recorded, variant: Row, *, text: str, keep: bool = True, **values: Any) -> None:
    """Put the text in place; one that it replaces becomes a revision."""
    key = (variant["message_pos"], variant["n"])
    values |= {"text": text, "revised_at": recorded.ts}
    if keep:
        old = {"message_pos": key[0], "n": key[1], "revision": variant["revision"]}
        tx.insert(revisions, old | {"text": variant["text"], "created_at": variant["revised_at"]})
        values["revision"] = variant["revision"] + 1
    tx.update(variants, key, **values)


def _set_status(tx: Unit, fact: Any, status: str, **values: Any) -> Row:
    """The variant's status, and the message's while this variant is the one selected last."""
    variant, message = variant_of(tx, fact.variant_id), message_of(tx, fact.message_id)
    tx.update(variants, (variant["message_pos"], variant["n"]), status=status, **values)
    if message["active_variant"] != variant["n"]:
        return bump(tx, fact.message_id)
    return bump(tx, fact.message_id, status=status, task_id=fact.task_id)


def _move(tx: Unit, conversation: Row, leaf_id: str | None, variant_id: str | None) -> dict[str, Any]:
    """The conversation's columns for another leaf; without a variant, the one selected there last."""
    leaf = None if leaf_id is None else message_of(tx, leaf_id)
    if leaf is None:
        return moved(tx, conversation, None, shown=0)
    return moved(
        tx, conversation, leaf, shown=leaf["active_variant"] if variant_id is None else variant_of(tx, variant_id)["n"]
    )


def _keep_leaf_below(tx: Unit, conversation: Row, message: Row) -> None:
    """Before a message goes with what follows: where its path ended, for the day it comes back."""
    leaf = leaf_of(tx, conversation)
    n = variant_on_path(message, leaf, conversation["leaf_variant"], fetch=fetch_in(tx))
    if leaf is not None and n is not None:
        tx.update(variants, (message["pos"], n), last_leaf=leaf["pos"])
        tx.update(messages, message["pos"], active_variant=n)

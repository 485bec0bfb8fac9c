"""Undo and redo inside a unit of work: read what a change touched, ask the tables of domain/undo.py, record."""

from dataclasses import dataclass
from typing import Any

import orjson

from tavernai.chat.commands import running_tasks
from tavernai.chat.domain.undo import AGAIN, INVERSE, KINDS, STANDS, Now, Turn
from tavernai.chat.errors import NothingToRedo, NothingToUndo, TouchedSince
from tavernai.chat.events import (
    ChangeRedone,
    ChangeUndone,
    MessageAdded,
    MessageDeleted,
    MessageEdited,
    VariantAdded,
    VariantContinued,
)
from tavernai.chat.projections import RUNNING
from tavernai.chat.scene import Scene, id_at, message_for, variant_at
from tavernai.chat.shown import below
from tavernai.chat.tables import changes, conversations, revisions, variants
from tavernai.kernel.facts import By
from tavernai.ledger.transaction import Transaction
from tavernai.storage.rows import Row


@dataclass(frozen=True, slots=True)
class Undone:
    """A change that was turned back, or done again."""

    event_id: str
    kind: str
    redo: int
    """how many changes can be done again now"""
    position: int
    task_ids: tuple[str, ...]
    """tasks whose replies went to the trash or were given up: to be cancelled; some may have ended"""


def undo(tx: Transaction, conversation_id: str, *, owner_id: str, by: By) -> Undone:
    """Take back the owner's latest change in this conversation.

    What a task still adds to a text by continuing it is dropped when it ends.
    Raises ConversationNotFound, ConversationInTrash, NothingToUndo, TouchedSince.
    """
    scene = Scene.of(tx, conversation_id, owner_id=owner_id, by=by)
    change = _top(scene, "undo_pos")
    if change is None:
        raise NothingToUndo
    return _turn(scene, change, done=True)


def redo(tx: Transaction, conversation_id: str, *, owner_id: str, by: By) -> Undone:
    """Do again what was undone last, as long as nothing new was done since. Its tasks are not started again.

    Raises ConversationNotFound, ConversationInTrash, NothingToRedo, TouchedSince.
    """
    scene = Scene.of(tx, conversation_id, owner_id=owner_id, by=by)
    change = _top(scene, "redo_pos")
    if change is None:
        raise NothingToRedo
    return _turn(scene, change, done=False)


def _top(scene: Scene, name: str) -> Row | None:
    pos = scene.conversation[name]
    return None if pos is None else scene.tx.get(changes, pos)


def _turn(scene: Scene, change: Row, *, done: bool) -> Undone:
    """Take the change from done to undone, or from undone to done."""
    touched = _Touched.by(scene, change)
    if not STANDS[touched.cls](touched.kept, touched.now(done=done), done):
        raise TouchedSince(event_id=change["event_id"], kind=change["kind"])
    steps = (INVERSE if done else AGAIN)[touched.cls](touched.turn(done=done))
    task_ids = touched.tasks(steps)
    mark = ChangeUndone if done else ChangeRedone
    marked = scene.record(mark(change["event_id"], change["kind"]))[-1]
    recorded = scene.record(*steps, cause_id=marked.id) if steps else [marked]
    conversation = scene.tx.get(conversations, scene.id) or scene.conversation
    return Undone(change["event_id"], change["kind"], conversation["redo_count"], recorded[-1].pos, task_ids)


@dataclass(frozen=True, slots=True)
class _Touched:
    """A change, and the rows it touched as they are now."""

    scene: Scene
    change: Row
    cls: type[Any]
    kept: dict[str, Any]
    message: Row | None
    variant: Row | None

    @classmethod
    def by(cls, scene: Scene, change: Row) -> "_Touched":
        kept = orjson.loads(change["facts"])
        message = None
        if "message_id" in kept:
            message = message_for(scene.tx, scene.conversation["owner_id"], kept["message_id"])
        variant = scene.tx.find(variants, id=kept["variant_id"]) if "variant_id" in kept else None
        return cls(scene, change, KINDS[change["kind"]], kept, message, variant)

    def now(self, *, done: bool) -> Now:
        since = self.change["pos" if done else "undone_pos"]
        foreign, message, variant = self.scene.conversation["foreign_pos"], self.message, self.variant
        return Now(
            is_foreign=foreign is not None and foreign > since,
            title=self.scene.conversation["title"],
            is_cut=message is not None and self.scene.is_cut(message),
            is_deleted=message is not None and message["deleted_pos"] is not None,
            is_hidden=message is not None and bool(message["hidden"]),
            shown_id=None if message is None else self.scene.shown(message)["id"],
            text=None if variant is None else variant["text"],
            before=self._text(self._revision_before()),
            after=self._text(self.kept.get("revision")),
        )

    def turn(self, *, done: bool) -> Turn:
        side = "before" if done else "after"
        leaf, n = self.change[f"leaf_{side}"], self.change[f"leaf_variant_{side}"]
        text = self._text(self._revision_before() if done else self.change["revision_after"])
        if self.variant is not None and self.variant["text"] == text and self.variant["status"] not in RUNNING:
            text = None
        return Turn(
            kept=self.kept,
            leaf_id=id_at(self.scene.tx, leaf),
            leaf_variant_id=None if leaf is None else variant_at(self.scene.tx, leaf, n)["id"],
            was_leaf_id=self.scene.leaf_id,
            text=text,
            revision=0 if self.variant is None else self.variant["revision"] + 1,
        )

    def tasks(self, steps: list[Any]) -> tuple[str, ...]:
        """Whose replies these steps give up."""
        tx, message, variant = self.scene.tx, self.message, self.variant
        if message is None:
            return ()
        if self.cls in (VariantAdded, VariantContinued) and variant is not None:
            return (variant["task_id"],) if variant["status"] in RUNNING and variant["task_id"] else ()
        if not any(isinstance(step, MessageDeleted) for step in steps):
            return ()
        following = self.cls is MessageAdded or self.kept["following"]
        found = running_tasks(tx, below(tx, message) if following else [message["pos"]])
        own = (message["task_id"],) if self.cls is MessageAdded and message["task_id"] else ()
        return tuple(dict.fromkeys(own + found))

    def _revision_before(self) -> int | None:
        """The number of the text the change replaced: an edit's fact names its own, a continuation's the one before."""
        revision = self.kept.get("revision")
        return revision - 1 if revision is not None and self.cls is MessageEdited else revision

    def _text(self, revision: int | None) -> str | None:
        variant = self.variant
        if revision is None or variant is None:
            return None
        if variant["revision"] == revision:
            return str(variant["text"])
        found = self.scene.tx.get(revisions, (variant["message_pos"], variant["n"], revision))
        return None if found is None else str(found["text"])

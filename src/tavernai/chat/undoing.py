"""Undo and redo inside a unit of work: see what a change touched (touched.py), ask the tables, record."""

from dataclasses import dataclass
from typing import Any

from tavernai.chat.domain.undo import AGAIN, INVERSE
from tavernai.chat.errors import ChangeEntangled, ChangeNotFound, NothingToRedo, NothingToUndo, TouchedSince
from tavernai.chat.events import ChangeRedone, ChangeUndone
from tavernai.chat.scene import Scene
from tavernai.chat.tables import changes, conversations
from tavernai.chat.touched import Touched, picked_steps
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


def undo_one(tx: Transaction, conversation_id: str, event_id: str, *, owner_id: str, by: By) -> Undone:
    """Take back one change out of turn; what came later stays as it is. The latest one is undone as by `undo`.

    Raises ConversationNotFound, ConversationInTrash, ChangeNotFound, NothingToUndo: it is undone already,
    ChangeEntangled, TouchedSince.
    """
    scene = Scene.of(tx, conversation_id, owner_id=owner_id, by=by)
    change = tx.find(changes, event_id=event_id)
    if change is None or change["conv_id"] != scene.id:
        raise ChangeNotFound
    if change["undone_pos"] is not None:
        raise NothingToUndo
    touched = Touched.by(scene, change)
    if touched.is_top:
        return _turn(scene, change, done=True)
    if not touched.may_be_picked:
        raise ChangeEntangled(event_id=event_id, kind=change["kind"])
    return _record(touched, picked_steps(touched), done=True, picked=True)


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
    touched = Touched.by(scene, change)
    if not touched.stands(done=done):
        raise TouchedSince(event_id=change["event_id"], kind=change["kind"])
    steps = (INVERSE if done else AGAIN)[touched.cls](touched.turn(done=done))
    return _record(touched, steps, done=done)


def _record(touched: Touched, steps: list[Any], *, done: bool, picked: bool = False) -> Undone:
    scene, change = touched.scene, touched.change
    task_ids = touched.tasks(steps)
    told = (change["event_id"], change["kind"])
    marked = scene.record(ChangeUndone(*told, picked=picked) if done else ChangeRedone(*told))[-1]
    recorded = scene.record(*steps, cause_id=marked.id) if steps else [marked]
    conversation = scene.tx.get(conversations, scene.id) or scene.conversation
    return Undone(*told, conversation["redo_count"], recorded[-1].pos, task_ids)

"""Opening conversations and adding to them: functions for rooms above, each inside the caller's unit of work.

What a person does with what stands there already is in commands.py, undo in undoing.py, the service of the doors in
conversations.py.
None of these commits; all of them raise before they record anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tavernai.chat.domain.greetings import with_names
from tavernai.chat.errors import (
    GreetingNotFound,
    MessageInTrash,
    MessageNotFound,
    NothingToContinue,
    ReplyRunning,
    VariantNotFound,
    WrongTask,
)
from tavernai.chat.events import (
    CompletionDone,
    CompletionFailed,
    CompletionInterrupted,
    CompletionRequeued,
    CompletionStarted,
    ConversationCreated,
    MessageAdded,
    VariantAdded,
    VariantContinued,
)
from tavernai.chat.projections import RUNNING
from tavernai.chat.scene import Scene, message_for, stream_of
from tavernai.chat.tables import conversations, messages, variants
from tavernai.kernel.facts import By, Recorded
from tavernai.kernel.ids import new_id
from tavernai.kernel.text import clean_text
from tavernai.ledger.domain import Stream
from tavernai.ledger.transaction import Transaction
from tavernai.storage.rows import Row

Ending = Literal["done", "interrupted", "failed"]


@dataclass(frozen=True, slots=True)
class Opened:
    """A new conversation; `message_id` is its greeting, None when the character has none."""

    conversation_id: str
    message_id: str | None
    title: str
    pos: int
    variant_ids: tuple[str, ...] = ()
    """of the greetings, in their order"""


@dataclass(frozen=True, slots=True)
class Added:
    """A new message or variant; `pos` of the fact that tells of it."""

    conversation_id: str
    message_id: str
    variant_id: str
    pos: int


@dataclass(frozen=True, slots=True)
class Continued:
    """The variant that goes on, and the text to go on from."""

    conversation_id: str
    message_id: str
    variant_id: str
    text: str
    pos: int


def open_conversation(
    tx: Transaction,
    *,
    owner_id: str,
    by: By,
    character_id: str | None,
    character_name: str,
    title: str | None = None,
    greetings: Sequence[str] = (),
    greeting: int = 0,
    user_name: str | None = "User",
    conversation_id: str | None = None,
) -> Opened:
    """A conversation with this character, opened by one of its greetings; the others become variants of it.

    Args:
        title: None or blank: the character's name.
        greeting: index of the greeting shown, from 0.
        user_name: what {{user}} in a greeting becomes; None: the greetings are as they shall be stored.
        conversation_id: the new one's id, when it was made before.
    Raises:
        GreetingNotFound: there are greetings, and none has this index.
    """
    spoken = list(greetings)
    if user_name is not None:
        spoken = [with_names(text, user=user_name, character=character_name) for text in spoken]
    if greeting < 0 or (greeting >= len(spoken) and (greeting or spoken)):
        raise GreetingNotFound(greetings=len(spoken))
    conversation_id, shown = conversation_id or new_id(), clean_text(title or "").strip() or character_name
    facts: list[Any] = [ConversationCreated(conversation_id, character_id, character_name, shown)]
    message_id, variant_ids = new_id() if spoken else None, tuple(new_id() for _ in spoken)
    if message_id is not None:
        facts.append(
            MessageAdded(
                message_id=message_id,
                parent_id=None,
                parent_variant_id=None,
                role="character",
                name=character_name,
                character_id=character_id,
                status="complete",
                variants=[
                    {"id": variant_id, "text": text, "kind": "original"}
                    for variant_id, text in zip(variant_ids, spoken, strict=True)
                ],
                task_id=None,
                selected=greeting,
            )
        )
    recorded = tx.append(Stream(key=f"conv:{conversation_id}", owner_id=owner_id), facts, by=by)
    return Opened(conversation_id, message_id, shown, recorded[-1].pos, variant_ids)


def add_message(
    tx: Transaction,
    conversation_id: str,
    *,
    owner_id: str,
    by: By,
    role: str,
    name: str,
    text: str,
    task_id: str | None = None,
    character_id: str | None = None,
) -> Added:
    """A whole message below the active leaf. `task_id`: the task it starts; undoing the message names it to cancel.

    Raises ConversationNotFound, ConversationInTrash.
    """
    scene = Scene.of(tx, conversation_id, owner_id=owner_id, by=by)
    return _add(
        scene,
        role=role,
        name=name,
        text=text,
        status="complete",
        task_id=task_id,
        character_id=character_id,
        parent=scene.leaf,
    )


def add_reply(
    tx: Transaction,
    conversation_id: str,
    *,
    owner_id: str,
    by: By,
    name: str,
    character_id: str | None,
    task_id: str,
    role: str = "character",
    parent: str | None = None,
    cause_id: str | None = None,
    nudge: str | None = None,
) -> Added:
    """The node of a reply to come, queued and without text; what is posted meanwhile hangs on it.

    Args:
        parent: id of the message it answers; None: the active leaf. The new node becomes the leaf either way.
        cause_id: the fact that asked for it.
        nudge: the one-off instruction it is to be written by.
    Raises:
        ConversationNotFound, ConversationInTrash, MessageNotFound, MessageInTrash.
    """
    scene = Scene.of(tx, conversation_id, owner_id=owner_id, by=by)
    above = scene.leaf if parent is None else message_for(tx, owner_id, parent)
    if parent is not None and above is not None:
        if not scene.has(above):
            raise MessageNotFound
        if scene.is_cut(above):
            raise MessageInTrash
    return _add(
        scene,
        role=role,
        name=name,
        text="",
        status="queued",
        task_id=task_id,
        character_id=character_id,
        parent=above,
        cause_id=cause_id,
        nudge=nudge,
    )


def add_swipe(
    tx: Transaction,
    message_id: str,
    *,
    owner_id: str,
    by: By,
    task_id: str,
    conversation_id: str | None = None,
    nudge: str | None = None,
) -> Added:
    """Another variant of the message, queued and selected.

    Args:
        conversation_id: the copy in which it is asked for, when the message is shared; None: the message's own.
    Raises:
        MessageNotFound, ConversationInTrash, MessageInTrash.
    """
    scene, message = Scene.around(tx, message_id, owner_id=owner_id, by=by, conversation_id=conversation_id)
    scene.check_live(message)
    variant_id = new_id()
    fact = VariantAdded(
        message_id=message_id,
        variant_id=variant_id,
        kind="swipe",
        task_id=task_id,
        status="queued",
        was_variant_id=scene.shown(message)["id"],
        was_leaf_id=scene.leaf_id,
        nudge=nudge,
    )
    recorded = scene.record(fact, task_id=task_id)
    return Added(scene.id, message_id, variant_id, recorded[-1].pos)


def begin_continue(
    tx: Transaction,
    message_id: str,
    *,
    owner_id: str,
    by: By,
    task_id: str,
    conversation_id: str | None = None,
    nudge: str | None = None,
) -> Continued:
    """Ask for more of the variant shown: it is queued again, its text stays.

    Finish with the whole text (the text continued in front); the earlier one is kept as a revision.
    Raises:
        MessageNotFound, ConversationInTrash, MessageInTrash, ReplyRunning, NothingToContinue: it has no text.
    """
    scene, message = Scene.around(tx, message_id, owner_id=owner_id, by=by, conversation_id=conversation_id)
    scene.check_live(message)
    variant = scene.shown(message)
    if variant["status"] in RUNNING:
        raise ReplyRunning
    if not variant["text"]:
        raise NothingToContinue
    fact = VariantContinued(message_id, variant["id"], task_id, variant["revision"], nudge)
    recorded = scene.record(fact, task_id=task_id)
    return Continued(scene.id, message_id, variant["id"], variant["text"], recorded[-1].pos)


def start_reply(
    tx: Transaction, message_id: str, variant_id: str, *, task_id: str, by: By, cause_id: str | None = None
) -> Recorded:
    """The model begins to write. Raises WrongTask: the variant is not this task's, or has ended."""
    _message, variant = _reply(tx, message_id, variant_id)
    _check_task(variant, task_id)
    fact = CompletionStarted(message_id, variant_id, task_id)
    return _record(tx, variant, fact, by=by, task_id=task_id, cause_id=cause_id)


def requeue_reply(
    tx: Transaction, message_id: str, variant_id: str, *, task_id: str, by: By, cause_id: str | None = None
) -> Recorded:
    """The reply waits for its turn again: after a restart, or under the new task of a retry. Text so far stays.

    Raises WrongTask: the continuation was undone meanwhile.
    """
    _message, variant = _reply(tx, message_id, variant_id)
    if variant["given_up"] == task_id:
        raise WrongTask(task_id=None, status=variant["status"])
    fact = CompletionRequeued(message_id, variant_id, task_id)
    return _record(tx, variant, fact, by=by, task_id=task_id, cause_id=cause_id)


def finish_reply(
    tx: Transaction,
    ending: Ending,
    *,
    message_id: str,
    variant_id: str,
    task_id: str,
    by: By,
    text: str,
    reasoning: str | None = None,
    finish: str | None = None,
    model: str | None = None,
    usage: dict[str, Any] | None = None,
    first_token_ms: int | None = None,
    total_ms: int | None = None,
    connection: str | None = None,
    fallbacks: list[dict[str, str]] | None = None,
    cost: dict[str, str] | None = None,
    code: str = "",
    detail: str = "",
    cause_id: str | None = None,
) -> Recorded:
    """The reply's end. An empty `text` never replaces one that is there.

    A continuation that was undone while it was written ends as interrupted, with the text it was undone to.

    Args:
        text: all of it; of a continuation with the continued text in front.
        finish: stop | length | tool; an interruption is `interrupted` whatever is given.
        connection, fallbacks, cost: who answered, who did not, and what the answer cost.
        code, detail: of a failure.
    Raises:
        WrongTask: the variant is not this task's, or has ended already.
    """
    _message, variant = _reply(tx, message_id, variant_id)
    if variant["given_up"] == task_id:
        ending, text, reasoning = "interrupted", variant["text"], variant["reasoning"]
    else:
        _check_task(variant, task_id)
    told = (message_id, variant_id, task_id, text, reasoning)
    measured = (model, usage, first_token_ms, total_ms)
    paid = (connection, fallbacks, cost)
    fact: CompletionDone | CompletionInterrupted | CompletionFailed
    if ending == "done":
        fact = CompletionDone(*told, finish, *measured, *paid)
    elif ending == "interrupted":
        fact = CompletionInterrupted(*told, "interrupted", *measured, *paid)
    else:
        fact = CompletionFailed(*told, finish, *measured, code, detail, *paid)
    return _record(tx, variant, fact, by=by, task_id=task_id, cause_id=cause_id)


def _add(
    scene: Scene,
    *,
    role: str,
    name: str,
    text: str,
    status: str,
    task_id: str | None,
    character_id: str | None,
    parent: Row | None,
    cause_id: str | None = None,
    nudge: str | None = None,
) -> Added:
    message_id, variant_id = new_id(), new_id()
    leaf_id = scene.leaf_id
    told = {"id": variant_id, "text": text, "kind": "original"} | ({"nudge": nudge} if nudge else {})
    fact = MessageAdded(
        message_id=message_id,
        parent_id=None if parent is None else parent["id"],
        parent_variant_id=None if parent is None else scene.shown(parent)["id"],
        role=role,
        name=name,
        character_id=character_id,
        status=status,
        variants=[told],
        task_id=task_id,
        was_leaf_id=leaf_id,
    )
    recorded = scene.record(fact, task_id=task_id, cause_id=cause_id)
    return Added(scene.id, message_id, variant_id, recorded[-1].pos)


def _reply(tx: Transaction, message_id: str, variant_id: str) -> tuple[Row, Row]:
    message = tx.find(messages, id=message_id)
    if message is None:
        raise MessageNotFound
    variant = tx.find(variants, id=variant_id)
    if variant is None or variant["message_pos"] != message["pos"]:
        raise VariantNotFound
    return message, variant


def _check_task(variant: Row, task_id: str) -> None:
    if variant["task_id"] != task_id or variant["status"] not in RUNNING:
        raise WrongTask(task_id=variant["task_id"], status=variant["status"])


def _record(tx: Transaction, variant: Row, fact: Any, *, by: By, task_id: str, cause_id: str | None) -> Recorded:
    conversation = tx.get(conversations, variant["conv_id"])
    if conversation is None:
        raise LookupError(f"no conversation {variant['conv_id']}")
    return tx.append(stream_of(conversation), [fact], by=by, task_id=task_id, cause_id=cause_id)[-1]

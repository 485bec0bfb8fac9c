"""Orders: what a person may ask for, and the unit of work that makes messages and tasks of it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from tavernai.agent.company import Speaking
from tavernai.agent.domain.tasks import Kind, State
from tavernai.agent.errors import EmptyMessage, NothingToAnswer, NotRetryable, TaskNotFound, TooManyOpen, TooManyWaiting
from tavernai.agent.events import TaskQueued
from tavernai.agent.opening import Ahead, Opener
from tavernai.agent.ports import Stage
from tavernai.agent.stopping import is_open, stop
from tavernai.agent.tables import lanes, tasks
from tavernai.chat import service as chat
from tavernai.chat.arranging import forget_draft
from tavernai.chat.errors import NotAMember
from tavernai.chat.groups import member_name
from tavernai.chat.scene import conversation_for, message_for
from tavernai.chat.tables import messages
from tavernai.kernel.facts import By
from tavernai.kernel.ids import new_id
from tavernai.kernel.text import clean_text
from tavernai.ledger.domain import Stream
from tavernai.ledger.idempotency import answered, remember
from tavernai.ledger.transaction import Transaction
from tavernai.storage.rows import Row
from tavernai.streaming.service import session_for, stream_url

WAITING_MAX = 200
NARRATOR = "System"
ROUTE = "agent.messages"
SPEAK: Final = "speak"

ActionName = Literal["regenerate", "continue", "swipe", "impersonate", "speak"]
KINDS: dict[str, Kind] = {
    "regenerate": Kind.REGENERATE,
    "swipe": Kind.SWIPE,
    "continue": Kind.CONTINUE,
    "impersonate": Kind.IMPERSONATE,
}


@dataclass(frozen=True, slots=True)
class Speaker:
    """In whose part something is said; without a name, the one whose part that is in the conversation."""

    role: str
    """user | character | system"""
    name: str | None = None
    character_id: str | None = None
    """a member of the conversation's group, for something said in its part"""


@dataclass(frozen=True, slots=True)
class Order:
    """What a person asked for: a message to answer, or an action on one that stands there."""

    content: str | None = None
    action: ActionName | None = None
    conversation_id: str | None = None
    character_id: str | None = None
    message_id: str | None = None
    connection: str | None = None
    nudge: str | None = None
    """a one-off instruction for this reply"""
    speaker: Speaker | None = None
    """who says the content; None: the person"""
    reply: bool = True
    """False: the content is only recorded"""
    member: str | None = None
    """the character of a group who shall speak; None: by its rules"""
    idempotency_key: str | None = None

    def body(self) -> dict[str, Any]:
        """What makes two requests the same one; what came later is left out where it says nothing."""
        return {
            name: value
            for name, value in asdict(self).items()
            if name != "idempotency_key" and (name != "member" or value is not None)
        }


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of an order; no task and no reply when none was wanted."""

    task_id: str | None
    message_id: str | None
    reply_message_id: str | None
    conversation_id: str
    position: int
    session_id: str

    @property
    def stream_url(self) -> str:
        return stream_url(self.session_id, self.position)

    def ids(self) -> dict[str, Any]:
        return {
            "task_id": self.task_id,
            "message_id": self.message_id,
            "reply_message_id": self.reply_message_id,
            "conversation_id": self.conversation_id,
            "position": self.position,
        }


@dataclass(frozen=True, slots=True)
class Orders:
    """Takes orders, each in one unit of work: the message and the task that answers it are there together or not."""

    opener: Opener
    stage: Stage

    def take(
        self, tx: Transaction, user_id: str, order: Order, ahead: Ahead, *, crowd: TooManyOpen | None = None
    ) -> Posted:
        """`crowd`: why nothing more of this person's is taken; what was taken before is answered all the same."""
        act = {None: self._say, SPEAK: self._speak}.get(order.action, self._act)
        if order.idempotency_key is None:
            return act(tx, user_id, order, ahead)
        asked: dict[str, Any] = {"route": ROUTE, "key": order.idempotency_key, "body": order.body()}
        before = answered(tx, user_id, **asked)
        if before is not None:
            return Posted(**before)
        if crowd is not None:
            raise crowd
        posted = act(tx, user_id, order, ahead)
        remember(tx, user_id, **asked, answer=asdict(posted))
        return posted

    def _say(self, tx: Transaction, user_id: str, order: Order, ahead: Ahead) -> Posted:
        text = clean_text(order.content or "")
        if not text.strip():
            raise EmptyMessage
        by = By.user(user_id)
        conversation_id = order.conversation_id or self.opener.open(tx, user_id, order.character_id, by=by, ahead=ahead)
        conversation = conversation_for(tx, user_id, conversation_id)
        _check_room(tx, conversation_id)
        ahead.check(tx, user_id, conversation)
        speakers = ahead.answering(conversation) if order.reply else ()
        task_id = new_id() if speakers else None
        part = self._part(tx, user_id, conversation, order.speaker)
        told = text if ahead.heard is None else ahead.heard.text
        said = chat.add_message(tx, conversation_id, owner_id=user_id, by=by, text=told, task_id=task_id, **part)
        forget_draft(tx, conversation_id, sent=text)
        cause = tx.recorded[-1].id
        ahead.leave(tx, said.variant_id, stream=Stream(f"conv:{conversation_id}", user_id), by=by, cause_id=cause)
        if task_id is None:
            session_id = session_for(tx, user_id, conversation_id)
            return Posted(None, said.message_id, None, conversation_id, said.pos, session_id)
        place = {"conversation_id": conversation_id, "message_id": said.message_id}
        return _replies(tx, user_id, order, speakers, first_task=task_id, cause_id=cause, **place)

    def _speak(self, tx: Transaction, user_id: str, order: Order, ahead: Ahead) -> Posted:
        """Somebody goes on without a word of the person's: who was asked to, else whose turn it is."""
        if order.conversation_id is None:
            raise NothingToAnswer("Say in which conversation.")
        conversation = conversation_for(tx, user_id, order.conversation_id)
        _check_room(tx, conversation["id"])
        place = {"conversation_id": conversation["id"], "message_id": _target(tx, user_id, conversation, None)["id"]}
        speakers = ahead.answering(conversation)
        if not speakers:
            raise NothingToAnswer("Nobody is there to speak.")
        return _replies(tx, user_id, order, speakers, first_task=new_id(), cause_id=None, **place)

    def _part(self, tx: Transaction, user_id: str, conversation: Row, speaker: Speaker | None) -> dict[str, Any]:
        """Role, name and character of what is said."""
        role, name = ("user", None) if speaker is None else (speaker.role, clean_text(speaker.name or "").strip())
        own = {"character": conversation["character_name"], "system": NARRATOR}
        usual = own.get(role) or self._user_name(tx, user_id, conversation)
        if role == "character" and speaker is not None and speaker.character_id is not None:
            return {"role": role, **_member(tx, user_id, conversation, speaker.character_id)}
        is_own = role == "character" and (name or usual) == usual
        return {"role": role, "name": name or usual, "character_id": conversation["character_id"] if is_own else None}

    def _user_name(self, tx: Transaction, user_id: str, conversation: Row) -> str:
        place = {"character_id": conversation["character_id"], "conversation_id": conversation["id"]}
        return self.stage.user_name(tx, user_id, **place)

    def _act(self, tx: Transaction, user_id: str, order: Order, ahead: Ahead) -> Posted:
        if order.conversation_id is None:
            raise NothingToAnswer("Say in which conversation.")
        kind, by, task_id, first = KINDS[order.action or ""], By.user(user_id), new_id(), False
        conversation = conversation_for(tx, user_id, order.conversation_id)
        _check_room(tx, conversation["id"])
        target = _target(tx, user_id, conversation, order.message_id)
        nudge = nudge_of(order)
        asked: dict[str, Any] = {"owner_id": user_id, "by": by, "task_id": task_id, "nudge": nudge}
        if kind == Kind.IMPERSONATE:
            reply = self._speak_for(tx, user_id, conversation, task_id=task_id, by=by, nudge=nudge)
        elif target["role"] == "user" and kind in (Kind.REGENERATE, Kind.SWIPE):
            kind, reply = Kind.REPLY, _answer(tx, conversation, target, ahead.first(conversation), **asked)
        elif kind == Kind.CONTINUE:
            going_on = chat.begin_continue(tx, target["id"], conversation_id=conversation["id"], **asked)
            reply = (going_on.message_id, going_on.variant_id)
        else:
            first = _stop_reply(tx, user_id, target, by=by)
            swiped = chat.add_swipe(tx, target["id"], conversation_id=conversation["id"], **asked)
            reply = (swiped.message_id, swiped.variant_id)
        answers = target["id"] if kind == Kind.REPLY else _above(tx, target)
        return _queue(
            tx, user_id, kind, task_id=task_id, reply=reply, order=order, conversation_id=conversation["id"],
            message_id=answers, cause_id=tx.recorded[-1].id, first=first,
        )  # fmt: skip

    def _speak_for(self, tx: Transaction, user_id: str, conversation: Row, **asked: Any) -> tuple[str, str]:
        name = self._user_name(tx, user_id, conversation)
        added = chat.add_reply(
            tx, conversation["id"], owner_id=user_id, name=name, character_id=None, role="user", **asked
        )
        return added.message_id, added.variant_id

    def retry(self, tx: Transaction, user_id: str, task_id: str) -> Posted:
        task = tx.get(tasks, task_id)
        if task is None or task["owner_id"] != user_id:
            raise TaskNotFound
        if task["state"] not in (State.FAILED.value, State.CANCELLED.value):
            raise NotRetryable(state=task["state"])
        by, new_task = By.user(user_id), new_id()
        order = Order(connection=task["connection"], nudge=task["nudge"])
        requeued = chat.requeue_reply(tx, task["reply_message_id"], task["variant_id"], task_id=new_task, by=by)
        return _queue(
            tx, user_id, Kind(task["kind"]), task_id=new_task, reply=(task["reply_message_id"], task["variant_id"]),
            order=order, conversation_id=task["conversation_id"], message_id=task["message_id"],
            cause_id=requeued.id, retry_of=task_id,
        )  # fmt: skip


def _member(tx: Transaction, user_id: str, conversation: Row, character_id: str) -> dict[str, Any]:
    """Name and character of somebody in the conversation. Raises NotAMember."""
    name = member_name(tx, user_id, conversation["id"], character_id)
    if name is None:
        raise NotAMember
    return {"name": name, "character_id": character_id}


def _replies(
    tx: Transaction, user_id: str, order: Order, speakers: Sequence[Speaking], *, first_task: str, **place: Any
) -> Posted:
    """A reply of each, in their order; what became of the first."""
    posted = [
        _reply(tx, user_id, order, one, task_id=new_id() if number else first_task, **place)
        for number, one in enumerate(speakers)
    ]
    return posted[0]


def _reply(
    tx: Transaction, user_id: str, order: Order, speaking: Speaking, *, task_id: str, conversation_id: str,
    message_id: str, cause_id: str | None,
) -> Posted:  # fmt: skip
    """The place of one reply at the end, and the task that fills it."""
    reply = chat.add_reply(
        tx, conversation_id, owner_id=user_id, by=By.user(user_id), name=speaking.name,
        character_id=speaking.character_id, task_id=task_id, cause_id=cause_id, nudge=nudge_of(order),
    )  # fmt: skip
    return _queue(
        tx, user_id, Kind.REPLY, task_id=task_id, reply=(reply.message_id, reply.variant_id), order=order,
        conversation_id=conversation_id, message_id=message_id, cause_id=cause_id,
    )  # fmt: skip


def _queue(
    tx: Transaction,
    user_id: str,
    kind: Kind,
    *,
    task_id: str,
    reply: tuple[str, str],
    order: Order,
    conversation_id: str,
    message_id: str | None,
    cause_id: str | None,
    first: bool = False,
    retry_of: str | None = None,
) -> Posted:
    fact = TaskQueued(
        task_id=task_id, kind=kind.value, conversation_id=conversation_id, message_id=message_id,
        reply_message_id=reply[0], variant_id=reply[1], connection=order.connection, first=first, retry_of=retry_of,
        nudge=nudge_of(order),
    )  # fmt: skip
    [event] = tx.append(
        Stream(f"conv:{conversation_id}", user_id), [fact], by=By.user(user_id), task_id=task_id, cause_id=cause_id
    )
    session_id = session_for(tx, user_id, conversation_id)
    return Posted(task_id, message_id, reply[0], conversation_id, event.pos, session_id)


def _check_room(tx: Transaction, conversation_id: str) -> None:
    lane = tx.get(lanes, f"conv:{conversation_id}")
    if lane is not None and lane["waiting"] >= WAITING_MAX:
        raise TooManyWaiting(waiting=lane["waiting"], waiting_max=WAITING_MAX)


def _target(tx: Transaction, user_id: str, conversation: Row, message_id: str | None) -> Row:
    """The message an action is about: the one named, else the last one shown."""
    if message_id is not None:
        return message_for(tx, user_id, message_id)
    leaf = tx.get(messages, conversation["active_leaf"]) if conversation["active_leaf"] is not None else None
    if leaf is None:
        raise NothingToAnswer
    return leaf


def _above(tx: Transaction, message: Row) -> str | None:
    parent = tx.get(messages, message["parent_pos"]) if message["parent_pos"] is not None else None
    return str(parent["id"]) if parent is not None else None


def _answer(tx: Transaction, conversation: Row, target: Row, speaking: Speaking, **asked: Any) -> tuple[str, str]:
    """The last message is the person's own: what they want is an answer to it."""
    added = chat.add_reply(
        tx, conversation["id"], name=speaking.name, character_id=speaking.character_id, parent=target["id"], **asked
    )
    return added.message_id, added.variant_id


def nudge_of(order: Order) -> str | None:
    """The instruction as it is kept; a blank one is none."""
    return clean_text(order.nudge or "").strip() or None


def _stop_reply(tx: Transaction, user_id: str, target: Row, *, by: By) -> bool:
    """A reply that is still being made is stopped before it is made again; whether it runs."""
    task = tx.get(tasks, target["task_id"]) if target["task_id"] else None
    if task is None or not is_open(task) or task["reply_message_id"] != target["id"]:
        return False
    return stop(tx, task["id"], owner_id=user_id, by=by)

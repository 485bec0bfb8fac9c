"""Taking a task back: one that waits ends at once, one that runs is asked to stop, by a fact its runner hears."""

from collections.abc import Sequence

from tavernai.agent.domain.tasks import FINAL, Kind, State
from tavernai.agent.errors import TaskNotFound
from tavernai.agent.events import TaskCancelled, TaskStopAsked
from tavernai.agent.tables import tasks
from tavernai.chat import service as chat
from tavernai.chat.arranging import take_back
from tavernai.chat.tables import messages
from tavernai.kernel.facts import By
from tavernai.ledger.domain import Stream
from tavernai.ledger.transaction import Transaction
from tavernai.storage.rows import Row


def stop(tx: Transaction, task_id: str, *, owner_id: str, by: By, to_trash: bool = False) -> bool:
    """Cancel a task; whether it runs, so that its end is still to come. One that has ended is left alone.

    Args:
        to_trash: put the message that was still waiting for its reply into the trash, with the empty reply.
    Raises:
        TaskNotFound: no such task, or somebody else's.
    """
    task = tx.get(tasks, task_id)
    if task is None or task["owner_id"] != owner_id:
        raise TaskNotFound
    if task["state"] == State.RUNNING.value and not task["cancel_requested"]:
        tx.append(_stream(task), [TaskStopAsked()], by=by, task_id=task_id)
        tx.update(tasks, task_id, cancel_requested=1)
    elif task["state"] == State.QUEUED.value:
        _end_waiting(tx, task, by=by, to_trash=to_trash)
    return bool(task["state"] == State.RUNNING.value)


def is_open(task: Row) -> bool:
    """Whether something may still come of the task."""
    return State(task["state"]) not in FINAL


class Stopper:
    """Fulfils chat.ports.Tasks: what is taken back takes its task along."""

    def cancel(self, tx: Transaction, task_ids: Sequence[str], *, owner_id: str, by: By) -> None:
        for task_id in task_ids:
            stop(tx, task_id, owner_id=owner_id, by=by)


def _end_waiting(tx: Transaction, task: Row, *, by: By, to_trash: bool) -> None:
    place = (task["reply_message_id"], task["variant_id"])
    ended = chat.finish_reply(
        tx, "interrupted", message_id=place[0], variant_id=place[1], task_id=task["id"], by=by, text=""
    )
    cancelled = TaskCancelled(*place, None, None)
    tx.append(_stream(task), [cancelled], by=by, task_id=task["id"], cause_id=ended.id)
    if to_trash and task["kind"] == Kind.REPLY.value:
        asked = tx.find(messages, id=task["message_id"])
        # A message that stood there before, and was only answered anew, stays.
        own = task["message_id"] if asked is not None and asked["task_id"] == task["id"] else None
        take_back(tx, own, task["reply_message_id"], owner_id=task["owner_id"], by=by)


def _stream(task: Row) -> Stream:
    return Stream(task["lane"], task["owner_id"])

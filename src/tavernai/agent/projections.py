"""From facts to the tables of tasks and lanes, and to what branches go on with."""

from collections.abc import Callable
from typing import Any

import orjson

from tavernai.agent.domain.tasks import State, Verb, step
from tavernai.agent.events import (
    PlanMade,
    TaskCancelled,
    TaskCompleted,
    TaskFailed,
    TaskLeaseExpired,
    TaskQueued,
    TaskRetry,
    TaskStarted,
    VariablesBrought,
    VariablesChanged,
)
from tavernai.agent.tables import branch_states, lanes, person_variables, tasks
from tavernai.kernel.canonical import canonical_json
from tavernai.kernel.facts import Recorded
from tavernai.storage.rows import Row
from tavernai.storage.unit import Unit


def queued(tx: Unit, event: Recorded, fact: TaskQueued) -> None:
    """A task takes its place in its lane."""
    lane = tx.get(lanes, event.stream) or _new_lane(tx, event.stream)
    seq = lane["last_seq"] + 1
    first = lane["head_task_id"] is None
    tx.insert(tasks, _row(event, fact, seq=seq, head=first))
    if first:
        tx.update(lanes, event.stream, last_seq=seq, head_task_id=fact.task_id, tail_task_id=fact.task_id, waiting=1)
    elif fact.first:
        _put_behind_head(tx, lane, fact.task_id, seq=seq)
    else:
        tx.update(tasks, lane["tail_task_id"], next_task_id=fact.task_id)
        tx.update(lanes, event.stream, last_seq=seq, tail_task_id=fact.task_id, waiting=lane["waiting"] + 1)


def _put_behind_head(tx: Unit, lane: Row, task_id: str, *, seq: int) -> None:
    head = tx.get(tasks, lane["head_task_id"])
    assert head is not None
    tx.update(tasks, task_id, next_task_id=head["next_task_id"])
    tx.update(tasks, head["id"], next_task_id=task_id)
    tail = task_id if lane["tail_task_id"] == head["id"] else lane["tail_task_id"]
    tx.update(lanes, lane["lane"], last_seq=seq, tail_task_id=tail, waiting=lane["waiting"] + 1)


def _new_lane(tx: Unit, name: str) -> Row:
    row = {"lane": name, "last_seq": 0, "head_task_id": None, "tail_task_id": None, "waiting": 0}
    tx.insert(lanes, row)
    return row


def _row(event: Recorded, fact: TaskQueued, *, seq: int, head: bool) -> dict[str, Any]:
    return {
        "id": fact.task_id, "owner_id": event.owner_id, "kind": fact.kind, "lane": event.stream, "lane_seq": seq,
        "next_task_id": None, "conversation_id": fact.conversation_id, "message_id": fact.message_id,
        "reply_message_id": fact.reply_message_id, "variant_id": fact.variant_id, "connection": fact.connection,
        "retry_of": fact.retry_of, "head": int(head), "state": State.QUEUED.value, "attempt": 0, "fence": 0,
        "error": None, "input_event": event.id, "created_at": event.ts, "updated_at": event.ts, "started_at": None,
        "ended_at": None, "run_at": event.ts, "lease_owner": None, "lease_until": None, "cancel_requested": 0,
        "nudge": fact.nudge,
    }  # fmt: skip


def _task(tx: Unit, event: Recorded) -> Row:
    row = tx.get(tasks, event.task_id)
    assert row is not None, f"no task {event.task_id}"
    return row


def started(tx: Unit, event: Recorded, fact: TaskStarted) -> None:
    task = _task(tx, event)
    tx.update(
        tasks, task["id"], state=step(State(task["state"]), Verb.START).value, attempt=fact.attempt, fence=fact.fence,
        started_at=task["started_at"] or event.ts, updated_at=event.ts, error=None,
    )  # fmt: skip


def retried(tx: Unit, event: Recorded, fact: TaskRetry) -> None:
    error = orjson.dumps({"code": fact.code, "detail": fact.detail}).decode()
    _back_to_queue(tx, event, Verb.RETRY, error=error)


def lease_expired(tx: Unit, event: Recorded, fact: TaskLeaseExpired) -> None:
    _back_to_queue(tx, event, Verb.EXPIRE, error=None)


def _back_to_queue(tx: Unit, event: Recorded, verb: Verb, *, error: str | None) -> None:
    task = _task(tx, event)
    tx.update(tasks, task["id"], state=step(State(task["state"]), verb).value, updated_at=event.ts, error=error)


def completed(tx: Unit, event: Recorded, fact: TaskCompleted) -> None:
    _end(tx, event, Verb.COMPLETE, error=None)


def failed(tx: Unit, event: Recorded, fact: TaskFailed) -> None:
    error = {"code": fact.code, "detail": fact.detail, "retryable": fact.retryable}
    _end(tx, event, Verb.FAIL, error=orjson.dumps(error).decode())


def cancelled(tx: Unit, event: Recorded, fact: TaskCancelled) -> None:
    _end(tx, event, Verb.CANCEL, error=None)


def _end(tx: Unit, event: Recorded, verb: Verb, *, error: str | None) -> None:
    task = _task(tx, event)
    state = step(State(task["state"]), verb)
    tx.update(tasks, task["id"], state=state.value, head=0, error=error, updated_at=event.ts, ended_at=event.ts)
    lane = tx.get(lanes, task["lane"])
    assert lane is not None
    waiting = lane["waiting"] - 1
    if lane["head_task_id"] != task["id"]:
        tx.update(lanes, lane["lane"], waiting=waiting)
        return
    following = _next_queued(tx, task)
    tail = lane["tail_task_id"] if following else None
    tx.update(lanes, lane["lane"], head_task_id=following, tail_task_id=tail, waiting=waiting)
    if following:
        tx.update(tasks, following, head=1, updated_at=event.ts)


def _next_queued(tx: Unit, task: Row) -> str | None:
    """The next task that still waits; those cancelled in the queue are passed over."""
    next_id = task["next_task_id"]
    while next_id is not None:
        row = tx.get(tasks, next_id)
        assert row is not None
        if row["state"] == State.QUEUED.value:
            return str(next_id)
        next_id = row["next_task_id"]
    return None


def planned(tx: Unit, event: Recorded, fact: PlanMade) -> None:
    """A prompt that left something behind: the variant it was made for holds it."""
    told = fact.plan.get("variables")
    if told is not None:
        timed = (fact.plan.get("lore") or {}).get("timed") or {}
        _leave(tx, event, _task(tx, event)["variant_id"], timed=timed, local=told["local"])
        _everywhere(tx, event, told["everywhere"])


def variables_changed(tx: Unit, event: Recorded, fact: VariablesChanged) -> None:
    is_change = None if fact.is_whole else 1
    _leave(tx, event, fact.variant_id, timed=fact.timed, local=fact.local, is_change=is_change)
    _everywhere(tx, event, fact.everywhere)


def variables_brought(tx: Unit, event: Recorded, fact: VariablesBrought) -> None:
    _everywhere(tx, event, fact.everywhere)


def _leave(
    tx: Unit,
    event: Recorded,
    variant_id: str,
    *,
    timed: dict[str, Any],
    local: dict[str, Any],
    is_change: int | None = None,
) -> None:
    values = {"timed": _json(timed), "local": _json(local), "is_change": is_change}
    if tx.get(branch_states, variant_id) is None:
        tx.insert(branch_states, {"variant_id": variant_id, "owner_id": event.owner_id} | values)
    else:
        tx.update(branch_states, variant_id, **values)


def _everywhere(tx: Unit, event: Recorded, changed: dict[str, Any]) -> None:
    if not changed:
        return
    row = tx.get(person_variables, event.owner_id)
    after = (orjson.loads(row["everywhere"]) if row is not None else {}) | changed
    told = _json({name: value for name, value in after.items() if value is not None})
    if row is None:
        tx.insert(person_variables, {"owner_id": event.owner_id, "everywhere": told})
    else:
        tx.update(person_variables, event.owner_id, everywhere=told)


def _json(value: Any) -> str:
    return canonical_json(value).decode()


FOLDS: dict[type[Any], Callable[[Any, Recorded, Any], None]] = {
    PlanMade: planned,
    VariablesBrought: variables_brought,
    VariablesChanged: variables_changed,
    TaskQueued: queued,
    TaskStarted: started,
    TaskRetry: retried,
    TaskLeaseExpired: lease_expired,
    TaskCompleted: completed,
    TaskFailed: failed,
    TaskCancelled: cancelled,
}

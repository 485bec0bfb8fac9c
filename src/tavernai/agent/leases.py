"""Who works on what: claiming a lane's head, keeping the lease, ending a task. Units of work, all by key.

A lease is not a fact; a start is. `fence` grows with every start, and a worker whose fence is old writes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, bindparam, select, update

from tavernai.agent.domain.tasks import State
from tavernai.agent.errors import LeaseLost
from tavernai.agent.events import TaskStarted
from tavernai.agent.tables import lanes, tasks
from tavernai.kernel.facts import By
from tavernai.ledger.domain import Stream
from tavernai.ledger.transaction import Transaction
from tavernai.storage.rows import Row

LEASE_MS = 30_000
BEAT_SECONDS = 10.0
ATTEMPTS_MAX = 2

BEAT = (
    update(tasks)
    .where(tasks.c.id == bindparam("of_task"), tasks.c.lease_owner == bindparam("of_worker"))
    .values(lease_until=bindparam("until"))
)


@dataclass(frozen=True, slots=True)
class Lease:
    """A task this worker may work on, as it was when it started."""

    task: Row
    attempt: int
    fence: int
    started_event: str

    @property
    def task_id(self) -> str:
        return str(self.task["id"])

    @property
    def stream(self) -> Stream:
        return Stream(self.task["lane"], self.task["owner_id"])


def by_worker(worker: str) -> By:
    """What a worker writes comes from a model's words."""
    return By(f"worker:{worker}", "model")


def claim(tx: Transaction, lane_name: str, *, worker: str) -> Lease | int | None:
    """Start the head of the lane: a Lease; the milliseconds until it is due; None when nothing is to be done."""
    lane = tx.get(lanes, lane_name)
    if lane is None or lane["head_task_id"] is None:
        return None
    task = tx.get(tasks, lane["head_task_id"])
    if task is None or task["state"] != State.QUEUED.value:
        return None
    if task["run_at"] > tx.now:
        return int(task["run_at"] - tx.now)
    attempt, fence = task["attempt"] + 1, task["fence"] + 1
    [event] = tx.append(
        Stream(lane_name, task["owner_id"]),
        [TaskStarted(attempt=attempt, fence=fence, worker=worker)],
        by=by_worker(worker),
        task_id=task["id"],
        cause_id=task["input_event"],
    )
    tx.update(tasks, task["id"], lease_owner=worker, lease_until=tx.now + LEASE_MS)
    return Lease(task, attempt, fence, event.id)


def held(tx: Transaction, lease: Lease) -> Row:
    """The task's row, if this worker still holds it. Raises LeaseLost."""
    task = tx.get(tasks, lease.task_id)
    if task is None or task["fence"] != lease.fence or task["state"] != State.RUNNING.value:
        raise LeaseLost(task_id=lease.task_id)
    return task


def beat(tx: Transaction, *, task_ids: Sequence[str], worker: str) -> None:
    """Keep the leases of everything that runs here."""
    for task_id in task_ids:
        tx.later(BEAT, {"of_task": task_id, "of_worker": worker, "until": tx.now + LEASE_MS})


def due_lanes(conn: Connection, now: int, *, limit: int = 1_000) -> list[str]:
    """Lanes whose head waits and may start."""
    waiting = and_(tasks.c.state == State.QUEUED.value, tasks.c.head == 1, tasks.c.run_at <= now)
    query = select(tasks.c.lane).where(waiting).order_by(tasks.c.created_at).limit(limit)
    return list(conn.execute(query).scalars())


def running_tasks(conn: Connection) -> list[dict[str, Any]]:
    """Everything that says it runs."""
    rows = conn.execute(select(tasks).where(tasks.c.state == State.RUNNING.value)).mappings()
    return [dict(row) for row in rows]

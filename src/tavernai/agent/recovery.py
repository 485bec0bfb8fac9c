"""A killed process writes nothing. Here its beginnings without an ending are closed or queued again.

A draft with text becomes an interrupted reply that keeps it, and its task fails with `server_restarted`: the person
continues or tries again. A task that had said nothing yet is simply queued again.
"""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import structlog
from sqlalchemy import delete

from tavernai.agent.domain.tasks import State
from tavernai.agent.events import TaskFailed, TaskLeaseExpired
from tavernai.agent.leases import running_tasks
from tavernai.agent.tables import tasks
from tavernai.chat import service as chat
from tavernai.chat.tables import variants
from tavernai.kernel.facts import By
from tavernai.ledger.domain import Stream
from tavernai.ledger.ports import Storage
from tavernai.ledger.transaction import Transaction
from tavernai.streaming.drafts import DraftText, forget, left_behind
from tavernai.streaming.tables import streaming_messages

FORGET_ALL = delete(streaming_messages)
RESTARTED = (
    "The server was restarted while this reply was being written. Its text so far is kept: continue it or try again."
)

log = structlog.get_logger()


async def recover(storage: Storage) -> int:
    """Close or requeue everything a former process left running; how many tasks. For start-up, before any worker."""
    rows = await storage.read(running_tasks)
    drafts = await storage.read(left_behind)
    await close_lost(storage, rows, drafts)
    await storage.commit(lambda tx: tx.later(FORGET_ALL, {}))
    if rows:
        log.info("tasks_recovered", tasks=len(rows), with_text=sum(row["id"] in drafts for row in rows))
    return len(rows)


async def close_lost(storage: Storage, rows: Iterable[Mapping[str, Any]], drafts: Mapping[str, DraftText]) -> None:
    """Each task on its own: one that cannot be closed must not keep the others."""
    for row in rows:
        draft = drafts.get(row["id"])
        await storage.commit(partial(_close, task_id=row["id"], draft=draft))


def _close(tx: Transaction, *, task_id: str, draft: DraftText | None) -> None:
    task = tx.get(tasks, task_id)
    if task is None or task["state"] != State.RUNNING.value:
        return
    by, stream = By.system(), Stream(task["lane"], task["owner_id"])
    place = {"message_id": task["reply_message_id"], "variant_id": task["variant_id"], "task_id": task_id, "by": by}
    if draft is None or not draft.text:
        tx.append(stream, [TaskLeaseExpired(attempt=task["attempt"])], by=by, task_id=task_id)
        tx.update(tasks, task_id, lease_owner=None, lease_until=None, run_at=tx.now)
        chat.requeue_reply(tx, place["message_id"], place["variant_id"], task_id=task_id, by=by)
    else:
        variant = tx.find(variants, id=task["variant_id"])
        before = variant["text"][: draft.offset] if variant is not None else ""
        ended = chat.finish_reply(tx, "interrupted", text=before + draft.text, **place)
        failed = TaskFailed(task["reply_message_id"], task["variant_id"], "server_restarted", RESTARTED, retryable=True)
        tx.append(stream, [failed], by=by, task_id=task_id, cause_id=ended.id)
    forget(tx, task_id)

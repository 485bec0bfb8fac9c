"""One reply, from claimed task to recorded end.

    claimed ─ read the scene ─ plan.made, route.chosen ─ completion.started ─ tokens … ─ completion.* + task.*
              (one snapshot)   (intent on disk before the model is asked)     (ring, drafts)  (one commit)

Every step is recorded before the next is taken, and nothing that was done is done again after a crash.
"""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

import structlog

from tavernai.agent.domain.tidy import Tidy
from tavernai.agent.errors import LeaseLost, ReplyBroke
from tavernai.agent.events import PlanMade, RouteChosen, TaskCancelled, TaskCompleted, TaskFailed, TaskRetry
from tavernai.agent.leases import ATTEMPTS_MAX, Lease, by_worker, held
from tavernai.agent.stage import Director, Staged
from tavernai.agent.tables import tasks
from tavernai.chat import service as chat
from tavernai.chat.errors import WrongTask
from tavernai.gateway.domain import Connection
from tavernai.gateway.errors import UnknownConnection, UpstreamError, UpstreamTimeout
from tavernai.gateway.ports import Gateway
from tavernai.kernel.errors import TavernError
from tavernai.kernel.facts import Recorded
from tavernai.ledger.ports import Storage
from tavernai.ledger.transaction import Transaction
from tavernai.prompting import store as prompt_store
from tavernai.streaming.drafts import Drafts, forget
from tavernai.streaming.hub import Hub

REPLY_SECONDS_MAX = 1_800
RECORD_SECONDS_MAX = 20
RETRY_MS = 500
RETRY_AFTER_MS_MAX = 5_000

FINISHES = {"tool_calls": "tool", "content_filter": "stop"}
"""OpenAI's word for an end where ours is another."""

log = structlog.get_logger()


@dataclass(slots=True)
class Told:
    """What the model has said so far, and how long it took."""

    since: float
    pieces: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    finish: str | None = None
    usage: dict[str, Any] | None = None
    first_token_ms: int | None = None

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    def measured(self, model: str | None) -> dict[str, Any]:
        return {
            "reasoning": "".join(self.reasoning) or None,
            "usage": self.usage,
            "model": model,
            "first_token_ms": self.first_token_ms,
            "total_ms": int((time.monotonic() - self.since) * 1000),
        }


@dataclass(slots=True)
class ReplyWriter:
    """Runs replies; one instance serves all of them."""

    storage: Storage
    gateway: Gateway
    hub: Hub
    drafts: Drafts
    director: Director
    worker: str = ""

    async def write(self, lease: Lease, asked_to_stop: asyncio.Event) -> None:
        """Carry the task to its end. Errors of the model end it; they are never raised from here."""
        told = Told(time.monotonic())
        staged: Staged | None = None
        try:
            async with asyncio.timeout(REPLY_SECONDS_MAX):
                staged = await self._plan(lease)
                await self._listen(lease, staged, told)
        except asyncio.CancelledError:
            if not asked_to_stop.is_set():
                raise  # the process is going down: the next start closes what is open here
            _uncancel()
            await self._end(lease, staged, told, ending="interrupted")
        except LeaseLost:
            log.warning("lease_lost", task_id=lease.task_id)
        except TimeoutError:
            await self._end(lease, staged, told, error=_too_long())
        except TavernError as error:
            await self._end(lease, staged, told, error=error)
        except Exception as error:
            log.exception("reply_broke", task_id=lease.task_id)
            await self._end(lease, staged, told, error=_unexpected(error))
        else:
            whole = told.finish != "interrupted"
            await self._end(lease, staged, told, ending="done" if whole else "interrupted")

    async def _plan(self, lease: Lease) -> Staged:
        """Read the scene, build the prompt, record both before the model is asked."""
        connection, reason = await self._route(lease)
        staged = await self.storage.read(
            lambda conn: self.director.stage(conn, lease.task, connection=connection, reason=reason)
        )
        await self.storage.commit(lambda tx: self._record_plan(tx, lease, staged))
        return staged

    async def _route(self, lease: Lease) -> tuple[Connection, str]:
        """Who answers, and why: asked for, tuned, or the default, also when what was tuned is gone."""
        wanted = await self.storage.read(lambda conn: self.director.wanted(conn, lease.task))
        if lease.task["connection"]:
            return await self.gateway.resolve(wanted), "asked for"
        if wanted is None:
            return await self.gateway.resolve(None), "default"
        try:
            return await self.gateway.resolve(wanted), "config"
        except UnknownConnection:
            return await self.gateway.resolve(None), "default, the one chosen is gone"

    def _record_plan(self, tx: Transaction, lease: Lease, staged: Staged) -> None:
        held(tx, lease)
        by = by_worker(self.worker)
        prompt_store.put_parts(tx, staged.texts)
        connection = staged.connection
        route = RouteChosen(connection.id, connection.name, connection.model, staged.route_reason)
        plan, chosen = tx.append(
            lease.stream,
            [PlanMade(dict(staged.plan)), route],
            by=by,
            task_id=lease.task_id,
            cause_id=lease.started_event,
        )
        chat.start_reply(
            tx,
            lease.task["reply_message_id"],
            lease.task["variant_id"],
            task_id=lease.task_id,
            by=by,
            cause_id=chosen.id,
        )
        staged.plan_event, staged.route_event = plan.id, chosen.id

    async def _listen(self, lease: Lease, staged: Staged, told: Told) -> None:
        """Ask the model and pass on what it says, piece by piece."""
        task = lease.task
        reply = self.hub.begin(
            task["conversation_id"], task_id=lease.task_id, message_id=task["reply_message_id"],
            variant_id=task["variant_id"], base=len(staged.before), attempt=lease.attempt,
        )  # fmt: skip
        draft, tidy = self.drafts.open(reply), Tidy(keep_start=bool(staged.before))
        stream = self.gateway.stream(staged.connection, staged.request)
        try:
            async for delta in stream:
                text = tidy.feed(delta.text) if delta.text else ""
                if text:
                    if told.first_token_ms is None:
                        told.first_token_ms = int((time.monotonic() - told.since) * 1000)
                    told.pieces.append(text)
                    reply.add(text)
                    self.drafts.grew(draft, len(text))
                if delta.reasoning:
                    told.reasoning.append(delta.reasoning)
                if delta.finish:
                    told.finish = delta.finish
                if delta.usage:
                    told.usage = delta.usage
        finally:
            await stream.aclose()

    async def _end(
        self,
        lease: Lease,
        staged: Staged | None,
        told: Told,
        *,
        ending: chat.Ending = "failed",
        error: TavernError | None = None,
    ) -> None:
        """Record how it ended, whatever happens meanwhile."""
        self.drafts.close(lease.task_id)
        tried = error if error is not None and not told.pieces and _again(error, lease) else None
        if tried is not None and await self._commit(lambda tx: self._retry(tx, lease, tried)):
            return
        await self._commit(lambda tx: self._record_end(tx, lease, staged, told, ending=ending, error=error))
        reply = self.hub.running(lease.task["conversation_id"])
        if reply is not None and reply.task_id == lease.task_id:
            self.hub.end(reply)

    async def _commit(self, unit: Any) -> bool:
        """Written even while the runner is being cancelled; a lost lease writes nothing. False: it was given up."""
        try:
            async with asyncio.timeout(RECORD_SECONDS_MAX):
                await asyncio.shield(asyncio.ensure_future(self.storage.commit(unit)))
        except WrongTask:
            return False  # the person took the message back meanwhile
        except LeaseLost as lost:
            log.warning("lease_lost", **lost.facts)
        except (TavernError, TimeoutError) as failure:
            # The disk is full or the database gone: the draft stays, the reaper or the next start closes the task.
            log.error("reply_end_not_recorded", reason=type(failure).__name__)
        return True

    def _retry(self, tx: Transaction, lease: Lease, error: TavernError) -> None:
        task = held(tx, lease)
        by, delay = by_worker(self.worker), _delay_ms(error)
        retry = TaskRetry(code=error.code, detail=error.detail, delay_ms=delay)
        [event] = tx.append(lease.stream, [retry], by=by, task_id=lease.task_id, cause_id=lease.started_event)
        tx.update(tasks, lease.task_id, run_at=tx.now + delay, lease_owner=None, lease_until=None)
        chat.requeue_reply(
            tx, task["reply_message_id"], task["variant_id"], task_id=lease.task_id, by=by, cause_id=event.id
        )
        forget(tx, lease.task_id)

    def _record_end(
        self,
        tx: Transaction,
        lease: Lease,
        staged: Staged | None,
        told: Told,
        *,
        ending: chat.Ending,
        error: TavernError | None,
    ) -> None:
        task = held(tx, lease)
        by = by_worker(self.worker)
        text, streamed = self._kept_text(staged, told)
        ended = chat.finish_reply(
            tx, ending, message_id=task["reply_message_id"], variant_id=task["variant_id"], task_id=lease.task_id,
            by=by, text=text, finish=_finish(told) if error is None else None,
            code=error.code if error else "", detail=error.detail if error else "",
            cause_id=staged.route_event if staged and staged.route_event else lease.started_event,
            **told.measured(staged.connection.model if staged else None),
        )  # fmt: skip
        fact = _task_end(task, told, ended, ending=ending, error=error, text=text if text != streamed else None)
        tx.append(lease.stream, [fact], by=by, task_id=lease.task_id, cause_id=ended.id)
        forget(tx, lease.task_id)

    def _kept_text(self, staged: Staged | None, told: Told) -> tuple[str, str]:
        """What is stored, and what listeners have joined together."""
        if staged is None:
            return "", ""
        streamed = staged.before + told.text
        if not told.pieces:
            return streamed, streamed
        return staged.before + staged.clean(told.text), streamed


def _finish(told: Told) -> str:
    said = told.finish or "stop"
    return FINISHES.get(said, said)


def _task_end(
    task: Any, told: Told, ended: Recorded, *, ending: chat.Ending, error: TavernError | None, text: str | None
) -> TaskCompleted | TaskCancelled | TaskFailed:
    place = (task["reply_message_id"], task["variant_id"])
    if error is not None:
        return TaskFailed(*place, error.code, error.detail, retryable=getattr(error, "retryable", True))
    if ending == "interrupted":
        return TaskCancelled(*place, told.usage, text)
    return TaskCompleted(*place, ended.payload["finish"] or "stop", told.usage, text)


def _again(error: TavernError, lease: Lease) -> bool:
    """Whether to try once more by ourselves: only what may pass soon, and never after the first token."""
    if lease.attempt >= ATTEMPTS_MAX or not isinstance(error, UpstreamError) or not error.retryable:
        return False
    return error.code != "upstream_timeout" and _delay_ms(error) <= RETRY_AFTER_MS_MAX


def _delay_ms(error: TavernError) -> int:
    seconds = error.facts.get("retry_after_seconds")
    return int(seconds * 1000) if isinstance(seconds, int | float) and seconds > 0 else RETRY_MS


def _too_long() -> TavernError:
    return UpstreamTimeout(f"The reply took longer than {REPLY_SECONDS_MAX // 60} minutes and was stopped.")


def _unexpected(error: Exception) -> TavernError:
    return ReplyBroke(kind=type(error).__name__)


def _uncancel() -> None:
    current = asyncio.current_task()
    while current is not None and current.cancelling():
        current.uncancel()

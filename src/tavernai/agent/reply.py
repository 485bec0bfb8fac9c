"""One reply, from claimed task to recorded end.

    claimed ─ read the scene ─ plan.made, route.chosen ─ completion.started ─ tokens … ─ completion.* + task.*
              (one snapshot)   (intent on disk before the model is asked)     (hub, drafts)   (one commit)

Every step is recorded before the next is taken, and nothing that was done is done again after a crash.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakValueDictionary

import structlog
from sqlalchemy import Connection as Reader

from tavernai.agent.abreast import STAGINGS_MAX, StagedTooEarly, check_abreast
from tavernai.agent.branch import everywhere_of
from tavernai.agent.counting import counted
from tavernai.agent.domain.thoughts import Thoughts
from tavernai.agent.domain.tidy import Tidy
from tavernai.agent.errors import LeaseLost, ReplyBroke
from tavernai.agent.events import PlanMade, RouteChosen, TaskRetry, TaskWaiting
from tavernai.agent.leases import ATTEMPTS_MAX, Lease, by_worker, held
from tavernai.agent.routing import reason_of
from tavernai.agent.stage import Director, Staged
from tavernai.agent.tables import tasks
from tavernai.agent.told import Kept, Told, kept_of, task_end
from tavernai.chat import service as chat
from tavernai.chat.errors import WrongTask
from tavernai.gateway.counting import CountService
from tavernai.gateway.domain import Connection, Delta
from tavernai.gateway.errors import UnknownConnection, UpstreamBadAnswer, UpstreamError, UpstreamTimeout
from tavernai.gateway.ports import Gateway
from tavernai.kernel.errors import TavernError
from tavernai.ledger.ports import Storage
from tavernai.ledger.transaction import Transaction
from tavernai.prompting import store as prompt_store
from tavernai.prompting.domain.tokenizers import Tokenizer
from tavernai.storage.ports import StorageFull, StorageReadOnly
from tavernai.streaming.drafts import Draft, Drafts, forget
from tavernai.streaming.hub import Hub, Reply

REPLY_SECONDS_MAX = 1_800
REPLY_CHARACTERS_MAX = 16_000_000
"""As long as a person may write, thoughts counted in: a message without end is one that nobody can open."""
RECORD_SECONDS_MAX = 20
DISK_SECONDS_MAX = 1_800
DISK_AGAIN_SECONDS = 0.5
RETRY_MS = 500
RETRY_AFTER_MS_MAX = 5_000
WAITED_OUT = frozenset({"upstream_timeout", "upstream_loading", "upstream_paused"})
"""Failures that took their time already."""

log = structlog.get_logger()
Record = Callable[[Transaction, Lease, Staged], None]


@dataclass(slots=True)
class ReplyWriter:
    """Runs replies; one instance serves all of them."""

    storage: Storage
    gateway: Gateway
    hub: Hub
    drafts: Drafts
    director: Director
    counts: CountService | None = None
    worker: str = ""
    _abreast: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    async def write(self, lease: Lease, asked_to_stop: asyncio.Event) -> None:
        """Carry the task to its end. Errors of the model end it; they are never raised from here."""
        told = Told(time.monotonic())
        try:
            async with asyncio.timeout(REPLY_SECONDS_MAX):
                await self._plan(lease, told)
                await self._listen(lease, told)
        except asyncio.CancelledError:
            if not asked_to_stop.is_set():
                raise  # the process is going down: the next start closes what is open here
            _uncancel()
            await self._end(lease, told, ending="interrupted")
        except LeaseLost:
            log.warning("lease_lost", task_id=lease.task_id)
        except TimeoutError:
            await self._end(lease, told, error=_too_long())
        except TavernError as error:
            await self._end(lease, told, error=error)
        except Exception as error:
            log.exception("reply_broke", task_id=lease.task_id)
            await self._end(lease, told, error=_unexpected(error))
        else:
            whole = told.finish != "interrupted"
            await self._end(lease, told, ending="done" if whole else "interrupted")

    async def _plan(self, lease: Lease, told: Told) -> None:
        """Read the scene, build the prompt, record both before the model is asked."""
        connection, reason = await self._route(lease)
        told.staged = await self._recorded(lease, connection, reason, record=self._record_plan)

    async def _recorded(self, lease: Lease, connection: Connection, reason: str, *, record: Record) -> Staged:
        """A prompt as it is recorded: made anew, one of this person's after the other, when it was made too early."""
        with contextlib.suppress(StagedTooEarly):
            return await self._staged(lease, connection, reason, record=record)
        async with self._abreast.setdefault(lease.task["owner_id"], asyncio.Lock()):
            for _ in range(STAGINGS_MAX):
                with contextlib.suppress(StagedTooEarly):
                    return await self._staged(lease, connection, reason, record=record)
            return await self._staged(lease, connection, reason, record=record, insists=True)

    async def _staged(
        self, lease: Lease, connection: Connection, reason: str, *, record: Record, insists: bool = False
    ) -> Staged:
        owner_id, seen = lease.task["owner_id"], dict[str, Any]()

        def made(conn: Reader, tokenizer: Tokenizer | None) -> Staged:
            nonlocal seen
            seen = everywhere_of(conn, owner_id)
            return self.director.stage(conn, lease.task, connection=connection, reason=reason, tokenizer=tokenizer)

        def stage(tokenizer: Tokenizer | None) -> Awaitable[Staged]:
            return self.storage.study(lambda conn: made(conn, tokenizer), whose=owner_id)

        def unit(tx: Transaction) -> None:
            if not insists:
                check_abreast(tx, owner_id, staged.plan, seen=seen)
            record(tx, lease, staged)

        estimate = self.director.tokenizers.of(connection.model, wanted=connection.tokenizer)
        staged = await counted(stage, self.counts, connection, estimate=estimate)
        await self.storage.commit(unit)
        staged.let_go()
        return staged

    async def _plan_anew(self, lease: Lease, told: Told, connection: Connection) -> None:
        """The same scene for a fallback, whose context may be another one; recorded before it is asked."""
        reason = reason_of(told.route.passed)
        told.staged = await self._recorded(lease, connection, reason, record=self._record_route)

    async def _route(self, lease: Lease) -> tuple[Connection, str]:
        """Who answers, and why: asked for, tuned, or the default, also when what was tuned is gone."""
        wanted = await self.storage.glance(lambda conn: self.director.wanted(conn, lease.task))
        if lease.task["connection"]:
            return await self.gateway.resolve(wanted), "asked for"
        if wanted is None:
            return await self.gateway.resolve(None), "default"
        try:
            return await self.gateway.resolve(wanted), "config"
        except UnknownConnection:
            return await self.gateway.resolve(None), "default, the one chosen is gone"

    def _record_plan(self, tx: Transaction, lease: Lease, staged: Staged) -> None:
        self._record_route(tx, lease, staged)
        chat.start_reply(
            tx,
            lease.task["reply_message_id"],
            lease.task["variant_id"],
            task_id=lease.task_id,
            by=by_worker(self.worker),
            cause_id=staged.route_event,
        )

    def _record_route(self, tx: Transaction, lease: Lease, staged: Staged) -> None:
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
        staged.plan_event, staged.route_event = plan.id, chosen.id

    async def _listen(self, lease: Lease, told: Told) -> None:
        """Ask until somebody answers (agent.routing), and pass on what is said."""
        task, staged = lease.task, told.staged
        assert staged is not None, "planned before it is asked"
        reply = self.hub.begin(
            task["conversation_id"], task_id=lease.task_id, message_id=task["reply_message_id"],
            variant_id=task["variant_id"], base=len(staged.before), attempt=lease.attempt,
        )  # fmt: skip
        draft, tidy = self.drafts.open(reply), Tidy(keep_start=bool(staged.before))
        is_answered = False
        while not is_answered:
            try:
                await self._hear(told, reply, draft=draft, tidy=tidy)
                is_answered = True
            except UpstreamError as error:
                if told.has_spoken or not await self._another(lease, told, error):
                    raise

    async def _another(self, lease: Lease, told: Told, error: UpstreamError) -> bool:
        """Whether to ask once more: the same one after a pause while it loads its model, else a fallback."""
        staged = told.staged
        assert staged is not None
        pause = told.route.pause(error, staged.connection, now=time.monotonic())
        if pause is not None:
            waiting = TaskWaiting(lease.task["reply_message_id"], staged.connection.name, error.code, int(pause * 1000))
            await self.storage.commit(lambda tx: self._record_waiting(tx, lease, waiting))
            await asyncio.sleep(pause)
            return True
        following = await told.route.following(self.gateway, staged.connection, error)
        if following is None:
            return False
        await self._plan_anew(lease, told, following)
        return True

    def _record_waiting(self, tx: Transaction, lease: Lease, waiting: TaskWaiting) -> None:
        held(tx, lease)
        tx.append(
            lease.stream, [waiting], by=by_worker(self.worker), task_id=lease.task_id, cause_id=lease.started_event
        )

    async def _hear(self, told: Told, reply: Reply, *, draft: Draft, tidy: Tidy) -> None:
        """Ask the connection planned last, and pass on what it says, piece by piece."""
        staged = told.staged
        assert staged is not None

        thoughts = Thoughts(*staged.marks)

        def hear(delta: Delta) -> None:
            told.size += len(delta.text) + len(delta.reasoning)
            if told.size > REPLY_CHARACTERS_MAX:
                raise UpstreamBadAnswer(words="the answer is far too long")
            if delta.reasoning:
                told.reasoning.append(delta.reasoning)
            if delta.text:
                keep(*thoughts.feed(delta.text))
            if delta.finish or delta.usage:
                told.finish = delta.finish or told.finish
                told.usage = delta.usage or told.usage

        def keep(said: str, thought: str) -> None:
            if thought:
                told.reasoning.append(thought)
            text = tidy.feed(said) if said else ""
            if text:
                told.pieces.append(text)
                reply.add(text)
                self.drafts.grew(draft, len(text))
                if told.first_token_ms is None:
                    told.first_token_ms = int((time.monotonic() - told.since) * 1000)

        try:
            await self.gateway.tell(staged.connection, staged.request, hear)
        finally:
            keep(*thoughts.rest())

    async def _end(
        self,
        lease: Lease,
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
        kept = await self._kept(told, owner_id=lease.task["owner_id"])
        await self._commit(lambda tx: self._record_end(tx, lease, told, kept=kept, ending=ending, error=error))
        reply = self.hub.running(lease.task["conversation_id"])
        if reply is not None and reply.task_id == lease.task_id:
            self.hub.end(reply)

    async def _commit(self, unit: Any) -> bool:
        """Written even while the runner is being cancelled; a lost lease writes nothing. False: it was given up."""
        try:
            async with asyncio.timeout(RECORD_SECONDS_MAX) as limit:
                await self._written(unit, limit)
        except WrongTask:
            return False  # the person took the message back meanwhile
        except LeaseLost as lost:
            log.warning("lease_lost", **lost.facts)
        except (TavernError, TimeoutError) as failure:
            # The disk is full or the database gone: the draft stays, the reaper or the next start closes the task.
            log.error("reply_end_not_recorded", reason=type(failure).__name__)
        return True

    async def _written(self, unit: Any, limit: asyncio.Timeout) -> None:
        """Commit; while the disk takes nothing, keep the text in memory and try until it does."""
        end = time.monotonic() + DISK_SECONDS_MAX
        while True:
            try:
                await asyncio.shield(asyncio.ensure_future(self.storage.commit(unit)))
                return
            except (StorageFull, StorageReadOnly):
                if time.monotonic() > end:
                    raise
            limit.reschedule(asyncio.get_running_loop().time() + RECORD_SECONDS_MAX)
            await asyncio.sleep(DISK_AGAIN_SECONDS)

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
        told: Told,
        *,
        kept: Kept,
        ending: chat.Ending,
        error: TavernError | None,
    ) -> None:
        task, staged = held(tx, lease), told.staged
        by = by_worker(self.worker)
        text, streamed = kept.text, kept.streamed
        ended = chat.finish_reply(
            tx, ending, message_id=task["reply_message_id"], variant_id=task["variant_id"], task_id=lease.task_id,
            by=by, text=text, finish=told.ending if error is None else None,
            code=error.code if error else "", detail=error.detail if error else "",
            cause_id=staged.route_event if staged and staged.route_event else lease.started_event,
            reasoning=kept.thoughts, **told.measured(),
        )  # fmt: skip
        fact = task_end(task, told, ended, ending=ending, error=error, text=text if text != streamed else None)
        tx.append(lease.stream, [fact], by=by, task_id=lease.task_id, cause_id=ended.id)
        forget(tx, lease.task_id)

    async def _kept(self, told: Told, *, owner_id: str) -> Kept:
        """Cleaned outside the unit that records it; scripts may take their time, so elsewhere than on this loop."""
        if told.staged is not None and told.staged.is_slow:
            return await self.storage.study(lambda conn: kept_of(told), whose=owner_id)
        return kept_of(told)


def _again(error: TavernError, lease: Lease) -> bool:
    """Whether to try once more by ourselves: only what may pass soon, and never after the first token."""
    if lease.attempt >= ATTEMPTS_MAX or not isinstance(error, UpstreamError) or not error.retryable:
        return False
    return error.code not in WAITED_OUT and _delay_ms(error) <= RETRY_AFTER_MS_MAX


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

"""The in-process carrier of work: wakes lanes, runs their heads, keeps leases, sends again what was forgotten.

The task table is the truth; everything here may be lost at any moment.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import structlog

from tavernai.agent.leases import BEAT_SECONDS, Lease, beat, claim, due_lanes
from tavernai.kernel.clock import now_ms
from tavernai.kernel.errors import TavernError
from tavernai.kernel.facts import Recorded
from tavernai.kernel.ids import new_id
from tavernai.ledger.ports import Storage

RUNNING_MAX = 4_000
WAITING_MAX = 100_000
ASKED_EARLY_MAX = 256
REAP_SECONDS = 5.0
STOP_SECONDS = 10.0

# Facts after which a lane may have something to start.
WAKING = frozenset(
    {"task.queued", "task.lease_expired", "task.completed", "task.failed", "task.cancelled", "task.resumed"}
)

log = structlog.get_logger()
Work = Callable[[Lease, asyncio.Event], Awaitable[None]]


class Runner:
    """Runs tasks in this process's event loop."""

    def __init__(self, storage: Storage, work: Work, *, running_max: int = RUNNING_MAX) -> None:
        self.worker = new_id()
        self._storage = storage
        self._work = work
        self._running_max = running_max
        self._running: dict[str, tuple[asyncio.Task[None], asyncio.Event]] = {}
        self._asked_early: deque[str] = deque(maxlen=ASKED_EARLY_MAX)
        self._active = 0
        self._waiting: deque[str] = deque()
        self._owned: set[asyncio.Task[None]] = set()
        self._closing = False

    def start(self) -> None:
        """Begin to work: what waits is found by the first look of the reaper."""
        self._own(self._reap(), name="task-reaper")
        self._own(self._beat(), name="task-heartbeat")

    async def close(self) -> None:
        """Stop working. What runs is left as a crash would leave it, drafts and all: one road back, not two."""
        self._closing = True
        for task in list(self._owned):
            task.cancel()
        if self._owned:
            await asyncio.wait(self._owned, timeout=STOP_SECONDS)

    def hear(self, recorded: Sequence[Recorded]) -> None:
        """Look at every lane that something happened in."""
        for event in recorded:
            if event.kind in WAKING:
                self.wake(event.stream)
            elif event.kind == "task.stop_asked" and event.task_id is not None:
                self.stop(event.task_id)
            elif event.kind == "task.retry":
                self.wake(event.stream, delay_ms=event.payload["delay_ms"])

    def wake(self, lane: str, *, delay_ms: int = 0) -> None:
        """Look at this lane soon."""
        if self._closing:
            return
        if delay_ms > 0:
            asyncio.get_running_loop().call_later(delay_ms / 1000, self.wake, lane)
        elif self._active < self._running_max:
            self._active += 1
            self._own(self._run(lane), name=f"lane {lane}")
        elif len(self._waiting) < WAITING_MAX:  # the reaper finds what is turned away here
            self._waiting.append(lane)

    def stop(self, task_id: str) -> None:
        """Stop this task if it runs here: its text so far is kept."""
        if task_id not in self._running:
            self._asked_early.append(task_id)
            return
        task, asked = self._running[task_id]
        asked.set()
        task.cancel()

    @property
    def running(self) -> int:
        return len(self._running)

    async def _run(self, lane: str) -> None:
        try:
            await self._run_head(lane)
        except TavernError as error:  # the database is busy or full: the reaper tries again
            log.warning("task_not_started", lane=lane, code=error.code)
        finally:
            self._active -= 1
            if self._waiting and not self._closing:
                self.wake(self._waiting.popleft())

    async def _run_head(self, lane: str) -> None:
        claimed = await self._storage.commit(lambda tx: claim(tx, lane, worker=self.worker))
        if isinstance(claimed, int):
            self.wake(lane, delay_ms=claimed)
        if not isinstance(claimed, Lease):
            return
        current, asked = asyncio.current_task(), asyncio.Event()
        assert current is not None
        self._running[claimed.task_id] = (current, asked)
        if claimed.task_id in self._asked_early:  # the wish came between its claim and this line
            self.stop(claimed.task_id)
        try:
            await self._work(claimed, asked)
        except TavernError:
            raise
        except Exception:
            log.exception("task_broke", task_id=claimed.task_id)
        finally:
            self._running.pop(claimed.task_id, None)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            if self._running:
                await self._tried(partial(beat, task_ids=list(self._running), worker=self.worker))

    async def _reap(self) -> None:
        while True:
            try:
                for lane in await self._storage.read(lambda conn: due_lanes(conn, now_ms())):
                    self.wake(lane)
            except Exception:  # a database that is away for a while: without this loop nothing forgotten runs again
                log.exception("lanes_not_read")
            await asyncio.sleep(REAP_SECONDS)

    async def _tried(self, unit: Callable[..., None]) -> None:
        try:
            await self._storage.commit(unit)
        except TavernError as error:
            log.error("heartbeat_failed", code=error.code)

    def _own(self, work: Awaitable[None], *, name: str) -> None:
        task = asyncio.ensure_future(work)
        task.set_name(name)
        self._owned.add(task)
        task.add_done_callback(self._owned.discard)

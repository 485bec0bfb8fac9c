"""One process: its services by class, and what it does besides answering."""

import asyncio
import gc
import sys
from dataclasses import dataclass, field
from typing import Any, TypeVar

import structlog

from tavernai.agent.recovery import recover
from tavernai.agent.runner import Runner
from tavernai.interop.importing.service import ImportsService
from tavernai.kernel.clock import now_ms
from tavernai.kernel.errors import TavernError
from tavernai.ledger import store as ledger_store
from tavernai.ledger.follower import Follower
from tavernai.ledger.idempotency import forget_old
from tavernai.ledger.projections import Projections
from tavernai.ops.backups.service import BackupService
from tavernai.ops.metrics import Metrics
from tavernai.ops.watch import keep_trying
from tavernai.settings import Settings
from tavernai.storage.database import Database
from tavernai.streaming.drafts import Drafts
from tavernai.streaming.hub import Hub
from tavernai.streaming.service import StreamingService

TIDY_SECONDS = 3_600
SWITCH_SECONDS = 0.0003
GC_THRESHOLDS = (20_000, 20, 50)

log = structlog.get_logger()
_T = TypeVar("_T")


@dataclass
class Services:
    """One process's services, by class, and what keeps them alive."""

    settings: Settings
    storage: Database
    projections: Projections
    provides: dict[type, object] = field(default_factory=dict)
    core_app: Any = None
    setup_code: str | None = None
    """what the first owner must know, when others than this machine's people can reach the server"""

    def add(self, *services: object) -> None:
        for service in services:
            self.provides[type(service)] = service

    def __getitem__(self, kind: type[_T]) -> _T:
        found = self.provides[kind]
        assert isinstance(found, kind)
        return found


@dataclass
class Work:
    """What a serving process does besides answering: hears commits, streams, keeps drafts, runs tasks, tidies."""

    services: Services
    hub: Hub
    drafts: Drafts
    runner: Runner
    _own: list[asyncio.Task[None]] = field(default_factory=list)

    async def begin(self) -> None:
        """First close what a former process left open, then begin."""
        # The writer and the readers take Python's lock back after every step of theirs; from a busy event loop they
        # would get it only every 5 ms.
        sys.setswitchinterval(SWITCH_SECONDS)
        # What start-up made stays for good, and a reply makes no cycles: looking for some would stop all streams.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*GC_THRESHOLDS)
        storage, metrics, follower = self.services.storage, self.services[Metrics], self.services[Follower]
        await recover(storage)
        for hear in (self.hub.hear, self.runner.hear, metrics.hear, follower.hear):
            storage.on_commit(hear)
        metrics.watch(
            streams=self.hub.listeners, running=lambda: self.runner.running, frames=lambda: self.hub.frames_total
        )
        self.hub.start(await storage.read(ledger_store.newest_position))
        self.drafts.start()
        self.runner.start()
        follower.start()
        await self.services[ImportsService].begin()
        duties = {
            "tidy": self._tidy(),
            "storage-watch": keep_trying(storage),
            "daily-backup": self.services[BackupService].keep_daily(),
        }
        self._own = [asyncio.create_task(duty, name=name) for name, duty in duties.items()]
        for task in self._own:
            task.add_done_callback(_tell_broken)

    async def end(self) -> None:
        """Let listeners go, then leave what runs as a crash would: the next start closes it."""
        for task in self._own:
            task.cancel()
        await asyncio.gather(*self._own, return_exceptions=True)
        await self.hub.stop()
        await self.services[BackupService].close()
        await self.services[Follower].stop()
        await self.runner.close()
        await self.drafts.stop()

    async def _tidy(self) -> None:
        while True:
            try:
                await self.services.storage.commit(forget_old)
                await self.services[StreamingService].forget_old(now_ms())
            except TavernError as error:  # a full disk: what is old can wait
                log.warning("not_tidied", code=error.code)
            await asyncio.sleep(TIDY_SECONDS)


def _tell_broken(duty: asyncio.Task[None]) -> None:
    """A duty that ends by an error stays undone until the next start; the log says so at once."""
    error = None if duty.cancelled() else duty.exception()
    if error is not None:
        log.error("duty_broke", duty=duty.get_name(), exc_info=error)

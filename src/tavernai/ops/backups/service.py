"""Backups of a serving process: one at a time, in a thread, the daily ones by themselves."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import structlog

from tavernai.kernel.clock import now_ms
from tavernai.kernel.errors import Conflict, TavernError
from tavernai.kernel.facts import By
from tavernai.ledger.ports import Storage
from tavernai.ledger.transaction import Transaction
from tavernai.ops.backups.errors import BackupFailed, BackupMissing, BackupRunning
from tavernai.ops.backups.making import Sources, make
from tavernai.ops.backups.naming import Kept, Why, is_name, listed, new_name
from tavernai.ops.backups.plan import Plan, is_due, outdated
from tavernai.ops.backups.store import NEWEST, STREAM, plan_of, read_plan
from tavernai.ops.events import BackupPlanChanged

FIRST_LOOK_SECONDS = 300.0
LOOK_SECONDS = 60.0
AGAIN_SECONDS = 3_600.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that is there, read and verified."""

    path: str
    size: int
    position: int
    made_at: str
    has_key: bool


@dataclass(frozen=True, slots=True)
class Failure:
    """Why the last one is not there."""

    at: int
    code: str
    detail: str


@dataclass
class BackupService:
    """Makes, lists, hands out and deletes backups."""

    storage: Storage
    sources: Sources
    folder: Path
    default: Plan
    progress: float | None = None
    """of the one being made, from 0 to 1"""
    failure: Failure | None = None
    _running: asyncio.Task[Made] | None = field(default=None, repr=False)
    _closing: bool = False

    async def make(self, *, why: Why = "manual", target: Path | None = None, with_key: bool = False) -> Made:
        """Make one and wait for it. Raises BackupRunning, BackupNoRoom, TargetTaken, BackupFailed."""
        return await asyncio.shield(self.begin(why=why, target=target, with_key=with_key))

    def begin(self, *, why: Why = "manual", target: Path | None = None, with_key: bool = False) -> "asyncio.Task[Made]":
        """Make one in the background; `progress` and `failure` tell of it. Raises BackupRunning."""
        if self.is_running:
            raise BackupRunning
        self.progress = 0.0
        self._running = asyncio.create_task(self._make(why, target, with_key), name="backup")
        self._running.add_done_callback(_seen)
        return self._running

    @property
    def is_running(self) -> bool:
        return self._running is not None and not self._running.done()

    async def kept(self) -> list[Kept]:
        """What lies in the folder, the newest first."""
        return await asyncio.to_thread(listed, self.folder)

    def path_of(self, name: str) -> Path:
        """Where a backup lies. Raises BackupMissing."""
        path = self.folder / name
        if not is_name(name) or not path.is_file():
            raise BackupMissing
        return path

    async def remove(self, name: str) -> None:
        """Delete a backup. Raises BackupMissing."""
        await asyncio.to_thread(self.path_of(name).unlink)

    async def plan(self) -> Plan:
        return await self.storage.read(lambda conn: read_plan(conn, self.default))

    async def change_plan(self, plan: Plan, *, by: By) -> Plan:
        """Make daily backups otherwise from now on. Raises Conflict when `plan.version` is not the newest."""
        return await self.storage.commit(lambda tx: self._change_plan(tx, plan, by))

    async def close(self) -> None:
        """Have the one being made given up at its next piece; it leaves nothing behind."""
        self._closing = True
        if self._running is not None:
            await asyncio.gather(self._running, return_exceptions=True)

    async def keep_daily(self, *, first: float = FIRST_LOOK_SECONDS, seconds: float = LOOK_SECONDS) -> None:
        """For ever: look whether one is due, make it, and delete those that are kept no longer."""
        pause = first
        while True:
            await asyncio.sleep(pause)
            pause = seconds if await self._day() else AGAIN_SECONDS

    async def _day(self) -> bool:
        """Whether all went well."""
        try:
            plan, kept = await self.plan(), await self.kept()
            if not is_due(plan, kept, datetime.now().astimezone()) or self.is_running:
                return True
            await self.make(why="daily")
            await self._thin_out(plan)
        except TavernError as error:
            self._failed(error)
            return False
        except Exception as error:  # a database that is away, a folder that vanished: told, and tried again
            log.exception("daily_backup_failed")
            self._failed(BackupFailed(reason=type(error).__name__))
            return False
        return True

    async def _thin_out(self, plan: Plan) -> None:
        for one in outdated(plan, await self.kept()):
            await self.remove(one.name)
            log.info("backup_outdated", name=one.name)

    async def _make(self, why: Why, target: Path | None, with_key: bool) -> Made:
        path = target or self._free_path(why)
        try:
            manifest = await asyncio.to_thread(make, self.sources, path, with_key=with_key, told=self._told)
        except TavernError as error:
            self._failed(error)
            raise
        finally:
            self.progress = None
        self.failure = None
        made = Made(str(path), path.stat().st_size, manifest.position, manifest.made_at, manifest.has_key)
        log.info("backup_made", name=path.name, size=made.size, position=made.position, why=why)
        return made

    def _free_path(self, why: Why) -> Path:
        names: Callable[[int], Path] = lambda number: self.folder / new_name(why, number=number)  # noqa: E731
        return next(path for number in range(1_000) if not (path := names(number)).exists())

    def _told(self, done: float) -> None:
        if self._closing:
            raise BackupFailed(reason="the server stops")
        self.progress = done

    def _failed(self, error: TavernError) -> None:
        self.failure = Failure(now_ms(), error.code, error.detail)
        log.error("backup_failed", code=error.code)

    def _change_plan(self, tx: Transaction, plan: Plan, by: By) -> Plan:
        rows = tx.rows(NEWEST)
        current = plan_of(rows[0] if rows else None, self.default)
        if plan.version != current.version:
            raise Conflict(current={"hour": current.hour, "version": current.version})
        [recorded] = tx.append(STREAM, [BackupPlanChanged(plan.hour, plan.keep_daily, plan.keep_weekly)], by=by)
        return Plan(plan.hour, plan.keep_daily, plan.keep_weekly, recorded.seq)


def _seen(task: "asyncio.Task[Made]") -> None:
    """Whoever waits hears of the failure; where nobody does, `failure` tells it."""
    if not task.cancelled():
        task.exception()

"""Indexes that follow the ledger: made from facts a moment after these were committed, never in their transaction.

A follower reads the facts after its own checkpoint, asks each index what they change, and writes that together with
the checkpoint in a unit of work of its own. A crash between a fact and its index therefore loses nothing: the next
start goes on from the checkpoint. What an index writes is told by the tables as they are, not by the fact, so doing
one fact twice does no harm.

    commit ──► hear ──► (quiet a moment) ──► read ≤ 100 facts, prepare ──► unit of work: write, checkpoint ──► again
"""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import structlog
from sqlalchemy import Column, Connection, Table, select

from tavernai.kernel.facts import Recorded
from tavernai.ledger.ports import Storage
from tavernai.ledger.store import newest_position, told_after
from tavernai.ledger.transaction import Transaction
from tavernai.storage.schema import TRANSIENT, Int, Text, metadata

FACTS_AT_ONCE = 100
GLANCED_MAX = 40
"""Facts that are read and cut into words sooner than a thread is asked to."""
QUIET_SECONDS = 2.0
AGAIN_SECONDS = 5.0
STOP_SECONDS_MAX = 5.0
KEEP_EVERY = 1_000
"""A checkpoint that leads past nothing of the index's own is written only now and then."""

index_positions = Table(
    "index_positions",
    metadata,
    Column("name", Text, primary_key=True),
    Column("version", Int, nullable=False),
    Column("position", Int, nullable=False),
    info=TRANSIENT,
)
log = structlog.get_logger()


class Index(Protocol):
    """What is kept beside the read tables and can be made again from them."""

    name: str
    version: int
    """raised when the same facts give other entries: the index is then made anew"""
    kinds: tuple[str, ...]
    """beginnings of the kinds of fact that may change it: `message.`"""

    def prepare(self, conn: Connection, facts: Sequence[Recorded]) -> Sequence[Any]:
        """What these facts change, by the tables as they are now, in portions; in a reader's thread."""
        ...

    def write(self, tx: Transaction, portion: Any) -> None:
        """Write one portion; in the writer's thread, so quickly."""
        ...

    def clear_some(self, tx: Transaction) -> bool:
        """Take some entries out; whether there were any."""
        ...


@dataclass(frozen=True, slots=True)
class _Step:
    """A piece of work read from the ledger: from one checkpoint to the next."""

    since: int
    until: int
    portions: Sequence[Any]


class Follower:
    """Keeps indexes up with the ledger: in the background a moment after facts, at once when somebody asks."""

    def __init__(self, storage: Storage, indexes: Sequence[Index], *, quiet_seconds: float = QUIET_SECONDS) -> None:
        self._storage = storage
        self._indexes = indexes
        self._quiet = quiet_seconds
        self._reached = dict.fromkeys((index.name for index in indexes), -1)
        self._turn = asyncio.Lock()
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def hear(self, recorded: Sequence[Recorded]) -> None:
        """Facts were committed."""
        self._news.set()

    def start(self) -> None:
        """Follow in the background, first what a former process left."""
        self._news.set()
        self._task = asyncio.create_task(self._follow(), name="follow")

    async def stop(self) -> None:
        """Let go; what is not indexed yet waits for the next start."""
        if self._task is None:
            return
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError, TimeoutError):  # what it has not done, the next start does
            await asyncio.wait_for(self._task, STOP_SECONDS_MAX)

    async def caught_up(self, *, seconds_max: float) -> bool:
        """Have everything indexed that is in the ledger now; False when that takes longer than this, or fails."""
        try:
            await asyncio.wait_for(self._catch_up(), seconds_max)
        except TimeoutError:
            return False
        except Exception:  # a full disk, a fault in an index: an older one still answers
            log.exception("index_behind")
            return False
        return True

    async def remake(self) -> int:
        """Empty every index and make it again from the first fact; the position reached."""
        async with self._turn:
            for index in self._indexes:
                await self._empty(index)
        await self._catch_up()
        return min(self._reached.values(), default=0)

    async def _follow(self) -> None:
        while True:
            await self._news.wait()
            await asyncio.sleep(self._quiet)  # a reply brings several facts, an import thousands: take them together
            self._news.clear()
            try:
                await self._catch_up()
            except Exception:  # the disk may be full; nothing is lost by trying again
                log.exception("following_failed")
                self._news.set()
                await asyncio.sleep(AGAIN_SECONDS)

    async def _catch_up(self) -> None:
        goal = await self._storage.glance(newest_position)
        for index in self._indexes:
            while self._reached[index.name] < goal:
                async with self._turn:
                    await self._step(index, goal)

    async def _step(self, index: Index, goal: int) -> None:
        known = self._reached[index.name]
        look = self._storage.glance if 0 <= goal - known <= GLANCED_MAX else self._storage.read
        step = await look(lambda conn: _read(conn, index, known))
        if step is None:
            await self._empty(index)
            return
        self._reached[index.name] = step.until if await self._write(index, step) else -1

    async def _write(self, index: Index, step: _Step) -> bool:
        """Portion by portion, so that nobody waits long for the writer; the checkpoint goes with the last one."""
        for portion in step.portions[:-1]:
            if not await self._storage.commit(partial(_put, index=index, step=step, portion=portion)):
                return False
        if not step.portions and step.until - step.since < KEEP_EVERY:
            return True
        return await self._storage.commit(lambda tx: _finish(tx, index, step))

    async def _empty(self, index: Index) -> None:
        """First the checkpoint, so that a crash in between is made good by the next start."""
        await self._storage.commit(lambda tx: _mark(tx, index, 0))
        some = True
        while some:  # in units of work of their own, so that others write in between
            some = await self._storage.commit(index.clear_some)
        self._reached[index.name] = 0


def _read(conn: Connection, index: Index, known: int) -> _Step | None:
    """The next facts of an index, prepared; None when it was made by another version and is to be made anew."""
    row = conn.execute(select(index_positions).where(index_positions.c.name == index.name)).mappings().first()
    if row is None or row["version"] != index.version:
        return None
    facts = told_after(conn, max(row["position"], known), kinds=index.kinds, limit=FACTS_AT_ONCE)
    until = facts[-1].pos if len(facts) == FACTS_AT_ONCE else newest_position(conn)
    return _Step(row["position"], until, index.prepare(conn, facts) if facts else ())


def _put(tx: Transaction, *, index: Index, step: _Step, portion: Any) -> bool:
    """Write a portion, unless the checkpoint is no longer where the step began: another process was here."""
    row = tx.get(index_positions, index.name)
    if row is None or (row["version"], row["position"]) != (index.version, step.since):
        return False
    index.write(tx, portion)
    return True


def _finish(tx: Transaction, index: Index, step: _Step) -> bool:
    """The step's last portion, and with it the checkpoint."""
    row = tx.get(index_positions, index.name)
    if row is None or (row["version"], row["position"]) != (index.version, step.since):
        return False
    if step.portions:
        index.write(tx, step.portions[-1])
    _mark(tx, index, step.until)
    return True


def _mark(tx: Transaction, index: Index, position: int) -> None:
    if tx.get(index_positions, index.name) is None:
        tx.insert(index_positions, {"name": index.name, "version": index.version, "position": position})
    else:
        tx.update(index_positions, index.name, version=index.version, position=position)

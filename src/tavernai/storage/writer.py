"""Group commit: one thread writes, many units of work share a COMMIT, each is answered after it.

    loop: await commit(unit) ──► queue ──► writer thread: BEGIN, run every waiting unit, flush, COMMIT ──► loop: answers

There is no waiting window: whatever queued up while the last group was written is the next group. A refused unit (it
raised) leaves nothing behind and disturbs nobody. When the engine refuses the merged rows (a unique value taken), the
group is rolled back and each unit runs again alone in a transaction of its own, so only the guilty one is refused.
"""

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from tavernai.storage.health import StorageHealth
from tavernai.storage.ports import Dialog, StorageBusy, StorageFailed
from tavernai.storage.rows import Known
from tavernai.storage.statements import Statements
from tavernai.storage.unit import Group, Unit

WAITING_MAX = 20_000
GROUP_MAX = 2_000

log = structlog.get_logger()


class Session(Protocol):
    """What a group of units needs from the room above that knows what a unit is (the ledger)."""

    def open(self, group: Group, connection: Connection) -> None:
        """A new group began."""
        ...

    def unit(self, group: Group) -> Unit:
        """A unit of work in it."""
        ...

    def kept(self, unit: Any) -> None:
        """The unit succeeded; its facts count."""
        ...

    def committed(self) -> Sequence[Any]:
        """The group is durable: what others should hear of."""
        ...


class Waiting:
    """A unit of work that waits for its COMMIT."""

    __slots__ = ("failure", "future", "loop", "result", "unit")

    def __init__(self, unit: Callable[[Any], Any], loop: asyncio.AbstractEventLoop) -> None:
        self.unit = unit
        self.loop = loop
        self.future: asyncio.Future[Any] = loop.create_future()
        self.result: Any = None
        self.failure: BaseException | None = None

    def answer(self) -> None:
        if self.future.done():  # the waiter was cancelled; the unit stands all the same
            return
        if self.failure is not None:
            self.future.set_exception(self.failure)
        else:
            self.future.set_result(self.result)


Heard = Callable[[Sequence[Any]], None]


class GroupWriter:
    """The one thread that writes."""

    def __init__(self, dialog: Dialog, session: Session, health: StorageHealth) -> None:
        self._dialog = dialog
        self._health = health
        self._session = session
        self._statements = Statements(dialog.write_engine.dialect)
        self._known = Known()
        self._queue: queue.SimpleQueue[Waiting | None] = queue.SimpleQueue()
        self._hear: list[Heard] = []
        self._thread = threading.Thread(target=self._run, name="ledger-writer", daemon=True)
        self._thread.start()

    def on_commit(self, hear: Heard) -> None:
        """Call `hear` in the event loop with what each group recorded, before its waiters go on."""
        self._hear.append(hear)

    async def commit(self, unit: Callable[[Any], Any]) -> Any:
        """Run the unit in the writer thread; return its result after COMMIT, raise what it raised."""
        if self._queue.qsize() >= WAITING_MAX:
            raise StorageBusy
        one = Waiting(unit, asyncio.get_running_loop())
        self._queue.put(one)
        return await one.future

    def close(self) -> None:
        """Write what waits, then end the thread."""
        self._queue.put(None)
        self._thread.join(timeout=30)

    def _run(self) -> None:
        with self._dialog.write_engine.connect() as connection:
            while True:
                waiting, ending = self._next_group()
                if waiting:
                    self._answer(waiting, self._write(connection, waiting))
                if ending:
                    return

    def _next_group(self) -> tuple[list[Waiting], bool]:
        first = self._queue.get()
        waiting: list[Waiting] = []
        while first is not None:
            waiting.append(first)
            if len(waiting) >= GROUP_MAX:
                return waiting, False
            try:
                first = self._queue.get_nowait()
            except queue.Empty:
                return waiting, False
        return waiting, True

    def _write(self, connection: Connection, waiting: list[Waiting]) -> Sequence[Any]:
        try:
            return self._write_together(connection, waiting)
        except Exception as error:  # whatever the engine said: nothing of this group was written
            self._known.clear()
            self._roll_back(connection)
            if len(waiting) == 1:
                waiting[0].failure = self._refusal(error)
                return ()
            log.info("group_replayed", units=len(waiting), error=type(error).__name__)
            return self._write_alone(connection, waiting)

    def _write_together(self, connection: Connection, waiting: list[Waiting]) -> Sequence[Any]:
        self._dialog.begin(connection)
        if not self._dialog.unchanged(connection):
            self._known.clear()
        group = Group(connection, self._statements, self._known)
        self._session.open(group, connection)
        for one in waiting:
            self._run_unit(group, one)
        group.flush()
        connection.commit()
        if group.known is self._known:
            self._known.keep(group.layer, besides=group.besides)
        else:
            self._known.clear()
        recorded = self._session.committed()
        if recorded:
            self._health.wrote()
        return recorded

    def _write_alone(self, connection: Connection, waiting: list[Waiting]) -> Sequence[Any]:
        """Each unit in a transaction of its own, so that one refusal by the engine harms no other."""
        recorded: list[Any] = []
        for one in waiting:
            one.result, one.failure = None, None
            recorded += self._write(connection, [one])
        return recorded

    def _run_unit(self, group: Group, one: Waiting) -> None:
        unit = self._session.unit(group)
        try:
            one.result = one.unit(unit)
        except Exception as refusal:
            unit.drop()
            one.failure = refusal
        else:
            unit.keep()
            self._session.kept(unit)

    def _roll_back(self, connection: Connection) -> None:
        try:
            connection.rollback()
        except DBAPIError:
            connection.invalidate()

    def _refusal(self, error: BaseException) -> BaseException:
        why = self._dialog.refusal(error)
        if why is not None:  # told once when it begins and once when it ends, not for everybody who asks meanwhile
            return self._health.refused(why)
        log.error("group_failed", exc_info=error)
        return StorageFailed(reason=type(error).__name__)

    def _answer(self, waiting: list[Waiting], recorded: Sequence[Any]) -> None:
        by_loop: dict[asyncio.AbstractEventLoop, list[Waiting]] = {}
        for one in waiting:
            by_loop.setdefault(one.loop, []).append(one)
        for number, (loop, own) in enumerate(by_loop.items()):
            try:
                loop.call_soon_threadsafe(self._deliver, own, recorded if number == 0 else ())
            except RuntimeError:  # that loop was closed; nobody waits there any more
                continue

    def _deliver(self, waiting: list[Waiting], recorded: Sequence[Any]) -> None:
        if recorded:
            for hear in self._hear:
                _tell(hear, recorded)
        for one in waiting:
            one.answer()


def _tell(hear: Heard, recorded: Sequence[Any]) -> None:
    """One who hears badly must not keep the others waiting: what was committed stays committed."""
    try:
        hear(recorded)
    except Exception:
        log.exception("hearing_failed", facts=len(recorded))

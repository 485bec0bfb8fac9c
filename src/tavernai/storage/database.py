"""A database as the rooms see it: one writer thread, a few reader threads, and glances from the event loop itself."""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import Connection

from tavernai.storage.health import StorageHealth, touch
from tavernai.storage.ports import Dialog
from tavernai.storage.turns import FairThreads
from tavernai.storage.writer import GroupWriter, Heard, Session

READERS = 4
STUDENTS = 4
"""Threads for what computes over what it reads. The engines keep a connection for each thread of both kinds."""
STUDIES_AT_ONCE = STUDENTS - 1
"""Of one person: whatever waits of theirs waits before the threads, and one is left for the others."""
_T = TypeVar("_T")


class Database:
    """Fulfils ledger.ports.Storage over any Dialog."""

    def __init__(self, dialog: Dialog, session: Session, *, appended: Callable[[float], None] | None = None) -> None:
        """`appended` is told the seconds from asking for a commit to its acknowledgement."""
        self.dialog = dialog
        self._appended = appended
        self.health = StorageHealth()
        self._writer = GroupWriter(dialog, session, self.health)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="ledger-reader")
        self._students = FairThreads(STUDENTS, each=STUDIES_AT_ONCE, name="ledger-student")
        self._at_hand: Connection | None = None
        self._glancing = threading.Lock()

    async def commit(self, unit: Callable[[Any], _T]) -> _T:
        since = time.perf_counter()
        result: _T = await self._writer.commit(unit)
        if self._appended is not None:
            self._appended(time.perf_counter() - since)
        return result

    async def touch(self) -> None:
        """Find out whether the disk takes a write. Raises StorageFull, StorageReadOnly, StorageFailed."""
        await self._writer.commit(touch)
        self.health.wrote()

    async def read(self, query: Callable[[Connection], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, query)

    async def glance(self, query: Callable[[Connection], _T]) -> _T:
        # A driver lets go of Python's lock at every row, and a thread beside a busy event loop gets it back a
        # millisecond later: fifty rows read in a thread took longer than five hundred read here.
        if not self.dialog.is_at_hand or not self._glancing.acquire(blocking=False):
            return await self.read(query)
        try:
            if self._at_hand is None:
                self._at_hand = self.dialog.read_engine.connect()
            try:
                return query(self._at_hand)
            finally:
                self._at_hand.rollback()
        finally:
            self._glancing.release()

    async def study(self, query: Callable[[Connection], _T], *, whose: str) -> _T:
        return await asyncio.wrap_future(self._students.submit(whose, lambda: self._read(query)))

    def on_commit(self, hear: Heard) -> None:
        self._writer.on_commit(hear)

    async def close(self) -> None:
        """Write what waits, let readers finish, close every connection."""
        await asyncio.to_thread(self._close)

    def _read(self, query: Callable[[Connection], _T]) -> _T:
        with self.dialog.read_engine.connect() as connection:
            return query(connection)

    def _close(self) -> None:
        self._writer.close()
        self._readers.shutdown()
        self._students.shutdown()
        if self._at_hand is not None:
            self._at_hand.close()
        self.dialog.close()

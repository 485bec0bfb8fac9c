"""One serving process per database on PostgreSQL, as the folder's lock has it for SQLite.

Whoever starts closes what runs, since it can only be a former process's, and goes on with imports that stand still:
beside another that serves, both would be wrong. PostgreSQL lets go of the lock however the process ends.
"""

import asyncio
import contextlib
from types import TracebackType
from typing import Final

import structlog
from sqlalchemy import Connection, create_engine, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from tavernai.kernel.errors import Conflict

SERVING: Final = 4713
"""Beside the ledger's own lock (engines/postgres.py, 4711) and that of migrations (storage/migrate.py, 4712)."""
WAIT_SECONDS: Final = 10.0
"""For a server that is being replaced to go."""
LOOK_SECONDS: Final = 0.25
HOLD_SECONDS: Final = 15.0
SESSION: Final = (
    "SET idle_session_timeout = 0",
    # A machine that lost its power says no farewell; without these its lock would stay for hours.
    "SET tcp_keepalives_idle = 30",
    "SET tcp_keepalives_interval = 10",
    "SET tcp_keepalives_count = 3",
)

log = structlog.get_logger()


class DatabaseInUse(Conflict):
    """Another TavernAI Plus serves this database; stop it first."""

    code = "database_in_use"


class DatabaseLock:
    """A session of its own that holds the lock, and takes it again when PostgreSQL was restarted."""

    def __init__(self, url: str, *, wait_seconds: float = WAIT_SECONDS, hold_seconds: float = HOLD_SECONDS) -> None:
        address = make_url(url).set(drivername="postgresql+psycopg")
        self._engine = create_engine(address, poolclass=NullPool, hide_parameters=True, isolation_level="AUTOCOMMIT")
        self._wait_seconds, self._hold_seconds = wait_seconds, hold_seconds
        self._session: Connection | None = None
        self._holding: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "DatabaseLock":
        """Raises DatabaseInUse."""
        ends_at = asyncio.get_running_loop().time() + self._wait_seconds
        while not await asyncio.to_thread(self._take):
            if asyncio.get_running_loop().time() > ends_at:
                raise DatabaseInUse
            await asyncio.sleep(LOOK_SECONDS)
        self._holding = asyncio.create_task(self._hold(), name="database-lock")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._holding is not None:
            self._holding.cancel()
            await asyncio.gather(self._holding, return_exceptions=True)
        await asyncio.to_thread(self._let_go)

    async def _hold(self) -> None:
        while True:
            await asyncio.sleep(self._hold_seconds)
            try:
                if not await asyncio.to_thread(self._is_held) and not await asyncio.to_thread(self._take):
                    log.error("database_taken", code=DatabaseInUse.code)
            except DBAPIError:  # the storage's own watch tells that there is no database
                continue

    def _take(self) -> bool:
        self._let_go()
        session = self._engine.connect()
        try:
            for statement in SESSION:
                session.exec_driver_sql(statement)
            if session.exec_driver_sql(f"SELECT pg_try_advisory_lock({SERVING})").scalar():
                self._session = session
        finally:
            if self._session is not session:
                session.close()
        return self._session is not None

    def _is_held(self) -> bool:
        try:
            return self._session is not None and self._session.exec_driver_sql("SELECT 1").scalar() == 1
        except DBAPIError:  # the session is gone, and the lock with it
            return False

    def _let_go(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            with contextlib.suppress(DBAPIError):  # gone already
                session.invalidate()
                session.close()

"""SQLite: WAL, synchronous=FULL, one writing connection, readers apart: an acknowledged commit survives power loss."""

import contextlib
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL

from tavernai.kernel.disk import Refusal, refusal_of
from tavernai.ledger.store import NEWEST_POSITION, NEWEST_STREAM

BUSY_SECONDS = 10
CACHE_KIB = 32_768
STATEMENTS_KEPT = 512

REFUSALS: dict[int, Refusal] = {sqlite3.SQLITE_FULL: "full", sqlite3.SQLITE_READONLY: "read_only"}
IO_ERRORS = frozenset(
    {
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_IOERR_WRITE,
        sqlite3.SQLITE_IOERR_FSYNC,
        sqlite3.SQLITE_IOERR_TRUNCATE,
        sqlite3.SQLITE_IOERR_SHMSIZE,
        sqlite3.SQLITE_IOERR_SHMOPEN,
    }
)
PROBE_BYTES = 64 * 1024
PAGES_AT_ONCE = 2_000


class SqliteDialog:
    """Fulfils storage.ports.Dialog on one file."""

    is_at_hand = True

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.write_engine = _engine(path, read_only=False)
        self.read_engine = _engine(path, read_only=True)
        self._data_version = -1

    def begin(self, connection: Connection) -> None:
        connection.begin()  # the listener below makes this BEGIN IMMEDIATE

    def unchanged(self, connection: Connection) -> bool:
        """By SQLite's count of what other connections wrote: a command beside the running server, say."""
        before = self._data_version
        self._data_version = int(_driver(connection).execute("PRAGMA data_version").fetchone()[0])
        return self._data_version == before

    def newest(self, connection: Connection) -> tuple[int, int]:
        return NEWEST_POSITION.value(connection), NEWEST_STREAM.value(connection)

    def refusal(self, error: BaseException) -> Refusal | None:
        """By SQLite's code; where that only says that writing failed, the folder is asked why."""
        code = getattr(getattr(error, "orig", error), "sqlite_errorcode", None)
        if code is None:
            return None
        if code in IO_ERRORS:
            return asked(self.path.parent)
        return REFUSALS.get(code & 0xFF)

    def size(self) -> int:
        return sum(_size(self.path.with_name(self.path.name + end)) for end in ("", "-wal"))

    def copy_to(self, target: Path, *, told: Callable[[float], None]) -> None:
        """By SQLite's online backup, page by page under one snapshot: a writer in between does not begin it anew."""
        source, copy = sqlite3.connect(f"{self.path.resolve().as_uri()}?mode=ro", uri=True), sqlite3.connect(target)
        with contextlib.closing(source), contextlib.closing(copy):
            source.isolation_level = None
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            progress = lambda _, left, total: told(1 - left / max(1, total))  # noqa: E731 - what SQLite calls
            source.backup(copy, pages=PAGES_AT_ONCE, progress=progress, sleep=0.001)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it

    def fill_from(self, source: Path, *, told: Callable[[float], None]) -> None:
        """The file takes the place of this one; nobody may have it open."""
        self.close()
        for end in ("-wal", "-shm"):
            self.path.with_name(self.path.name + end).unlink(missing_ok=True)
        source.replace(self.path)
        told(1.0)

    def close(self) -> None:
        self.read_engine.dispose()
        self.write_engine.dispose()


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


def asked(folder: Path) -> Refusal | None:
    """Why this folder takes no file just now; None when it does."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(PROBE_BYTES))
            file.flush()
    except OSError as error:
        return refusal_of(error)
    return None


def _engine(path: Path, *, read_only: bool) -> Engine:
    engine = create_engine(
        URL.create("sqlite+pysqlite", database=str(path)),
        hide_parameters=True,  # errors are logged, what people wrote is not
        connect_args={
            "timeout": BUSY_SECONDS,
            "check_same_thread": False,
            "isolation_level": None,
            "cached_statements": STATEMENTS_KEPT,
        },
        pool_size=1 if not read_only else 8,
        max_overflow=0 if not read_only else 4,
    )
    # Python's sqlite3 sends no BEGIN before SAVEPOINT by itself; with isolation_level None we send every BEGIN.
    begin = "BEGIN" if read_only else "BEGIN IMMEDIATE"

    @event.listens_for(engine, "connect")
    def _prepare(driver: Any, _record: Any) -> None:
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            f"cache_size=-{CACHE_KIB if not read_only else CACHE_KIB // 4}",
            "temp_store=MEMORY",
            f"query_only={int(read_only)}",
            "wal_autocheckpoint=2000",
            "mmap_size=0",
        ):
            driver.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        _driver(connection).execute(begin)  # SQLAlchemy's way round costs more than the statement

    return engine

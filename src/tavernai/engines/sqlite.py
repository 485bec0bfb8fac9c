"""SQLite: WAL, synchronous=FULL, one writing connection, readers apart: an acknowledged commit survives power loss."""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL

from tavernai.ledger.store import NEWEST_POSITION, NEWEST_STREAM

BUSY_SECONDS = 10
CACHE_KIB = 32_768


class SqliteDialog:
    """Fulfils storage.ports.Dialog on one file."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.write_engine = _engine(path, read_only=False)
        self.read_engine = _engine(path, read_only=True)

    def begin(self, connection: Connection) -> None:
        connection.begin()  # the listener below makes this BEGIN IMMEDIATE

    def newest(self, connection: Connection) -> tuple[int, int]:
        return NEWEST_POSITION.value(connection), NEWEST_STREAM.value(connection)

    def close(self) -> None:
        self.read_engine.dispose()
        self.write_engine.dispose()


def _engine(path: Path, *, read_only: bool) -> Engine:
    engine = create_engine(
        URL.create("sqlite+pysqlite", database=str(path)),
        hide_parameters=True,  # errors are logged, what people wrote is not
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False, "isolation_level": None},
        pool_size=1 if not read_only else 4,
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
        connection.exec_driver_sql(begin)

    return engine

"""PostgreSQL 15+: facts take their position under an advisory lock held to COMMIT: position order is commit order.

A reader that goes by position therefore never passes a gap. The lock is the transaction's first statement; taken last
it would deadlock two groups.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from psycopg.abc import Buffer
from psycopg.types.string import StrDumperUnknown
from sqlalchemy import Connection, create_engine, event, make_url
from sqlalchemy.pool import NullPool

from tavernai.engines.copying import copy_rows, empty
from tavernai.kernel.disk import Refusal
from tavernai.ledger.store import NEWEST_POSITION, NEWEST_STREAM
from tavernai.storage.migrate import upgrade

LOCK = 4711
STATEMENT_SECONDS = 30
REFUSALS: dict[str, Refusal] = {"53100": "full", "25006": "read_only"}
"""disk_full, read_only_sql_transaction (also a standby that was not promoted)"""


class PostgresDialog:
    """Fulfils storage.ports.Dialog on a server."""

    is_at_hand = False

    def __init__(self, url: str) -> None:
        address = make_url(url).set(drivername="postgresql+psycopg")
        self.write_engine = create_engine(
            address, pool_size=1, max_overflow=1, hide_parameters=True, isolation_level="READ COMMITTED"
        )
        self.read_engine = create_engine(
            address,
            pool_size=8,
            max_overflow=4,
            hide_parameters=True,  # errors are logged, what people wrote is not
            isolation_level="REPEATABLE READ",
            pool_pre_ping=True,
        )
        for engine in (self.write_engine, self.read_engine):
            event.listen(engine, "connect", _prepare)

    def begin(self, connection: Connection) -> None:
        connection.begin()
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")

    def unchanged(self, connection: Connection) -> bool:
        return False  # other nodes write too

    def newest(self, connection: Connection) -> tuple[int, int]:
        return NEWEST_POSITION.value(connection), NEWEST_STREAM.value(connection)

    def refusal(self, error: BaseException) -> Refusal | None:
        return REFUSALS.get(getattr(getattr(error, "orig", error), "sqlstate", None) or "")

    def size(self) -> int:
        with self.read_engine.connect() as connection:
            return int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar() or 0)

    def copy_to(self, target: Path, *, told: Callable[[float], None]) -> None:
        """Row by row out of one repeatable read, so that no program of PostgreSQL's is needed."""
        copy = create_engine(f"sqlite:///{target}", poolclass=NullPool, hide_parameters=True)
        try:
            upgrade(copy)
            with self.read_engine.connect() as here, copy.begin() as there:
                copy_rows(here, there, told=told)
        finally:
            copy.dispose()

    def fill_from(self, source: Path, *, told: Callable[[float], None]) -> None:
        upgrade(self.write_engine)
        copy = create_engine(f"sqlite:///{source}", poolclass=NullPool, hide_parameters=True)
        try:
            upgrade(copy)
            with copy.connect() as there, self.write_engine.begin() as here:
                here.exec_driver_sql("SET LOCAL statement_timeout = 0")
                empty(here)
                copy_rows(there, here, told=told)
        finally:
            copy.dispose()

    def close(self) -> None:
        self.read_engine.dispose()
        self.write_engine.dispose()


class _TextDumper(StrDumperUnknown):
    """Text as PostgreSQL takes it: without NUL, which it cannot hold. An id with one in it then simply is not found."""

    def dump(self, obj: str) -> Buffer | None:
        return super().dump(obj.replace("\0", "\ufffd"))


def _prepare(driver: Any, _record: Any) -> None:
    driver.adapters.register_dumper(str, _TextDumper)
    with driver.cursor() as cursor:
        cursor.execute(f"SET statement_timeout = '{STATEMENT_SECONDS}s'")
        cursor.execute("SET synchronous_commit = on")
    driver.commit()

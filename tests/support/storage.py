"""Storages for tests: every room's tables, by the migrations, and every room's folds, over a real engine."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import Connection, Table, create_engine

from tavernai.ledger.projections import Projections
from tavernai.ledger.rebuild import Compared, compare, replay
from tavernai.ledger.store import all_events
from tavernai.ledger.transaction import LedgerSession
from tavernai.rooms import FOLDS
from tavernai.storage.database import Database
from tavernai.storage.migrate import upgrade
from tavernai.storage.ports import Dialog
from tavernai.storage.schema import metadata


def all_projections() -> Projections:
    return Projections(FOLDS)


def tables_of_tests() -> list[Table]:
    """Tables that tests declare for themselves, which no migration knows."""
    return [table for name, table in metadata.tables.items() if name.startswith("test_")]


@asynccontextmanager
async def opened(dialog: Dialog) -> AsyncIterator[Database]:
    """A storage with all tables, empty, closed afterwards."""
    add_tables_of_tests(dialog)
    storage = Database(dialog, LedgerSession(dialog, all_projections()))
    try:
        yield storage
    finally:
        await storage.close()


def add_tables_of_tests(dialog: Dialog) -> None:
    """The tests' own tables beside the product's: whoever compares all known tables looks for them too."""
    upgrade(dialog.write_engine)
    metadata.create_all(dialog.write_engine, tables=tables_of_tests())


def compared_with_replay(conn: Connection) -> list[Compared]:
    """Every table that facts tell, against a replay of all facts into a fresh SQLite database."""
    engine = create_engine("sqlite://")
    try:
        upgrade(engine)
        metadata.create_all(engine, tables=tables_of_tests())
        with engine.begin() as again:
            replay(all_events(conn), again, all_projections())
            return compare(conn, again)
    finally:
        engine.dispose()

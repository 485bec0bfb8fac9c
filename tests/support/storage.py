"""Storages for tests: every room's tables, by the migrations, and every room's folds, over a real engine."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import Table

from tavernai.bootstrap import FOLDS
from tavernai.ledger.projections import Projections
from tavernai.ledger.transaction import LedgerSession
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
    upgrade(dialog.write_engine)
    metadata.create_all(dialog.write_engine, tables=tables_of_tests())
    storage = Database(dialog, LedgerSession(dialog, all_projections()))
    try:
        yield storage
    finally:
        await storage.close()

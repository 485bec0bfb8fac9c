"""Storages for tests: every room's tables and folds over a real engine."""

import importlib
import importlib.util
import pkgutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from types import ModuleType

import tavernai
from tavernai.ledger.projections import Projections
from tavernai.ledger.transaction import LedgerSession
from tavernai.storage.database import Database
from tavernai.storage.ports import Dialog
from tavernai.storage.schema import metadata


def room_modules(name: str) -> Iterator[ModuleType]:
    """The module of this name of every room that has one, in the order of their names."""
    for room in sorted(found.name for found in pkgutil.iter_modules(tavernai.__path__) if found.ispkg):
        if importlib.util.find_spec(f"tavernai.{room}.{name}"):
            yield importlib.import_module(f"tavernai.{room}.{name}")


def all_projections() -> Projections:
    return Projections([module.FOLDS for module in room_modules("projections") if hasattr(module, "FOLDS")])


@asynccontextmanager
async def opened(dialog: Dialog) -> AsyncIterator[Database]:
    """A storage with all tables, empty, closed afterwards."""
    list(room_modules("tables"))
    projections = all_projections()  # brings the tables of rooms within rooms, so it comes first
    metadata.create_all(dialog.write_engine)
    storage = Database(dialog, LedgerSession(dialog, projections))
    try:
        yield storage
    finally:
        await storage.close()

"""An empty ledger of notes on each engine."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tavernai.engines.postgres import PostgresDialog
from tavernai.engines.sqlite import SqliteDialog
from tavernai.ledger.projections import Projections
from tavernai.ledger.transaction import LedgerSession
from tavernai.storage.database import Database
from tavernai.storage.schema import metadata
from tests.contract.ledger import notes


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.needs("postgres"))])
async def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """The same contract, whichever engine keeps it."""
    if request.param == "sqlite":
        dialog: SqliteDialog | PostgresDialog = SqliteDialog(tmp_path / "edge.db")
    else:
        dialog = PostgresDialog(request.getfixturevalue("postgres_url"))
    metadata.create_all(dialog.write_engine)
    database = Database(dialog, LedgerSession(dialog, Projections([notes.FOLDS])))
    yield database
    await database.close()

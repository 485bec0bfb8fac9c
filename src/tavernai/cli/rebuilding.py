"""Fold every fact into a fresh database beside the living one, and compare."""

import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from tavernai.engines.sqlite import SqliteDialog
from tavernai.ledger.projections import Projections
from tavernai.ledger.rebuild import compare, replay
from tavernai.ledger.store import all_events
from tavernai.storage.migrate import upgrade


def rebuild_check(live: Connection, projections: Projections) -> list[dict[str, Any]]:
    """Each read table, living and rebuilt, on one snapshot of `live`; whatever engine that is, the copy is SQLite.

    The copy lies in a temporary folder, needs about as much room as the data, and is gone afterwards.
    """
    with tempfile.TemporaryDirectory(prefix="tavernai-rebuild-") as folder:
        copy = SqliteDialog(Path(folder) / "rebuilt.db")
        try:
            upgrade(copy.write_engine)
            with copy.write_engine.begin() as rebuilt:
                replay(all_events(live), rebuilt, projections)
                return [asdict(table) for table in compare(live, rebuilt)]
        finally:
            copy.close()

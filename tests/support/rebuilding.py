"""Folding a storage's facts into empty tables, and what comes out different."""

from pathlib import Path

from tavernai.engines.sqlite import SqliteDialog
from tavernai.ledger.ports import Storage
from tavernai.ledger.rebuild import Compared, compare, replay
from tavernai.ledger.store import all_events
from tavernai.storage.schema import metadata
from tests.support.storage import all_projections


async def differences(storage: Storage, scratch: Path) -> list[Compared]:
    """Tables whose rebuilt rows are not the live ones."""
    dialog = SqliteDialog(scratch)
    metadata.create_all(dialog.write_engine)
    try:
        events = await storage.read(lambda conn: list(all_events(conn)))
        with dialog.write_engine.begin() as rebuilt:
            replay(events, rebuilt, all_projections())
        with dialog.read_engine.connect() as rebuilt:
            told = await storage.read(lambda live: compare(live, rebuilt))
    finally:
        dialog.close()
    return [one for one in told if not one.equal]

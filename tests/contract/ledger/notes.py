"""A room made for tests: notes that are added and removed, so that the ledger's contract needs no real room."""

from sqlalchemy import Column, Table

from tavernai.kernel.facts import Recorded, fact
from tavernai.ledger.domain import Stream
from tavernai.storage.schema import Id, Int, Text, metadata
from tavernai.storage.unit import Unit

notes = Table(
    "test_notes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("code", Text, nullable=False, unique=True),
    Column("text", Text, nullable=False),
    Column("changes", Int, nullable=False),
)
BOARD = Stream("test:board", "somebody")


@fact("test_note.added")
class NoteAdded:
    note_id: str
    code: str
    text: str


@fact("test_note.changed")
class NoteChanged:
    note_id: str
    text: str


@fact("test_note.removed")
class NoteRemoved:
    note_id: str


def added(tx: Unit, event: Recorded, told: NoteAdded) -> None:
    tx.insert(notes, {"id": told.note_id, "code": told.code, "text": told.text, "changes": 0})


def changed(tx: Unit, event: Recorded, told: NoteChanged) -> None:
    row = tx.get(notes, told.note_id)
    assert row is not None
    tx.update(notes, told.note_id, text=told.text, changes=row["changes"] + 1)


def removed(tx: Unit, event: Recorded, told: NoteRemoved) -> None:
    tx.delete(notes, told.note_id)


FOLDS = {NoteAdded: added, NoteChanged: changed, NoteRemoved: removed}

"""What the writer remembers of earlier groups is never older than what the database holds."""

import asyncio
from typing import Any

from sqlalchemy import create_engine, text, update

from tavernai.kernel.facts import By
from tavernai.ledger.transaction import Transaction
from tavernai.storage.database import Database
from tavernai.storage.rows import KNOWN_ROWS_MAX
from tests.contract.ledger.notes import BOARD, NoteAdded, NoteChanged, NoteRemoved, notes

BY = By.user("somebody")
BEHIND = update(notes).values(text="changed behind")


def recording(*facts: Any) -> Any:
    return lambda tx: tx.append(BOARD, list(facts), by=BY)


def seen(tx: Transaction, note_id: str = "a") -> str | None:
    row = tx.get(notes, note_id)
    return row["text"] if row is not None else None


async def test_what_somebody_else_wrote_meanwhile_is_seen(ledger: Database) -> None:
    await ledger.commit(recording(NoteAdded("a", "a", "text")))
    assert await ledger.commit(seen) == "text"
    other = create_engine(ledger.dialog.write_engine.url)
    with other.begin() as connection:
        connection.execute(text("UPDATE test_notes SET text = 'from elsewhere'"))
    other.dispose()
    assert await ledger.commit(seen) == "from elsewhere"


async def test_a_statement_past_the_rows_is_seen(ledger: Database) -> None:
    await ledger.commit(recording(NoteAdded("a", "a", "text")))
    assert await ledger.commit(seen) == "text"
    await ledger.commit(lambda tx: tx.later(BEHIND, {}))
    assert await ledger.commit(seen) == "changed behind"


async def test_what_a_refused_unit_wrote_is_forgotten(ledger: Database) -> None:
    await ledger.commit(recording(NoteAdded("a", "a", "text")))

    def refused(tx: Transaction) -> None:
        tx.append(BOARD, [NoteChanged("a", "never")], by=BY)
        tx.rows(text("SELECT 1"))
        raise ValueError

    results = await asyncio.gather(ledger.commit(refused), ledger.commit(seen), return_exceptions=True)
    assert isinstance(results[0], ValueError)
    assert (results[1], await ledger.commit(seen)) == ("text", "text")


async def test_a_code_that_moved_to_another_row_leads_there(ledger: Database) -> None:
    await ledger.commit(recording(NoteAdded("a", "code", "text")))
    assert (await ledger.commit(lambda tx: tx.find(notes, code="code")))["id"] == "a"
    await ledger.commit(recording(NoteRemoved("a")))
    assert await ledger.commit(lambda tx: tx.find(notes, code="code")) is None
    await ledger.commit(recording(NoteAdded("b", "code", "text")))
    assert (await ledger.commit(lambda tx: tx.find(notes, code="code")))["id"] == "b"


async def test_more_rows_than_are_remembered_are_all_there(ledger: Database) -> None:
    facts = [NoteAdded(f"n{number}", f"c{number}", str(number)) for number in range(KNOWN_ROWS_MAX + 50)]
    await ledger.commit(recording(*facts))
    await ledger.commit(lambda tx: [seen(tx, fact.note_id) for fact in facts])
    assert await ledger.commit(lambda tx: [seen(tx, fact.note_id) for fact in facts]) == [one.text for one in facts]


async def test_a_glance_sees_what_was_acknowledged(ledger: Database) -> None:
    for number in range(3):
        await ledger.commit(recording(NoteAdded(f"n{number}", f"c{number}", "text")))
        count = await ledger.glance(lambda conn: conn.execute(text("SELECT count(*) FROM test_notes")).scalar())
        assert count == number + 1

"""What every engine of the ledger promises. Each sentence runs on SQLite and on PostgreSQL."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select, text, update

from tavernai.kernel.errors import Conflict, Unavailable
from tavernai.kernel.facts import By, Recorded
from tavernai.ledger import store
from tavernai.ledger.domain import Stream
from tavernai.ledger.errors import KeyReused, StreamMoved
from tavernai.ledger.idempotency import answered, remember
from tavernai.ledger.projections import Projections
from tavernai.ledger.rebuild import compare, rebuilt_tables, replay
from tavernai.ledger.tables import ledger_events, ledger_payloads
from tavernai.ledger.transaction import Transaction
from tavernai.ledger.verify import Verdict, verify
from tavernai.storage.database import Database
from tests.contract.ledger.notes import BOARD, FOLDS, NoteAdded, NoteChanged, NoteRemoved, notes

BY = By.user("somebody")
Unit = Callable[[Transaction], Any]


def adding(name: str, *, code: str | None = None, stream: Stream = BOARD, then: Exception | None = None) -> Unit:
    def unit(tx: Transaction) -> list[Recorded]:
        recorded = tx.append(stream, [NoteAdded(name, code or name, "text")], by=BY)
        if then is not None:
            raise then
        return recorded

    return unit


async def all_facts(ledger: Database) -> list[Recorded]:
    return await ledger.read(lambda conn: list(store.all_events(conn)))


async def all_notes(ledger: Database) -> dict[str, str]:
    rows = await ledger.read(lambda conn: conn.execute(select(notes.c.id, notes.c.text)).all())
    return {row.id: row.text for row in rows}


async def test_a_recorded_fact_is_read_back_whole(ledger: Database) -> None:
    [told] = await ledger.commit(adding("a"))
    [read] = await all_facts(ledger)
    assert read == told
    assert (read.pos, read.seq, read.kind, read.actor) == (1, 1, "test_note.added", "user:somebody")
    assert read.payload == {"note_id": "a", "code": "a", "text": "text"}


async def test_positions_and_sequences_have_no_gaps_under_a_crowd(ledger: Database) -> None:
    units = [
        adding(f"n{number}", stream=Stream(f"test:{number % 7}", "o"), then=ValueError() if number % 5 == 0 else None)
        for number in range(200)
    ]
    results = await asyncio.gather(*map(ledger.commit, units), return_exceptions=True)
    facts = await all_facts(ledger)
    assert sum(isinstance(result, ValueError) for result in results) == 40
    assert [fact.pos for fact in facts] == list(range(1, 161))
    for stream in {fact.stream for fact in facts}:
        own = [fact.seq for fact in facts if fact.stream == stream]
        assert own == list(range(1, len(own) + 1))


async def test_a_refused_unit_leaves_nothing_and_harms_nobody(ledger: Database) -> None:
    good, bad = await asyncio.gather(
        ledger.commit(adding("good")), ledger.commit(adding("bad", then=Conflict())), return_exceptions=True
    )
    assert isinstance(bad, Conflict)
    assert not isinstance(good, BaseException)
    assert await all_notes(ledger) == {"good": "text"}


async def test_units_of_one_group_see_what_earlier_ones_wrote(ledger: Database) -> None:
    def change(tx: Transaction) -> int:
        tx.append(BOARD, [NoteChanged("a", "new")], by=BY)
        row = tx.get(notes, "a")
        found = tx.find(notes, code="a")
        assert row is not None
        assert row == found
        return int(row["changes"])

    _, *counts = await asyncio.gather(ledger.commit(adding("a")), *[ledger.commit(change) for _ in range(20)])
    assert counts == list(range(1, 21))
    assert await all_notes(ledger) == {"a": "new"}


async def test_a_query_inside_a_unit_sees_what_it_has_written_and_a_refusal_takes_it_back(ledger: Database) -> None:
    seen: list[int] = []

    def unit(tx: Transaction) -> None:
        tx.append(BOARD, [NoteAdded("mine", "mine", "x")], by=BY)
        seen.append(len(tx.rows(select(notes.c.id))))
        raise Conflict

    first, second, third = await asyncio.gather(
        ledger.commit(adding("a")), ledger.commit(unit), ledger.commit(adding("b")), return_exceptions=True
    )
    assert isinstance(second, Conflict)
    assert seen[-1] in (1, 2)
    assert set(await all_notes(ledger)) == {"a", "b"}
    assert not isinstance(first, BaseException)
    assert not isinstance(third, BaseException)


async def test_a_unique_value_taken_twice_refuses_only_the_second(ledger: Database) -> None:
    units = [adding("a", code="same"), adding("b", code="same"), adding("c")]
    results = await asyncio.gather(*map(ledger.commit, units), return_exceptions=True)
    assert [isinstance(result, BaseException) for result in results] == [False, True, False]
    assert isinstance(results[1], Unavailable | LookupError)
    assert set(await all_notes(ledger)) == {"a", "c"}
    assert (await ledger.read(verify)).ok


async def test_an_expected_sequence_that_has_moved_is_a_conflict(ledger: Database) -> None:
    await ledger.commit(adding("a"))

    def late(tx: Transaction) -> None:
        tx.append(BOARD, [NoteAdded("b", "b", "")], by=BY, expected_seq=0)

    with pytest.raises(StreamMoved) as refused:
        await ledger.commit(late)
    assert refused.value.facts == {"head_seq": 1}


async def test_others_hear_of_a_commit_and_nobody_of_a_refusal(ledger: Database) -> None:
    heard: list[str] = []
    ledger.on_commit(lambda facts: heard.extend(fact.payload["note_id"] for fact in facts))
    await asyncio.gather(
        ledger.commit(adding("a")), ledger.commit(adding("b", then=Conflict())), return_exceptions=True
    )
    assert heard == ["a"]


async def test_a_cancelled_waiter_does_not_stop_the_writer(ledger: Database) -> None:
    waiting = asyncio.ensure_future(ledger.commit(adding("a")))
    await asyncio.sleep(0)
    waiting.cancel()
    await ledger.commit(adding("b"))
    assert set(await all_notes(ledger)) == {"a", "b"}


async def test_the_same_request_twice_is_done_once(ledger: Database) -> None:
    def post(body: dict[str, str]) -> Unit:
        def unit(tx: Transaction) -> Any:
            known = answered(tx, "o", route="notes", key="k1", body=body)
            if known is None:
                known = {"pos": tx.append(BOARD, [NoteAdded("a", "a", "")], by=BY)[0].pos}
                remember(tx, "o", route="notes", key="k1", body=body, answer=known)
            return known

        return unit

    answers = await asyncio.gather(*[ledger.commit(post({"x": "1"})) for _ in range(5)])
    assert answers == [{"pos": 1}] * 5
    with pytest.raises(KeyReused):
        await ledger.commit(post({"x": "2"}))


async def test_text_no_engine_could_store_is_replaced_at_the_door(ledger: Database) -> None:
    await ledger.commit(lambda tx: tx.append(BOARD, [NoteAdded("a", "a", "nul\0 lone\ud800 ok \U0001f600")], by=BY))
    assert await all_notes(ledger) == {"a": "nul\ufffd lone\ufffd ok \U0001f600"}
    assert (await ledger.read(verify)).ok


async def test_facts_after_a_position_come_in_order_for_a_stream_and_for_an_owner(ledger: Database) -> None:
    for number in range(6):
        await ledger.commit(adding(f"n{number}", stream=Stream(f"test:{number % 2}", f"owner{number % 2}")))
    of_stream = await ledger.read(lambda conn: store.stream_after(conn, "test:1", 2, limit=2))
    of_owner = await ledger.read(lambda conn: store.events_after(conn, 0, limit=10, owner_id="owner0"))
    assert [fact.pos for fact in of_stream] == [4, 6]
    assert [fact.pos for fact in of_owner] == [1, 3, 5]
    assert await ledger.read(store.newest_position) == 6


FORGED = '{"note_id":"n1","text":"forged"}'
TAMPERINGS: dict[str, Any] = {
    "payload": update(ledger_payloads).where(ledger_payloads.c.pos == 2).values(data=FORGED),
    "kind": update(ledger_events).where(ledger_events.c.pos == 2).values(kind="test_note.changed"),
    "removed": text("DELETE FROM ledger_events WHERE pos = 2"),
}


@pytest.mark.parametrize("what", sorted(TAMPERINGS))
async def test_a_changed_byte_is_named_by_stream_and_sequence(ledger: Database, what: str) -> None:
    for number in range(4):
        await ledger.commit(adding(f"n{number}"))
    await ledger.commit(lambda tx: tx.later(TAMPERINGS[what], {}))
    verdict: Verdict = await ledger.read(verify)
    assert [(fault.stream, fault.seq) for fault in verdict.faults if fault.stream != "ledger"] == [("test:board", 2)]


async def test_an_erased_payload_still_verifies(ledger: Database) -> None:
    await ledger.commit(adding("a"))
    await ledger.commit(lambda tx: tx.later(text("DELETE FROM ledger_payloads"), {}))
    assert (await ledger.read(verify)).ok


HISTORIES = st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["add", "change", "remove"])), max_size=40)


@given(history=HISTORIES)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_folding_every_fact_again_gives_the_same_tables(ledger: Database, history: list[tuple[int, str]]) -> None:
    def clear(tx: Transaction) -> None:
        for row in tx.rows(select(notes.c.id)):
            tx.append(BOARD, [NoteRemoved(row["id"])], by=BY)

    await ledger.commit(clear)
    await asyncio.gather(*[ledger.commit(_act(number, what)) for number, what in history])
    assert await ledger.read(lambda conn: _rebuilds_equal(conn)) == []


def _act(number: int, what: str) -> Unit:
    name = f"n{number}"

    def unit(tx: Transaction) -> None:
        there = tx.get(notes, name) is not None
        if what == "add" and not there:
            tx.append(BOARD, [NoteAdded(name, name, "new")], by=BY)
        elif what == "change" and there:
            tx.append(BOARD, [NoteChanged(name, f"text {tx.position}")], by=BY)
        elif what == "remove" and there:
            tx.append(BOARD, [NoteRemoved(name)], by=BY)

    return unit


def _rebuilds_equal(live: Connection) -> list[str]:
    """The tables that differ between this database and one folded from its facts alone."""
    from sqlalchemy import create_engine

    fresh = create_engine("sqlite://")
    for table in rebuilt_tables():
        table.create(fresh)
    with fresh.connect() as rebuilt:
        replay(store.all_events(live), rebuilt, Projections([FOLDS]))
        differing = [one.table for one in compare(live, rebuilt) if not one.equal]
    fresh.dispose()
    return differing


@pytest.mark.parametrize("strange", ["\0", "a\0b"])
async def test_nothing_is_found_by_an_id_with_nul_and_nothing_breaks(ledger: Database, strange: str) -> None:
    await ledger.commit(adding("a"))
    assert await ledger.commit(lambda tx: tx.get(notes, strange)) is None
    assert await ledger.read(lambda conn: conn.execute(select(notes).where(notes.c.id == strange)).all()) == []


async def test_one_who_hears_badly_keeps_nobody_waiting(ledger: Database) -> None:
    heard: list[int] = []

    def broken(facts: object) -> None:
        raise ValueError

    ledger.on_commit(broken)
    ledger.on_commit(lambda facts: heard.append(len(facts)))
    async with asyncio.timeout(5):
        await ledger.commit(adding("a"))
    assert heard == [1]

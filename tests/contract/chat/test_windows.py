"""Any stretch of a long path is one page, whatever hangs beside it, and a page never costs the whole path."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tavernai.chat import events, store, window
from tavernai.chat.errors import MessageOffPath
from tavernai.kernel.facts import By
from tavernai.kernel.ids import new_id
from tavernai.ledger.domain import Stream
from tests.contract.chat.tale import Tale

LINES = 240
DAY = 86_400_000
START = int(datetime(2030, 11, 1, 9, tzinfo=UTC).timestamp() * 1000)


async def told_over_days(tale: Tale, *, a_day: int = 40) -> list[str]:
    """Ids of 240 imported messages below the greeting, so many on each day from the first of November 2030 on."""
    ids = [new_id() for _ in range(LINES)]
    leaf = (await tale.get())["active_leaf"]
    variant = (await tale.items())[-1]["variant"]["id"]

    def unit(tx: Any) -> None:
        above: tuple[str, str] = (leaf, variant)
        for n, message_id in enumerate(ids):
            told = {"id": new_id(), "text": f"line {n}", "kind": "import"}
            fact = events.MessageAdded(
                message_id, *above, role="user", name="Kim", character_id=None, status="complete", variants=[told],
                task_id=None, was_leaf_id=above[0], at=START + (n // a_day) * DAY + n,
            )  # fmt: skip
            tx.append(Stream(f"conv:{tale.id}", "kim"), [fact], by=By("user:kim", "import"))
            above = (message_id, told["id"])

    await tale.unit(unit)
    return ids


async def page(tale: Tale, **place: Any) -> tuple[list[str], str | None, str | None]:
    found = await tale.chat.page("kim", tale.id, **place)
    return [item["text"] for item in found.items], found.next_cursor, found.newer_cursor


async def test_both_ways_lead_over_every_message_once(tale: Tale) -> None:
    await told_over_days(tale)
    texts, older, newer = await page(tale, limit=50)
    assert newer is None
    while older is not None:
        some, older, newer = await page(tale, before=older, limit=50)
        assert newer is not None
        texts = some + texts
    assert texts == ["Hello Kim, I am Ada.", *(f"line {n}" for n in range(LINES))]
    again, top, newer = await page(tale, after=(await tale.items(limit=200, before=None))[0]["id"], limit=50)
    assert (again[0], len(again), top is None) == ("line 41", 50, False)
    while newer is not None:
        some, _, newer = await page(tale, after=newer, limit=50)
        again += some
    assert again == texts[42:]


async def test_around_a_message_stands_what_is_near_it_on_both_sides(tale: Tale) -> None:
    ids = await told_over_days(tale)
    texts, older, newer = await page(tale, around=ids[100], limit=20)
    assert texts == [f"line {n}" for n in range(91, 111)]
    assert (older, newer) == (ids[91], ids[110])
    assert (await page(tale, around=ids[-1], limit=20))[0] == [f"line {n}" for n in range(220, 240)]
    first, older, newer = await page(tale, around=ids[1], limit=20)
    assert (first[:2], older, newer) == (["Hello Kim, I am Ada.", "line 0"], None, ids[11])


async def test_what_is_in_the_trash_leaves_no_hole_in_a_page(tale: Tale) -> None:
    ids = await told_over_days(tale)
    await tale.chat.change_many("kim", tale.id, message_ids=ids[101:181], action="delete")
    assert (await page(tale, around=ids[100], limit=4))[0] == ["line 99", "line 100", "line 181", "line 182"]
    assert (await page(tale, after=ids[100], limit=2))[0] == ["line 181", "line 182"]
    assert (await page(tale, before=ids[181], limit=2))[0] == ["line 99", "line 100"]
    assert (await tale.get())["message_count"] == LINES + 1 - 80


async def test_a_moment_opens_at_the_first_message_not_before_it(tale: Tale) -> None:
    await told_over_days(tale)
    for day in range(6):
        texts, _, _ = await page(tale, at=START + day * DAY - 60_000, limit=3)
        assert f"line {day * 40}" in texts
    assert (await page(tale, at=START + 400 * DAY, limit=3))[0] == ["line 237", "line 238", "line 239"]


async def test_days_are_counted_by_the_persons_clock(tale: Tale) -> None:
    ids = await told_over_days(tale)
    found = await tale.chat.days("kim", tale.id, tz_minutes=0, cursor=None, limit=3)
    assert [(one["day"], one["count"]) for one in found.items] == [
        ("2030-11-06", 40), ("2030-11-05", 40), ("2030-11-04", 40)
    ]  # fmt: skip
    assert found.items[0]["message_id"] == ids[200]
    rest = await tale.chat.days("kim", tale.id, tz_minutes=0, cursor=found.next_cursor, limit=50)
    assert [one["day"] for one in rest.items][:3] == ["2030-11-03", "2030-11-02", "2030-11-01"]
    ahead = await tale.chat.days("kim", tale.id, tz_minutes=15 * 60, cursor=None, limit=1)
    assert ahead.items[0]["day"] == "2030-11-07"


async def test_another_branch_is_refused_below_and_around_but_read_above(tale: Tale) -> None:
    ids = await told_over_days(tale)
    await tale.chat.branch("kim", ids[10])
    for place in ("after", "around"):
        with pytest.raises(MessageOffPath):
            await page(tale, **{place: ids[50]})
    texts, _, newer = await page(tale, before=ids[50], limit=2)
    assert (texts, newer) == (["line 48", "line 49"], None)


async def test_a_page_anywhere_reads_few_rows(tale: Tale) -> None:
    ids = await told_over_days(tale)

    def reads(conn: Any) -> int:
        conversation, message = store.conversation_of(conn, "kim", tale.id), store.message_of(conn, "kim", ids[20])
        known, asked = window.fetch_on(conn), list[int]()

        def fetch(pos: int) -> Any:
            asked.append(pos)
            return known(pos)

        window.Path(conn, conversation, fetch).downward(message, 10)
        return len(asked)

    assert 0 < await tale.storage.read(reads) < 60

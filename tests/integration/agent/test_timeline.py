"""The timeline of a conversation comes in pages that an answer can carry."""

from typing import Any, cast

import pytest

from tavernai.agent.service import AgentService
from tavernai.chat.window import PAGE_CHARS_MAX
from tavernai.storage.database import Database
from tests.contract.chat.tale import Tale

LONG = "x" * (PAGE_CHARS_MAX * 2 // 5)


@pytest.fixture
async def tale(sqlite_storage: Database) -> Tale:
    """Kim's new conversation with Ada, greeted."""
    made = Tale(sqlite_storage)
    await made.open()
    return made


async def test_long_facts_are_told_two_at_a_time_and_none_is_lost(tale: Tale) -> None:
    for n in range(5):
        await tale.say(f"{n} {LONG}")
    agent, found, after = AgentService(tale.storage, stage=cast(Any, None)), list[str](), 0
    while True:
        page = await agent.timeline("kim", tale.id, after=after, limit=200)
        told = [str(one["payload"]) for one in page.items]
        assert 1 <= sum(LONG in one for one in told) <= 2
        found += [one for one in told if LONG in one]
        if page.next_cursor is None:
            break
        after = int(page.next_cursor)
    assert len(found) == 5


async def test_a_page_ends_where_it_was_asked_to(tale: Tale) -> None:
    for n in range(4):
        await tale.say(str(n))
    agent = AgentService(tale.storage, stage=cast(Any, None))
    first = await agent.timeline("kim", tale.id, after=0, limit=2)
    assert (len(first.items), first.next_cursor) == (2, str(first.items[-1]["position"]))
    rest = await agent.timeline("kim", tale.id, after=int(first.next_cursor or 0), limit=200)
    assert rest.next_cursor is None

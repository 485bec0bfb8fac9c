"""An index that follows the ledger loses nothing, whatever stops it, on SQLite and on PostgreSQL."""

import asyncio
from typing import Any

from sqlalchemy import select

from tavernai.chat import events
from tavernai.chat.indexes import ConversationIndex, MessageIndex
from tavernai.kernel.facts import kind_of
from tavernai.ledger.follower import FACTS_AT_ONCE, index_positions
from tests.contract.search.library import Library, new_follower


class Stumbling(MessageIndex):
    """Fails when it writes, as often as it is told to."""

    falls = 1

    def write(self, tx: Any, portion: Any) -> None:
        super().write(tx, portion)
        if self.falls > 0:
            self.falls -= 1
            raise RuntimeError("the process died here")


async def test_a_crash_between_commit_and_index_loses_nothing(library: Library) -> None:
    said = await library.say("silver fish")
    assert await new_follower(library.storage, Stumbling()).caught_up(seconds_max=60) is False
    # A new process: nothing is remembered but what the database holds.
    await new_follower(library.storage).caught_up(seconds_max=60)
    assert await library.found("silver") == [said]


async def test_a_new_process_goes_on_from_the_checkpoint(library: Library) -> None:
    ids = [await library.say(f"silver {number}") for number in range(5)]
    await new_follower(library.storage).caught_up(seconds_max=60)
    ids.append(await library.say("silver again"))
    await new_follower(library.storage).caught_up(seconds_max=60)
    assert await library.found("silver") == ids[::-1]


async def test_two_followers_at_once_write_each_document_once(library: Library) -> None:
    ids = [await library.say(f"silver {number}") for number in range(2 * FACTS_AT_ONCE)]
    followers = [new_follower(library.storage) for _ in range(3)]
    assert all(await asyncio.gather(*(one.caught_up(seconds_max=60) for one in followers)))
    found = await library.page("silver", kinds=("message",), limit=2 * len(ids))
    assert [one.id for one in found.items] == ids[::-1]


async def test_an_index_of_another_version_is_made_anew(library: Library) -> None:
    said = await library.say("silver fish")
    assert await library.found("silver") == [said]

    class Newer(MessageIndex):
        version = MessageIndex.version + 1

    await new_follower(library.storage, Newer()).caught_up(seconds_max=60)
    query = select(index_positions.c.version).where(index_positions.c.name == "messages")
    assert await library.storage.read(lambda conn: conn.execute(query).scalar_one()) == Newer.version
    assert await library.found("silver") == [said]


async def test_remaking_gives_the_same_answers(library: Library) -> None:
    _, answered = await library.exchange("silver fish", "golden fish")
    await library.swipe(answered, "golden bird")
    card = await library.card("Silver Ann")
    before = [(await library.page(q, variants=True)).items for q in ("silver", "golden", "fish")]
    assert await library.follower.remake() > 0
    assert [(await library.page(q, variants=True)).items for q in ("silver", "golden", "fish")] == before
    assert card in {one.id for one in before[0]}


async def test_in_the_background_it_catches_up_a_moment_after_a_commit(library: Library) -> None:
    library.storage.on_commit(library.follower.hear)
    library.follower.start()
    said = await library.say("silver fish")
    query = select(index_positions.c.position).where(index_positions.c.name == "messages")
    async with asyncio.timeout(10):
        while (await library.storage.read(lambda conn: conn.execute(query).scalar()) or 0) == 0:
            await asyncio.sleep(0.01)
    await library.follower.stop()
    assert await library.found("silver") == [said]


def test_every_fact_that_brings_a_text_is_followed() -> None:
    """A new fact with a text must name its message in `message_id`, and its kind must be one an index follows."""
    kinds = MessageIndex.kinds + ConversationIndex.kinds
    told = [one for one in vars(events).values() if hasattr(one, "__fact_kind__")]
    bringing = [one for one in told if {"text", "variants", "title"} & set(one.__dataclass_fields__)]
    assert len(bringing) >= 6
    for one in bringing:
        assert kind_of(one).startswith(kinds), kind_of(one)
        assert {"message_id", "title"} & set(one.__dataclass_fields__), kind_of(one)

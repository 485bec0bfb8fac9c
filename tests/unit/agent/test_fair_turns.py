"""What a person's slow scripts hold: some threads, never all of them."""

import asyncio
from collections.abc import Callable
from typing import Any, cast

from tavernai.agent.opening import Opener
from tavernai.agent.orders import Order, Orders
from tavernai.agent.service import HEARD_AT_ONCE, AgentService
from tavernai.agent.workshop.service import WorkshopService


class Threads:
    """A storage that counts who is computing in it."""

    def __init__(self) -> None:
        self.now = self.most = 0

    async def glance(self, query: Callable[[Any], Any]) -> Any:
        return None

    async def study(self, query: Callable[[Any], Any], *, whose: str) -> Any:
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0.01)
        self.now -= 1
        return query(None)


class Blank:
    """An opener that finds nothing to do."""

    def ahead(self, conn: Any, user_id: str, **asked: Any) -> str:
        return user_id


async def posted(storage: Threads, *people: str) -> list[Any]:
    """Each of them says ten things at once."""
    agent = AgentService(cast(Any, storage), stage=cast(Any, None))
    agent._orders = Orders(cast(Opener, Blank()), cast(Any, None))
    orders = [agent._ahead(one, Order(content="Hi", conversation_id="c"), "new") for one in people for _ in range(10)]
    return await asyncio.gather(*orders)


async def test_words_of_one_person_are_heard_two_at_a_time() -> None:
    alone, together = Threads(), Threads()
    assert await posted(alone, "kim") == ["kim"] * 10
    await posted(together, "kim", "lea")
    assert (alone.most, together.most) == (HEARD_AT_ONCE, 2 * HEARD_AT_ONCE)


async def test_scripts_are_tried_one_at_a_time_where_nobody_waits_for_them() -> None:
    storage = Threads()
    workshop = WorkshopService(cast(Any, storage), cast(Any, None), director=cast(Any, None), listener=cast(Any, None))
    script = {"findRegex": "a", "replaceString": "b", "placement": [1]}
    tried = await asyncio.gather(*[workshop.test_script("kim", script, "a") for _ in range(5)])
    assert {one["text"] for one in tried} == {"b"}
    assert storage.most == 1

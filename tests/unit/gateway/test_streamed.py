"""An answer to iterate over: in order, with its error, and never a queue without an end."""

import asyncio
from contextlib import aclosing

import pytest

from tavernai.gateway.domain import Delta
from tavernai.gateway.errors import ListenerTooSlow, UpstreamCut
from tavernai.gateway.ports import Hear
from tavernai.gateway.streamed import WAITING_MAX, streamed


async def test_what_was_heard_comes_before_what_went_wrong() -> None:
    async def tell(word: str, hear: Hear) -> None:
        hear(Delta(word))
        hear(Delta("!"))
        raise UpstreamCut

    answer = streamed(tell, "Well")
    assert [(await anext(answer)).text, (await anext(answer)).text] == ["Well", "!"]
    with pytest.raises(UpstreamCut):
        await anext(answer)


async def test_who_leaves_early_ends_the_telling_at_once() -> None:
    ended = asyncio.Event()

    async def tell(hear: Hear) -> None:
        hear(Delta("one"))
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with asyncio.timeout(2), aclosing(streamed(tell)) as deltas:
        assert (await anext(deltas)).text == "one"
    assert ended.is_set()


async def test_who_does_not_read_is_let_go() -> None:
    async def tell(hear: Hear) -> None:
        while True:
            hear(Delta("x"))

    answer = streamed(tell)
    for _ in range(WAITING_MAX):
        await anext(answer)
    with pytest.raises(ListenerTooSlow):
        await anext(answer)

"""The look at what was forgotten goes on when the database was away for a moment."""

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest

from tavernai.agent import runner
from tavernai.agent.runner import Runner


class AwayOnce:
    """A storage that cannot be reached at first; then one lane is due."""

    def __init__(self) -> None:
        self.looks = 0
        self.claimed = asyncio.Event()

    async def read(self, query: Callable[[Any], Any]) -> Any:
        self.looks += 1
        if self.looks == 1:
            raise ConnectionError("the server closed the connection unexpectedly")
        return ["conv:forgotten"]

    async def commit(self, unit: Callable[[Any], Any]) -> None:
        self.claimed.set()


async def test_a_lane_is_found_after_the_database_was_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "REAP_SECONDS", 0.01)
    storage = AwayOnce()
    works = Runner(cast(Any, storage), cast(Any, None))
    works.start()
    try:
        async with asyncio.timeout(5):
            await storage.claimed.wait()
    finally:
        await works.close()
    assert storage.looks >= 2

"""Looks after a disk that takes nothing: tries now and then, so that all goes on by itself when it does again."""

import asyncio
from typing import Protocol

from tavernai.kernel.errors import TavernError
from tavernai.storage.health import StorageHealth

TRY_SECONDS = 2.0


class Touchable(Protocol):
    """A database that can be asked whether it takes a write."""

    health: StorageHealth

    async def touch(self) -> None: ...


async def keep_trying(storage: Touchable, *, seconds: float = TRY_SECONDS) -> None:
    """For ever: while the last write was refused, write a page that changes nothing."""
    while True:
        await asyncio.sleep(seconds)
        if storage.health.state == "ok":
            continue
        try:
            await storage.touch()
        except TavernError:
            continue  # still refused: the health says so to everybody who asks

"""An answer to iterate over, for those who cannot be called back: who reads slowly is let go, upstream never waits."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

from tavernai.gateway.domain import Delta
from tavernai.gateway.errors import ListenerTooSlow

WAITING_MAX = 20_000


async def streamed(tell: Callable[..., Awaitable[None]], *asked: Any) -> AsyncGenerator[Delta, None]:
    """The deltas of `tell(*asked, hear)` as they come. Use `contextlib.aclosing`: leaving early cancels upstream.

    Raises:
        ListenerTooSlow: WAITING_MAX deltas wait to be read; and what `tell` raises.
    """
    waiting: asyncio.Queue[Delta | None] = asyncio.Queue()

    def hear(delta: Delta) -> None:
        if waiting.qsize() >= WAITING_MAX:
            raise ListenerTooSlow
        waiting.put_nowait(delta)

    telling = asyncio.ensure_future(tell(*asked, hear))
    telling.add_done_callback(lambda _: waiting.put_nowait(None))
    try:
        while (delta := await waiting.get()) is not None:
            yield delta
        telling.result()
    finally:
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)

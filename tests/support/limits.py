"""No test of the page waits for ever: what it waits for in the page (`evaluate`) has no limit of its own."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import wraps
from typing import ParamSpec

JOURNEY_SECONDS_MAX = 300
"""Five times what the longest takes on a quiet machine."""
CLOSING_SECONDS_MAX = 20

_P = ParamSpec("_P")


def limited(
    journey: Callable[_P, Awaitable[None]], *, seconds: float = JOURNEY_SECONDS_MAX
) -> Callable[_P, Awaitable[None]]:
    """The same journey, failing with TimeoutError when it takes longer. What it has open is closed on the way out."""

    @wraps(journey)
    async def bounded(*args: _P.args, **kwargs: _P.kwargs) -> None:
        try:
            async with asyncio.timeout(seconds):
                await journey(*args, **kwargs)
        except TimeoutError as error:
            raise TimeoutError(f"not at its end after {seconds} s") from error

    return bounded


async def closed(closing: Awaitable[object]) -> None:
    """Wait for something to close, but not for ever: a browser that hangs does not hear that it shall."""
    with suppress(TimeoutError):
        await asyncio.wait_for(closing, CLOSING_SECONDS_MAX)

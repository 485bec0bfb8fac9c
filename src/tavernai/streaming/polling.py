"""The long poll: what an event stream would have told by now, as one JSON array.

The answer goes as soon as there is something to tell, after a moment in which more of the same gathers, or with what
there is (nothing, a heartbeat) when the wait is over. It is bounded: what does not fit comes with the next poll.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response

from tavernai.streaming.answer import close_when_left
from tavernai.streaming.told import Told, told_in
from tavernai.streaming.wire import Counters, Listening

WAIT_SECONDS_MAX = 25.0
GATHER_SECONDS = 0.03
"""A running reply tells a token every few milliseconds; not each is worth an answer and a request."""
BATCH_BYTES_MAX = 1024 * 1024


class BatchFull(Exception):
    """The answer is as large as it may become."""


@dataclass(slots=True)
class Batch:
    """The frames of one answer."""

    frames: list[Told] = field(default_factory=list)
    size: int = 0

    @property
    def has_news(self) -> bool:
        return any(frame.event != b"heartbeat" for frame in self.frames)

    def take(self, body: bytes) -> None:
        """Add what was told. Raises BatchFull when the next frame has no place; the first always has."""
        for frame in told_in(body):
            if self.frames and self.size + len(frame.text) > BATCH_BYTES_MAX:
                self._end_at_a_position()
                raise BatchFull
            self.frames.append(frame)
            self.size += len(frame.text)

    def _end_at_a_position(self) -> None:
        """What stands behind the last position would be told again: it goes with the next poll alone."""
        placed = [at for at, frame in enumerate(self.frames) if frame.id]
        if placed:
            del self.frames[placed[-1] + 1 :]

    def body(self) -> bytes:
        return b"[" + b",".join([frame.text for frame in self.frames]) + b"]"


class PollResponse(Response):
    """The answer of a long poll."""

    media_type = "application/json"

    def __init__(
        self, listening: Listening, *, wait_seconds: float, left: Callable[[Counters], Awaitable[None]]
    ) -> None:
        super().__init__(None)
        self._listening = listening
        self._wait = min(wait_seconds, WAIT_SECONDS_MAX)
        self._left = left

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        ear = self._listening.open_ear()
        watcher = asyncio.create_task(close_when_left(receive, ear))
        try:
            batch = await self._gathered(ear)
        finally:
            watcher.cancel()
            await self._left(self._listening.counters)
        await Response(batch.body(), media_type=self.media_type)(scope, receive, send)

    async def _gathered(self, ear: Any) -> Batch:
        batch, loop = Batch(), asyncio.get_running_loop()
        limit = asyncio.timeout(None)
        deadline: float | None = None

        async def add(body: bytes) -> None:
            nonlocal deadline
            batch.take(body)
            if deadline is not None and batch.has_news:
                deadline = min(deadline, loop.time() + GATHER_SECONDS)
                limit.reschedule(deadline)

        def caught_up() -> None:
            nonlocal deadline
            deadline = loop.time() + (0 if batch.has_news else self._wait)
            limit.reschedule(deadline)

        try:
            async with limit:
                await self._listening.run(add, ear=ear, caught_up=caught_up)
        except BatchFull:
            return batch  # what has no place comes with the next poll
        except TimeoutError:
            if not limit.expired():  # somebody else's time was over, and what they were to tell is missing
                raise
        return batch

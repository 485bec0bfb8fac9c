"""The HTTP answer a stream leaves by; it stands apart so that services know frames and nothing of HTTP."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.responses import Response

from tavernai.streaming.hub import Ear, Sink
from tavernai.streaming.wire import Counters, Listening

LINE = "tavernai.line"
"""The scope's entry with the server's own `send`, below every layer that looks at answers."""

HEADERS = {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache, no-transform",
    "x-accel-buffering": "no",
}


class FrameResponse(Response):
    """The HTTP answer that a Listening is sent through."""

    media_type = "text/event-stream"

    def __init__(self, listening: Listening, *, left: Callable[[Counters], Awaitable[None]] | None = None) -> None:
        super().__init__(None, headers=HEADERS)
        del self.headers["content-length"]
        self._listening = listening
        self._left = left

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        ear = self._listening.open_ear()
        watcher = asyncio.create_task(close_when_left(receive, ear))
        # A listener that does not read blocks its writer inside `send`; overflowing sets the writer free.
        writer = asyncio.current_task()
        ear.on_slow = writer.cancel if writer is not None else None

        line = scope.get(LINE, send)

        async def body(data: bytes) -> None:
            await line({"type": "http.response.body", "body": data, "more_body": True})

        try:
            await self._listening.run(body, ear=ear, sink=sink_of(line))
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except asyncio.CancelledError:
            if not ear.slow or writer is None:
                raise
            writer.uncancel()
        finally:
            watcher.cancel()
            if self._left is not None:
                await self._left(self._listening.counters)


def sink_of(line: Any) -> Sink | None:
    """The line of this request, written to without waiting: uvicorn's `send` waits only while its line is full.

    None for any other server's: the listener's task then writes.
    """
    cycle: Any = getattr(line, "__self__", None)
    flow = getattr(cycle, "flow", None)
    if flow is None or not hasattr(cycle, "disconnected"):
        return None

    def sink(data: bytes) -> bool:
        if flow.write_paused or cycle.disconnected:
            return False
        try:
            line({"type": "http.response.body", "body": data, "more_body": True}).send(None)
        except StopIteration:
            return True
        raise RuntimeError("the server's send waited on a line that was not full")

    return sink


async def close_when_left(receive: Any, ear: Ear) -> None:
    """Close the ear once the one who asked is gone."""
    while (await receive())["type"] != "http.disconnect":
        continue
    ear.close()

"""The WebSocket: every frame as one text, and the one thing that may be said back: stop this reply."""

import asyncio
from collections.abc import Awaitable, Callable

import orjson
import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from tavernai.kernel.errors import TavernError
from tavernai.streaming.hub import Ear
from tavernai.streaming.told import told_in
from tavernai.streaming.wire import Listening

GOING_AWAY = 1001
NOT_UNDERSTOOD = 1008
TASK_ID_CHARACTERS_MAX = 64

Interrupt = Callable[[str], Awaitable[None]]
log = structlog.get_logger()


class FrameSocket:
    """One open WebSocket that a Listening is told through. `interrupt`: what `{"interrupt": task_id}` does."""

    def __init__(self, socket: WebSocket, listening: Listening, *, interrupt: Interrupt) -> None:
        self._socket = socket
        self._listening = listening
        self._interrupt = interrupt

    async def run(self) -> None:
        """Tell frames until the listener leaves, is too slow, says what is not understood, or the server ends."""
        ear = self._listening.open_ear()
        writer = asyncio.current_task()
        # As with an event stream: a listener that does not read blocks its writer, and overflowing sets it free.
        ear.on_slow = writer.cancel if writer is not None else None
        reader = asyncio.create_task(self._read(ear))
        try:
            await self._listening.run(self._write, ear=ear)
            await self._end(reader)
        except asyncio.CancelledError:
            if not ear.slow or writer is None:
                raise
            writer.uncancel()
        except WebSocketDisconnect:
            pass  # whoever listened is gone, and nobody is left to be told
        finally:
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)

    async def _write(self, body: bytes) -> None:
        for frame in told_in(body):
            await self._socket.send({"type": "websocket.send", "text": frame.text.decode()})

    async def _end(self, reader: "asyncio.Task[int | None]") -> None:
        """Say why, unless it was the other side that left."""
        code = reader.result() if reader.done() else GOING_AWAY
        if code is not None:
            await self._socket.close(code)

    async def _read(self, ear: Ear) -> int | None:
        """Take what is said until the line ends; the code to close with, None when there is nobody to close for."""
        try:
            while True:
                message = await self._socket.receive()
                if message["type"] == "websocket.disconnect":
                    return None
                task_id = _wish(message)
                if task_id is None:
                    return NOT_UNDERSTOOD
                await self._stop(task_id)
        finally:
            ear.close()

    async def _stop(self, task_id: str) -> None:
        try:
            await self._interrupt(task_id)
        except TavernError as refusal:  # a task of somebody else, or none: the line goes on
            log.debug("interrupt_refused", code=refusal.code)


def _wish(message: object) -> str | None:
    """The task to stop; None when it was something else that was said."""
    try:
        said = orjson.loads(message["text"])  # type: ignore[index]
        task_id = said["interrupt"]
    except (KeyError, TypeError, orjson.JSONDecodeError):
        return None
    return task_id if isinstance(task_id, str) and len(task_id) <= TASK_ID_CHARACTERS_MAX else None

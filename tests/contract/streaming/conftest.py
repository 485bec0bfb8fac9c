"""The three doors of a stream, each as a way to hear what one Listening tells."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

from starlette.websockets import WebSocket

from tavernai.kernel.facts import Recorded
from tavernai.ledger.ports import Storage
from tavernai.streaming.answer import FrameResponse
from tavernai.streaming.frames import Position
from tavernai.streaming.hub import Hub
from tavernai.streaming.polling import PollResponse
from tavernai.streaming.sockets import FrameSocket
from tavernai.streaming.wire import Listening, Subject

KIM, ROOM = "kim", "0192-room"


@dataclass(frozen=True)
class Heard:
    """A frame as bytes: its id, its event, and its data exactly as it was on the wire."""

    id: str
    event: str
    data: str


class Facts:
    """As much of a storage as a Listening reads: what was recorded before it came."""

    def __init__(self, events: Iterable[Recorded] = ()) -> None:
        self.events = list(events)

    async def read(self, query: Callable[[Any], Any]) -> Any:
        return query(self)

    glance = read


class Line(Listening):
    """A Listening whose missed facts stand in a list."""

    def _page(self, conn: Any, *, pos: int) -> list[Recorded]:
        return [event for event in conn.events if event.pos > pos][:2]


def line(hub: Hub, facts: Facts, after: Position) -> Listening:
    storage: Storage = facts  # type: ignore[assignment]
    return Line(hub, storage, Subject(KIM, ROOM), after)


Door = Callable[[Listening, asyncio.Event], Awaitable[list[Heard]]]


async def by_events(listening: Listening, over: asyncio.Event) -> list[Heard]:
    sent: list[bytes] = []

    async def send(message: Any) -> None:
        sent.append(message.get("body", b""))

    async def receive() -> Any:
        await over.wait()
        return {"type": "http.disconnect"}

    await FrameResponse(listening)({}, receive, send)
    return [_of_block(block) for block in b"".join(sent).decode().split("\n\n") if "data: " in block]


def _of_block(block: str) -> Heard:
    fields = dict(each.split(": ", 1) for each in block.split("\n"))
    return Heard(fields.get("id", ""), fields["event"], fields["data"])


async def by_socket(listening: Listening, over: asyncio.Event) -> list[Heard]:
    sent: list[str] = []

    async def send(message: Any) -> None:
        if message["type"] == "websocket.send":
            sent.append(message["text"])

    said = iter([{"type": "websocket.connect"}])

    async def receive() -> Any:
        for first in said:
            return first
        await over.wait()
        return {"type": "websocket.disconnect", "code": 1000}

    socket = WebSocket({"type": "websocket", "path": "/", "headers": []}, receive, send)
    await socket.accept()
    await FrameSocket(socket, listening, interrupt=_never).run()
    return [_of_json(text) for text in sent]


async def _never(task_id: str) -> None:
    raise AssertionError(task_id)


async def by_polls(listening: Listening, over: asyncio.Event) -> list[Heard]:
    """One poll after the other, each from the last id heard."""
    heard: list[Heard] = []
    while not over.is_set():
        batch = await one_poll(listening, wait_seconds=0.2)
        heard += batch
        places = [frame.id for frame in batch if frame.id]
        if places:
            listening = line(listening.hub, listening.storage, Position.parse(places[-1]))  # type: ignore[arg-type]
    return heard


async def one_poll(listening: Listening, *, wait_seconds: float) -> list[Heard]:
    sent: list[bytes] = []

    async def send(message: Any) -> None:
        sent.append(message.get("body", b""))

    async def receive() -> Any:
        await asyncio.get_running_loop().create_future()

    async def left(_: Any) -> None:
        return

    await PollResponse(listening, wait_seconds=wait_seconds, left=left)({"type": "http"}, receive, send)
    body = b"".join(sent).decode()
    told = [_of_json(json.dumps(item, ensure_ascii=False, separators=(",", ":"))) for item in json.loads(body)]
    assert "[" + ",".join(_as_json(frame) for frame in told) + "]" == body, "the array is the frames, byte by byte"
    return told


def _of_json(text: str) -> Heard:
    frame = json.loads(text)
    heard = Heard(
        frame.get("id", ""), frame["event"], json.dumps(frame["data"], ensure_ascii=False, separators=(",", ":"))
    )
    assert _as_json(heard) == text
    return heard


def _as_json(frame: Heard) -> str:
    place = f'"id":"{frame.id}",' if frame.id else ""
    return f'{{{place}"event":"{frame.event}","data":{frame.data}}}'


DOORS: dict[str, Door] = {"events": by_events, "socket": by_socket, "polls": by_polls}

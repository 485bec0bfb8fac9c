"""One story through the three doors of a stream: what is heard is the same, byte by byte."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from tavernai.kernel.facts import Recorded
from tavernai.streaming import polling
from tavernai.streaming.frames import HEARTBEAT, Position, event_frame
from tavernai.streaming.hub import Hub
from tavernai.streaming.told import told_in
from tests.contract.streaming.conftest import DOORS, KIM, ROOM, Facts, Heard, by_socket, line, one_poll

PAUSE = 0.1


def fact(pos: int, kind: str, **payload: Any) -> Recorded:
    return Recorded(pos, f"e{pos}", f"conv:{ROOM}", pos, kind, 1, 0, "user:k", "user", "t", None, payload, "", KIM)


MISSED = [fact(1, "message.added", text='A "quoted"\nline'), fact(2, "task.failed", code="cut"), fact(3, "x.y")]
WRITTEN = ("Héllo ", "她说：「", "\n\ndata: not a frame\n\n")


def story(hub: Hub, facts: Facts) -> Iterator[None]:
    """What happens while somebody listens; each step falls into one turn of the loop."""
    reply = hub.begin(ROOM, task_id="t", message_id="m", variant_id="v")
    for piece in WRITTEN:
        reply.add(piece)
        yield
    for ear in hub._all_ears():
        ear.push(HEARTBEAT)
    yield
    hub.end(reply)
    ending = [
        fact(4, "completion.done", text="".join(WRITTEN)),
        fact(5, "task.completed", finish="stop", reply_message_id="m", variant_id="v"),
    ]
    facts.events += ending
    hub.hear(ending)
    yield


async def heard_by(door: str, *, after: Position) -> list[Heard]:
    hub, facts, over = Hub(), Facts(MISSED), asyncio.Event()
    hub.position = 3
    listener = asyncio.create_task(DOORS[door](line(hub, facts, after), over))
    await asyncio.sleep(PAUSE)
    for _ in story(hub, facts):
        await asyncio.sleep(PAUSE)
    over.set()
    async with asyncio.timeout(5):
        return await listener


@pytest.mark.parametrize("after", [Position(0), Position(2), Position(3)], ids=str)
@pytest.mark.parametrize("door", ["socket", "polls"])
async def test_every_door_tells_the_frames_of_the_event_stream(door: str, after: Position) -> None:
    told, by_events = await asyncio.gather(heard_by(door, after=after), heard_by("events", after=after))
    assert told == by_events
    assert [frame.event for frame in told][-3:] == ["message", "message", "complete"]
    assert [frame.id for frame in told if frame.event == "heartbeat"] == [""]
    assert [frame.id for frame in told][-4:] == ["", "4", "", "5"]


async def test_a_poll_tells_what_it_can_and_the_next_one_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    hub, facts = Hub(), Facts([fact(pos, "x.y", text="z" * 400) for pos in range(1, 10)])
    hub.position = 9
    monkeypatch.setattr(polling, "BATCH_BYTES_MAX", 2_000)
    told: list[str] = []
    while True:
        after = Position.parse(told[-1]) if told else Position()
        batch = [frame.id for frame in await one_poll(line(hub, facts, after), wait_seconds=0)]
        assert len(batch) < 5
        if not batch:
            break
        told += batch
    assert told == [str(pos) for pos in range(1, 10)]


async def test_a_batch_that_is_full_ends_at_a_position(monkeypatch: pytest.MonkeyPatch) -> None:
    hub, facts = Hub(), Facts(MISSED)
    hub.position = 3
    first, second, *_ = told_in(event_frame(MISSED[0]) + event_frame(MISSED[1]))
    monkeypatch.setattr(polling, "BATCH_BYTES_MAX", len(first.text) + len(second.text))
    batch = await one_poll(line(hub, facts, Position()), wait_seconds=0)
    assert [frame.id for frame in batch] == ["1"], "of a fact and its ending, both come or none"


@pytest.mark.parametrize("wait", [0.0, 0.15])
async def test_a_poll_with_nothing_to_tell_waits_as_long_as_asked(wait: float) -> None:
    hub, loop = Hub(), asyncio.get_running_loop()
    began = loop.time()
    assert await one_poll(line(hub, Facts(), Position()), wait_seconds=wait) == []
    assert wait <= loop.time() - began < wait + 0.5
    assert hub.listeners() == 0


async def test_a_socket_that_never_reads_is_let_go_when_its_queue_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tavernai.streaming.hub.EAR_FRAMES_MAX", 50)
    hub, over = Hub(), asyncio.Event()
    stuck = asyncio.Event()

    async def never_sends(self: Any, message: Any) -> None:
        if message["type"] == "websocket.send":
            await stuck.wait()

    monkeypatch.setattr("starlette.websockets.WebSocket.send", never_sends)
    listener = asyncio.create_task(by_socket(line(hub, Facts(), Position()), over))
    reply = hub.begin(ROOM, task_id="t", message_id="m", variant_id="v")
    await asyncio.sleep(0)
    for _ in range(120):
        reply.add("x")
        await asyncio.sleep(0)
    async with asyncio.timeout(2):
        assert await listener == []
    assert hub.listeners() == 0


async def test_a_poll_does_not_take_somebody_elses_time_for_its_own() -> None:
    class Late(Facts):
        async def read(self, query: Any) -> Any:
            raise TimeoutError("the database did not answer")

        glance = read

    hub = Hub()
    hub.position = 3
    with pytest.raises(TimeoutError, match="did not answer"):
        await one_poll(line(hub, Late(), Position()), wait_seconds=5)

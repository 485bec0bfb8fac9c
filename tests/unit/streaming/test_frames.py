"""The bytes on the wire, and the hub that fans them out."""

import asyncio
from typing import Any

import orjson
import pytest

from tavernai.kernel.facts import Recorded
from tavernai.streaming import hub as hub_module
from tavernai.streaming.errors import BadPosition
from tavernai.streaming.frames import Position, TokenFrames, event_frame, ids_frame
from tavernai.streaming.hub import Ear, Hub


def told(pos: int, kind: str, *, stream: str = "conv:c", owner: str = "o", **payload: Any) -> Recorded:
    return Recorded(pos, f"e{pos}", stream, pos, kind, 1, 0, "user:o", "user", "t", None, payload, "", owner)


def parsed(body: bytes) -> list[dict[str, Any]]:
    frames = []
    for block in body.decode().strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n"))
        frames.append(fields | {"data": orjson.loads(fields["data"])})
    return frames


def test_a_fact_is_one_frame_with_its_position() -> None:
    [frame] = parsed(event_frame(told(7, "message.added", text="x\ny")))
    assert (frame["id"], frame["event"]) == ("7", "message")
    assert frame["data"]["type"] == "event"
    assert frame["data"]["payload"] == {"text": "x\ny"}


@pytest.mark.parametrize(
    ("kind", "payload", "event", "finish"),
    [
        ("task.completed", {"finish": "length", "usage": None}, "complete", "length"),
        ("task.cancelled", {}, "complete", "interrupted"),
        ("task.failed", {"code": "upstream_cut", "detail": "It broke.", "retryable": True}, "error", None),
    ],
)
def test_the_fact_that_ends_a_task_is_followed_by_how(
    kind: str, payload: dict[str, Any], event: str, finish: str
) -> None:
    fact, ending = parsed(event_frame(told(9, kind, reply_message_id="m", variant_id="v", **payload)))
    assert "id" not in fact, "a line cut between the two must bring both again"
    assert (ending["id"], ending["event"]) == ("9", event)
    assert ending["data"]["position"] == 9
    assert ending["data"].get("finish") == finish


def test_a_token_frame_says_where_it_begins_and_its_id_where_it_ends() -> None:
    frames = TokenFrames(task_id="t", message_id="m", variant_id="v")
    [frame] = parsed(frames.frame(5, 3, 'a"\n林\U0001f600'))
    assert frame["id"] == "5.8"
    assert frame["data"] == {
        "type": "token", "task_id": "t", "message_id": "m", "variant_id": "v", "offset": 3, "text": 'a"\n林\U0001f600',
    }  # fmt: skip


def test_the_first_frame_of_a_post_carries_the_ids() -> None:
    [frame] = parsed(ids_frame({"task_id": "t", "position": 4}))
    assert frame["data"] == {"type": "ids", "task_id": "t", "position": 4}
    assert frame["id"] == "4"


@pytest.mark.parametrize(
    ("text", "position"), [("12", Position(12, 0)), ("12.7", Position(12, 7)), (" 0 ", Position())]
)
def test_positions_are_read(text: str, position: Position) -> None:
    assert Position.parse(text) == position


@pytest.mark.parametrize("text", ["", "x", "-1", "1.x", "1.-2", "1e3", "١"])
def test_what_is_no_position_is_refused(text: str) -> None:
    with pytest.raises(BadPosition):
        Position.parse(text)


async def test_listeners_of_one_conversation_hear_its_facts_and_tokens_and_no_others() -> None:
    hub = Hub()
    mine, other = hub.listen(owner_id="o", conversation_id="c"), hub.listen(owner_id="o", conversation_id="d")
    hub.hear([told(1, "message.added"), told(2, "message.added", stream="conv:d")])
    hub.begin("c", task_id="t", message_id="m", variant_id="v").add("Hi")
    first = await mine.take()
    assert [frame.get("id") for frame in parsed(first)] == ["1", "1.2"]
    assert [frame["id"] for frame in parsed(await other.take())] == ["2"]


async def test_a_listener_without_conversation_hears_everything_of_its_owner_but_tokens() -> None:
    hub = Hub()
    ear = hub.listen(owner_id="o", conversation_id=None)
    hub.hear([told(1, "character.imported", stream="char:x"), told(2, "message.added", owner="else")])
    hub.begin("c", task_id="t", message_id="m", variant_id="v").add("Hi")
    assert [frame["id"] for frame in parsed(await ear.take())] == ["1"]


async def test_text_missed_is_told_from_any_offset_counted_in_code_points() -> None:
    reply = Hub().begin("c", task_id="t", message_id="m", variant_id="v", base=2)
    for piece in ("林墨", "\U0001f600a", "b"):
        reply.add(piece)
    assert parsed(reply.frame_from(0, reply.offset))[0]["data"]["text"] == "林墨\U0001f600ab"
    [frame] = parsed(reply.frame_from(4, 6))
    assert (frame["data"]["offset"], frame["data"]["text"]) == (4, "\U0001f600a")
    assert reply.frame_from(7, 7) == b""


async def test_a_reply_that_has_ended_is_no_longer_running() -> None:
    hub = Hub()
    hub.begin("c", task_id="t", message_id="m", variant_id="v")
    hub.hear([told(3, "task.completed")])
    assert hub.running("c") is None


async def test_a_slow_listener_is_let_go_and_nobody_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "EAR_FRAMES_MAX", 3)
    freed: list[bool] = []
    ear = Ear()
    ear.on_slow = lambda: freed.append(True)
    for _ in range(5):
        ear.push(b"x")
    assert (ear.slow, ear.closed, freed) == (True, True, [True])
    assert await ear.take() == b""


async def test_leaving_forgets_the_channel() -> None:
    hub = Hub()
    ear = hub.listen(owner_id="o", conversation_id="c")
    waiting = asyncio.ensure_future(ear.take())
    await asyncio.sleep(0)
    hub.leave(ear, owner_id="o", conversation_id="c")
    assert await waiting == b""
    assert hub.listeners() == 0


async def test_who_heard_the_tokens_is_not_told_the_text_again() -> None:
    hub = Hub()
    live, lists = hub.listen(owner_id="o", conversation_id="c"), hub.listen(owner_id="o", conversation_id=None)
    hub.hear([told(4, "completion.done", text="Hello")])
    assert parsed(await live.take())[0]["data"]["payload"]["text"] is None
    assert parsed(await lists.take())[0]["data"]["payload"]["text"] == "Hello"

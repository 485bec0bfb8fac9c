"""The same story over the wire by event stream, WebSocket and long poll; and who gets in by each."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest

from tests.acceptance.agent.conftest import conversation, ends, heard, task_ended, text_of
from tests.conftest import NewServer
from tests.support.people import Frame, Person
from tests.support.servers import Server

SLOWLY = "[[mock tps=60 n=60]]"
ENDLESS = "[[mock tps=20 n=2000]]"


def framed(item: dict[str, Any]) -> Frame:
    return Frame(item["event"], item.get("id", ""), item["data"])


async def by_events(person: Person, session: dict[str, Any], after: str) -> AsyncIterator[Frame]:
    async with person.stream(session["url"], after=after) as frames:
        async for frame in frames:
            yield frame


async def by_socket(person: Person, session: dict[str, Any], after: str) -> AsyncIterator[Frame]:
    async with socket_of(person, session, after) as line:
        async for message in line:
            yield framed(json.loads(message.data))


async def by_polls(person: Person, session: dict[str, Any], after: str) -> AsyncIterator[Frame]:
    while True:
        for item in (await person.get(f"/api/stream/{session['id']}/poll?after={after}&wait=5")).ok():
            frame = framed(item)
            after = frame.id or after
            yield frame


def socket_of(person: Person, session: dict[str, Any], after: str = "", **headers: str) -> Any:
    assert person._session is not None
    address = f"/api/stream/{session['id']}/ws" + (f"?after={after}" if after else "")
    return person._session.ws_connect(address, headers=person._headers() | headers)


DOORS: dict[str, Callable[[Person, dict[str, Any], str], AsyncIterator[Frame]]] = {
    "events": by_events,
    "socket": by_socket,
    "polls": by_polls,
}


async def listening_in(person: Person, conversation_id: str) -> dict[str, Any]:
    made: dict[str, Any] = (await person.post("/api/stream/sessions", {"conversation_id": conversation_id})).ok()
    return made


@pytest.mark.parametrize("door", ["socket", "polls"])
async def test_a_reply_reads_the_same_through_every_door(person: Person, door: str) -> None:
    place = await conversation(person)
    session = await listening_in(person, place["conversation_id"])
    after = str(session["position"])
    listeners = [asyncio.create_task(heard(DOORS[name](person, session, after), ends)) for name in ("events", door)]
    await asyncio.sleep(0.2)
    (await person.post("/v1/agent/messages", {"content": SLOWLY, "conversation_id": place["conversation_id"]})).ok()
    events, told = await asyncio.gather(*listeners)
    assert text_of(told) == text_of(events) != ""
    assert facts(told) == facts(events)
    assert (told[-1].id, told[-1].data) == (events[-1].id, events[-1].data)


def facts(frames: list[Frame]) -> list[tuple[str, str]]:
    return [(frame.id, frame.data["kind"]) for frame in frames if frame.data.get("type") == "event"]


async def test_a_socket_may_stop_the_reply_it_hears(person: Person) -> None:
    posted = (await person.post("/v1/agent/messages", {"content": ENDLESS})).ok()
    session = await listening_in(person, posted["conversation_id"])
    async with socket_of(person, session, str(posted["position"])) as line, asyncio.timeout(20):
        async for message in line:
            frame = framed(json.loads(message.data))
            if frame.data.get("type") == "token":
                await line.send_str(json.dumps({"interrupt": posted["task_id"]}))
                break
        task = await task_ended(person, posted["task_id"])
    assert task["status"] == "cancelled"


async def test_what_a_socket_does_not_understand_ends_it(person: Person) -> None:
    session = (await person.post("/api/stream/sessions", {})).ok()
    for said, code in ((b"{}".decode(), 1008), ("x" * 5_000, 1009)):
        async with socket_of(person, session) as line, asyncio.timeout(10):
            await line.send_str(said)
            last = await line.receive()
            assert (last.type, line.close_code) == (aiohttp.WSMsgType.CLOSE, code)


async def refused(person: Person, session: dict[str, Any], **headers: str) -> int:
    try:
        async with socket_of(person, session, **headers):
            return 101
    except aiohttp.WSServerHandshakeError as refusal:
        return refusal.status


async def test_a_socket_is_for_whom_the_session_is(modelled: Server, person: Person) -> None:
    session = (await person.post("/api/stream/sessions", {})).ok()
    async with Person(modelled.url) as other:
        assert await refused(other, session) == 401
        (await other.sign_in(modelled.owner, modelled.password)).ok()
        other.csrf = None
        assert await refused(other, session, Origin=modelled.url) == 101
        assert await refused(other, session, Origin="https://evil.example") == 403
    assert await refused(person, {"id": "01920000-0000-7000-8000-000000000000"}) == 404


async def test_a_session_that_has_ended_answers_410_at_every_door(person: Person) -> None:
    session = (await person.post("/api/stream/sessions", {})).ok()
    async with socket_of(person, session) as line, asyncio.timeout(10):
        (await person.delete(f"/api/stream/sessions/{session['id']}")).ok()
        await line.receive()
        assert line.close_code == 1001, "who listens through it is let go"
    assert await refused(person, session) == 410
    for address in (session["url"], f"/api/stream/{session['id']}/poll?wait=0"):
        answer = await person.get(address)
        assert (answer.status, answer.json()["code"]) == (410, "session_ended")


async def test_a_quiet_socket_and_a_quiet_poll_hear_heartbeats(new_server: NewServer) -> None:
    server = new_server(TAVERNAI_HEARTBEAT_SECONDS="0.3")
    async with Person(server.url, key=server.key) as person:
        session = (await person.post("/api/stream/sessions", {})).ok()
        async with socket_of(person, session) as line, asyncio.timeout(10):
            assert json.loads((await line.receive()).data) == {"event": "heartbeat", "data": {}}
        beats = (await person.get(f"/api/stream/{session['id']}/poll?wait=1")).ok()
    assert beats
    assert {beat["event"] for beat in beats} == {"heartbeat"}


@pytest.mark.parametrize(
    ("query", "status"),
    [("wait=0", 200), ("wait=0&after=7.3", 200), ("wait=26", 422), ("wait=-1", 422), ("wait=0&after=x", 422)],
)
async def test_a_poll_takes_a_position_and_a_bounded_wait(person: Person, query: str, status: int) -> None:
    session = (await person.post("/api/stream/sessions", {})).ok()
    assert (await person.get(f"/api/stream/{session['id']}/poll?{query}")).status == status

"""A client that stops reading costs the server little and loses nothing; a quiet line shows that it lives."""

import asyncio
import itertools
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.acceptance.agent.conftest import connect, conversation, ends, heard, task_ended, tokens
from tests.conftest import NewServer
from tests.support.people import Frame, Person
from tests.support.processes import Program, run_tavernai
from tests.support.servers import Server

FAST = "[[mock tps=0 n=700 pad=16000]]"


@asynccontextmanager
async def deaf_line(server: Server, path: str) -> AsyncIterator[socket.socket]:
    """A line that asked to listen and does not read."""
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(line, ("127.0.0.1", server.program.port))
        asked = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {server.key}\r\n\r\n"
        await loop.sock_sendall(line, asked.encode())
        yield line


async def streams_active(person: Person) -> float:
    return figure((await person.get("/metrics")).body.decode(), "tavern_streams_active")


def figure(text: str, name: str) -> float:
    return next(float(line.split()[-1]) for line in text.splitlines() if line.startswith(name + " "))


async def until(what: Any, wanted: float, *, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while await what() != wanted:
        assert time.monotonic() < end, f"it never became {wanted}"
        await asyncio.sleep(0.05)


async def read_to_its_end(line: socket.socket, *, seconds: float = 20) -> bytes:
    """Everything the server had sent before it let go."""
    loop, told = asyncio.get_running_loop(), b""
    async with asyncio.timeout(seconds):
        while chunk := await loop.sock_recv(line, 2**20):
            told += chunk
    return told


def last_id(told: bytes) -> str:
    """The id of the last whole frame, as a browser would keep it."""
    whole = told[: told.rindex(b"\n\n")]
    return whole[whole.rindex(b"id: ") + 4 :].split(b"\n", 1)[0].decode()


async def test_a_reader_that_stops_is_let_go_and_resumes_without_a_hole(own_modelled: Server) -> None:
    async with Person(own_modelled.url, key=own_modelled.key) as person:
        ids = await conversation(person)
        session = (await person.post("/api/stream/sessions", {"conversation_id": ids["conversation_id"]})).ok()
        async with deaf_line(own_modelled, session["url"]) as line:
            await until(lambda: streams_active(person), 1)
            await fast_reply(person, ids["conversation_id"])
            await until(lambda: streams_active(person), 0)
            told = await read_to_its_end(line)
        text = await told_text(person, ids["conversation_id"])
        assert len(told) < len(text) / 2, "nobody let it go: all of it was kept for a client that does not read"
        async with person.stream(session["url"], after=last_id(told)) as frames:
            rest = await heard(frames, ends)
    [done] = [frame for frame in rest if frame.data.get("kind") == "completion.done"]
    assert done.data["payload"]["text"] == text


async def fast_reply(person: Person, conversation_id: str) -> None:
    """Eleven megabytes as fast as the model can."""
    posted = (await person.post("/v1/agent/messages", {"content": FAST, "conversation_id": conversation_id})).ok()
    assert (await task_ended(person, posted["task_id"]))["status"] == "completed"


async def told_text(person: Person, conversation_id: str) -> str:
    page = (await person.get(f"/api/conversations/{conversation_id}/messages?limit=1")).ok()
    return str(page["items"][-1]["text"])


async def test_one_that_lost_its_line_in_a_reply_goes_on_from_its_offset(own_modelled: Server) -> None:
    async with Person(own_modelled.url, key=own_modelled.key) as person:
        posted = (await person.post("/v1/agent/messages", {"content": "[[mock tps=100 n=150]]"})).ok()
        known: list[Frame] = []
        async with person.stream(posted["stream_url"]) as frames:
            known += await heard(frames, lambda frame: frame.data.get("offset", 0) > 300)
        await asyncio.sleep(0.2)
        async with person.stream(posted["stream_url"], after=known[-1].id) as frames:
            known += await heard(frames, ends)
        text, offset = "", 0
        for frame in tokens(known):
            assert frame.data["offset"] == offset, "a hole, or a text told twice"
            text += frame.data["text"]
            offset += len(frame.data["text"])
        assert text.strip() == await told_text(person, posted["conversation_id"])


async def test_a_quiet_line_hears_a_heartbeat_as_often_as_set(new_server: NewServer) -> None:
    server = new_server(TAVERNAI_HEARTBEAT_SECONDS="0.4")
    async with Person(server.url, key=server.key) as person:
        session = (await person.post("/api/stream/sessions", {})).ok()
        beats: list[float] = []
        async with person.stream(session["url"]) as frames, asyncio.timeout(10):
            async for frame in frames:
                assert (frame.event, frame.data, frame.id) == ("heartbeat", {}, "")
                beats.append(time.monotonic())
                if len(beats) == 4:
                    break
    gaps = [later - earlier for earlier, later in itertools.pairwise(beats)]
    assert 0.2 < sum(gaps) / len(gaps) < 1.0, gaps


async def test_metrics_tell_the_owner_what_the_server_does(new_server: NewServer, model: Program) -> None:
    server = new_server()
    connect(server, model)
    async with Person(server.url, key=server.key) as person:
        await conversation(person)
        text = (await person.get("/metrics")).body.decode()
    assert figure(text, "tavern_streams_active") == 0
    assert figure(text, 'tavern_tasks_total{state="completed"}') == 1
    assert figure(text, "tavern_append_seconds_count") > 3
    first = [line for line in text.splitlines() if line.startswith("tavern_gateway_first_token_seconds_count{")]
    assert [line.split()[-1] for line in first] == ["1.0"]
    assert "Well met" not in text, "figures never tell what people wrote"


@pytest.mark.parametrize("scope", [None, "chat"])
async def test_metrics_are_for_the_owner_alone(modelled: Server, scope: str | None) -> None:
    key = None
    if scope:
        made = run_tavernai(
            "key", "add", "--user", modelled.owner, "--label", "x", "--scope", scope, data=modelled.data
        )
        key = made.stdout.strip()
    async with Person(modelled.url, key=key) as person:
        assert (await person.get("/metrics")).status == (401 if key is None else 403)


async def test_a_member_sees_no_metrics(new_server: NewServer) -> None:
    server = new_server()
    add = ("user", "add", "kim", "--role", "member", "--password-stdin")
    server.command(*add, stdin="a long enough password\n")
    key = run_tavernai("key", "add", "--user", "kim", "--label", "x", "--scope", "admin", data=server.data)
    async with Person(server.url) as person:
        if key.returncode == 0:
            person.key = key.stdout.strip()
        else:
            (await person.sign_in("kim", "a long enough password")).ok()
        assert (await person.get("/metrics")).status == 403

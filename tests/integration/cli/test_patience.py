"""Half a request does not stay for ever, and a slow one is not sent away."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from tavernai.cli import patience

HEAD = b"POST / HTTP/1.1\r\nhost: x\r\n"
SOCKET = (
    b"GET / HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-version: 13\r\n"
    b"sec-websocket-key: MDAwMDAwMDAwMDAwMDAwMA==\r\n\r\n"
)
Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Call = Callable[[], Any]


class App:
    """Reads the body, as slowly as told, then says how long it was."""

    def __init__(self) -> None:
        self.ended: list[str] = []
        self.reads_after = 0.0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
            await asyncio.sleep(self.reads_after)
            await send({"type": "websocket.send", "text": "still here"})
            return
        size, more = 0, True
        await asyncio.sleep(self.reads_after)
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.ended.append("gone")
                return
            size, more = size + len(message["body"]), message["more_body"]
        self.ended.append("whole")
        body = str(size).encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
        await send({"type": "http.response.body", "body": body})


@pytest.fixture
def app() -> App:
    return App()


@pytest.fixture(params=["_on_httptools", "_on_h11"])
async def call(request: pytest.FixtureRequest, app: App, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Call]:
    monkeypatch.setattr(patience, "HEAD_SECONDS", 0.3)
    monkeypatch.setattr(patience, "BODY_SECONDS", 0.3)
    made = getattr(patience, request.param)()
    config = uvicorn.Config(app, http=made, ws="websockets-sansio", lifespan="off", log_config=None)
    config.load()
    state, make = ServerState(), config.http_protocol_class
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: make(config=config, server_state=state, app_state={}),  # type: ignore[call-arg]
        "127.0.0.1", 0,
    )  # fmt: skip
    lines: list[Line] = []

    async def connect() -> Line:
        lines.append(await asyncio.open_connection(*server.sockets[0].getsockname()))
        return lines[-1]

    yield connect
    for _, writer in lines:
        writer.close()
    server.close()


async def rest(reader: asyncio.StreamReader) -> bytes:
    async with asyncio.timeout(5):
        return await reader.read()


async def drip(writer: asyncio.StreamWriter, piece: bytes, *, times: int = 12) -> None:
    for _ in range(times):
        writer.write(piece)
        await asyncio.sleep(0.1)


async def test_a_line_on_which_nothing_is_said_is_closed_in_silence(call: Call) -> None:
    reader, _ = await call()
    assert await rest(reader) == b""


@pytest.mark.parametrize("said", [HEAD, b"PO"])
async def test_half_a_head_is_told_that_it_is_late(call: Call, said: bytes) -> None:
    reader, writer = await call()
    writer.write(said)
    assert (await rest(reader)).startswith(b"HTTP/1.1 408 ")


async def test_empty_lines_are_no_head(call: Call) -> None:
    reader, writer = await call()
    writer.write(b"\r\n")
    assert (await rest(reader)).startswith((b"HTTP/1.1 408 ", b"HTTP/1.1 400 "))


async def test_a_head_that_drips_gains_no_time(call: Call) -> None:
    reader, writer = await call()
    writer.write(HEAD)
    dripping = asyncio.create_task(drip(writer, b"x-more: y\r\n", times=30))
    assert (await rest(reader)).startswith(b"HTTP/1.1 408 ")
    assert not dripping.done()
    dripping.cancel()


async def test_half_a_body_is_told_that_it_is_late_and_its_reader_let_go(call: Call, app: App) -> None:
    reader, writer = await call()
    writer.write(HEAD + b"content-length: 10\r\n\r\nhalf")
    assert (await rest(reader)).startswith(b"HTTP/1.1 408 ")
    assert app.ended == ["gone"]


async def test_half_of_a_second_head_is_late_as_well(call: Call) -> None:
    reader, writer = await call()
    writer.write(HEAD + b"content-length: 2\r\n\r\nok")
    assert (await reader.readuntil(b"\r\n\r\n2")).startswith(b"HTTP/1.1 200 ")
    writer.write(b"GET / HT")
    assert (await rest(reader)).startswith(b"HTTP/1.1 408 ")


async def test_a_body_that_comes_slowly_but_comes_is_taken(call: Call, app: App) -> None:
    reader, writer = await call()
    writer.write(HEAD + b"content-length: 1200\r\n\r\n")
    await drip(writer, b"x" * 100)
    assert (await reader.readuntil(b"1200")).startswith(b"HTTP/1.1 200 ")
    assert app.ended == ["whole"]


async def test_nobody_is_late_while_we_do_not_read(call: Call, app: App) -> None:
    app.reads_after = 1.0
    reader, writer = await call()
    size = 4_000_000
    writer.write(HEAD + b"content-length: %d\r\n\r\n" % size + b"x" * size)
    assert (await reader.readuntil(b"%d" % size)).startswith(b"HTTP/1.1 200 ")


async def test_an_answer_may_take_longer_than_any_request(call: Call, app: App) -> None:
    app.reads_after = 1.0
    reader, writer = await call()
    writer.write(HEAD + b"content-length: 0\r\n\r\n")
    assert (await reader.readuntil(b"\r\n\r\n0")).startswith(b"HTTP/1.1 200 ")
    assert not reader.at_eof()


async def test_a_websocket_is_no_request_that_is_late(call: Call, app: App) -> None:
    app.reads_after = 1.0
    reader, writer = await call()
    writer.write(SOCKET)
    async with asyncio.timeout(5):
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
        assert await reader.readuntil(b"still here")

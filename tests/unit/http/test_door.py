"""The door as a bare ASGI callable: what it lets through untouched, and what never gets behind it."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from tavernai.http.bodies import BodyRule
from tavernai.http.door import AnswerCut, Door
from tavernai.http.hosts import HostRule, OriginRule
from tavernai.kernel.errors import NotFound

START = {"type": "http.response.start", "status": 200, "headers": [(b"Content-Type", b"text/plain")]}
CHUNK = {"type": "http.response.body", "body": b"token", "more_body": True}


def door(app: Any) -> Door:
    rules = BodyRule(bytes_max=1000, upload_bytes_max=5000)
    return Door(app, hosts=HostRule("127.0.0.1"), origins=OriginRule(["https://app.example"]), bodies=rules)


def scope(kind: str = "http", **headers: str) -> dict[str, Any]:
    sent = {"host": "127.0.0.1:8000"} | headers
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in sent.items()]
    scheme = "ws" if kind == "websocket" else "http"
    return {"type": kind, "scheme": scheme, "method": "GET", "path": "/api/x", "headers": pairs}


class Line:
    """What a client would get."""

    def __init__(self) -> None:
        self.got: list[Any] = []

    async def send(self, message: Any) -> None:
        self.got.append(message)

    async def receive(self) -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}


@pytest.fixture
def line() -> Line:
    return Line()


async def test_chunks_pass_as_the_very_messages_the_app_sent(line: Line) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send(START)
        await send(CHUNK)

    with capture_logs():
        await door(app)(scope(), line.receive, line.send)
    assert line.got[1] is CHUNK
    assert dict(line.got[0]["headers"])[b"content-type"] == b"text/plain"
    assert dict(line.got[0]["headers"])[b"x-content-type-options"] == b"nosniff"


async def test_a_header_the_app_sets_itself_stays_as_it_is(line: Line) -> None:
    own = [(b"content-security-policy", b"sandbox"), (b"cache-control", b"no-transform")]

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": own})

    with capture_logs():
        await door(app)(scope(), line.receive, line.send)
    headers = line.got[0]["headers"]
    assert [pair for pair in headers if pair[0] in (b"content-security-policy", b"cache-control")] == own


async def test_a_refusal_outside_the_rooms_is_a_problem_too(line: Line) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise NotFound

    with capture_logs():
        await door(app)(scope(), line.receive, line.send)
    assert line.got[0]["status"] == 404
    assert b'"code":"not_found"' in line.got[1]["body"]


async def test_an_answer_that_breaks_off_is_cut_and_not_ended_as_if_whole(line: Line) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send(START)
        raise RuntimeError("the disk is gone")

    with capture_logs() as lines, pytest.raises(AnswerCut):
        await door(app)(scope(), line.receive, line.send)
    assert len(line.got) == 1
    assert [one["event"] for one in lines] == ["request_failed", "request"]


async def never(scope: Any, receive: Any, send: Any) -> None:
    raise AssertionError("it got behind the door")


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"host": "evil.example"}, 4421),
        ({"origin": "https://evil.example"}, 4403),
        ({"origin": "null"}, 4403),
    ],
)
async def test_a_socket_of_another_site_s_page_is_closed_unopened(
    line: Line, headers: dict[str, str], code: int
) -> None:
    with capture_logs():
        await door(never)(scope("websocket", **headers), line.receive, line.send)
    assert line.got == [{"type": "websocket.close", "code": code}]


@pytest.mark.parametrize("origin", ["http://127.0.0.1:8000", "https://app.example"])
async def test_a_socket_of_our_own_page_reaches_the_room_with_its_bare_line(line: Line, origin: str) -> None:
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(send)

    await door(app)(scope("websocket", origin=origin), line.receive, line.send)
    assert seen == [line.send]


async def test_a_length_that_is_no_number_is_malformed(line: Line) -> None:
    with capture_logs():
        await door(never)(scope(content_length="12x"), line.receive, line.send)
    assert line.got[0]["status"] == 400


@pytest.mark.parametrize(
    ("path", "limit"),
    [
        ("/api/x", 1000),
        ("/api/characters/import", 5000),
        ("/api/characters/0190/avatar", 5000),
        ("/api/keys/avatar", 1000),
    ],
)
async def test_routes_that_take_files_take_more(line: Line, path: str, limit: int) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send(START)

    for length, status in ((limit, 200), (limit + 1, 413)):
        with capture_logs():
            await door(app)(scope(content_length=str(length)) | {"path": path}, line.receive, line.send)
        assert [one["status"] for one in line.got if "status" in one][-1] == status

"""A person at the API: requests with their key or their session, and the frames of their streams."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self

import aiohttp

ANSWER_SECONDS_MAX = 30
LINE_BYTES_MAX = 8 * 1024 * 1024


@dataclass(frozen=True)
class Answer:
    """What came back, read to its end."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    def ok(self) -> Any:
        """The JSON of an answer that is no refusal; a refusal fails the test with the server's own words."""
        assert self.status < 400, f"{self.status}: {self.body.decode(errors='replace')}"
        return self.json() if self.body else None


@dataclass(frozen=True)
class Frame:
    """One SSE frame: `event`, `id` ("<position>" or "<position>.<offset>") and its data."""

    event: str
    id: str
    data: dict[str, Any]


@dataclass
class Person:
    """Someone who talks to a server at `url`; close it, or use it as an async context."""

    url: str
    key: str | None = None
    csrf: str | None = None
    _session: aiohttp.ClientSession | None = field(default=None, repr=False)

    async def __aenter__(self) -> Self:
        # Tests speak to an IP address; its cookies are wanted all the same.
        jar = aiohttp.CookieJar(unsafe=True)
        limit = aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=ANSWER_SECONDS_MAX)
        connector = aiohttp.TCPConnector(limit=0)
        self._session = aiohttp.ClientSession(
            self.url, cookie_jar=jar, timeout=limit, connector=connector, read_bufsize=LINE_BYTES_MAX
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session:
            await self._session.close()

    async def ask(self, method: str, path: str, body: Any = None, **more: Any) -> Answer:
        """One request. `body` is sent as JSON; `more` goes to aiohttp (data=, headers=, params=)."""
        headers = self._headers() | more.pop("headers", {})
        sent = {"json": body} if body is not None else {}
        assert self._session is not None, "use `async with Person(…)`"
        async with self._session.request(method, path, headers=headers, **sent, **more) as answer:
            return Answer(answer.status, dict(answer.headers), await answer.read())

    async def get(self, path: str, **more: Any) -> Answer:
        return await self.ask("GET", path, **more)

    async def get_all(self, path: str) -> list[dict[str, Any]]:
        """The items of every page of a list."""
        items: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            page = (await self.get(path, params={"cursor": cursor} if cursor else None)).ok()
            items += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return items

    async def post(self, path: str, body: Any = None, **more: Any) -> Answer:
        return await self.ask("POST", path, body, **more)

    async def patch(self, path: str, body: Any, **more: Any) -> Answer:
        return await self.ask("PATCH", path, body, **more)

    async def put(self, path: str, body: Any = None, **more: Any) -> Answer:
        return await self.ask("PUT", path, body, **more)

    async def delete(self, path: str, **more: Any) -> Answer:
        return await self.ask("DELETE", path, **more)

    async def upload(self, path: str, *files: tuple[str, bytes]) -> Answer:
        """Files by name, as the page sends them: multipart, the field `file` repeated."""
        form = aiohttp.FormData(quote_fields=False)
        for name, data in files:
            form.add_field("file", data, filename=name)
        return await self.ask("POST", path, data=form)

    async def sign_in(self, username: str, password: str) -> Answer:
        """Sign in with a cookie, and send the CSRF token from then on."""
        answer = await self.post("/api/auth/sign-in", {"username": username, "password": password})
        if answer.status < 400:
            self.csrf = answer.json()["csrf_token"]
        return answer

    @asynccontextmanager
    async def stream(self, path: str, *, after: str | None = None) -> AsyncIterator[AsyncIterator[Frame]]:
        """The frames of an SSE route; `after` goes as Last-Event-ID. Leaving the context drops the line."""
        headers = self._headers() | {"Accept": "text/event-stream"} | ({"Last-Event-ID": after} if after else {})
        assert self._session is not None, "use `async with Person(…)`"
        async with self._session.get(path, headers=headers) as answer:
            assert answer.status == 200, f"{answer.status}: {await answer.text()}"
            yield frames(answer.content)

    @asynccontextmanager
    async def say(self, **body: Any) -> AsyncIterator[AsyncIterator[Frame]]:
        """Post a message and read its reply's frames from the answer itself."""
        headers = self._headers() | {"Accept": "text/event-stream"}
        assert self._session is not None, "use `async with Person(…)`"
        async with self._session.post("/v1/agent/messages", json=body, headers=headers) as answer:
            assert answer.status == 200, f"{answer.status}: {await answer.text()}"
            yield frames(answer.content)

    def _headers(self) -> dict[str, str]:
        bearer = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        return bearer | ({"X-CSRF-Token": self.csrf} if self.csrf else {})


async def lines_of(stream: aiohttp.StreamReader) -> AsyncIterator[str]:
    """Lines of any length; aiohttp's own reader refuses those past half a megabyte."""
    rest = b""
    async for chunk in stream.iter_any():
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line.decode().rstrip("\r")


async def frames(stream: aiohttp.StreamReader) -> AsyncIterator[Frame]:
    """Parse Server-Sent Events as the standard says: fields by line, a frame ends with an empty line."""
    found: dict[str, list[str]] = {}
    async for line in lines_of(stream):
        name, _, value = line.partition(":")
        if not line and "data" in found:
            last = {key: values[-1] for key, values in found.items()}
            yield Frame(last.get("event", "message"), last.get("id", ""), json.loads("\n".join(found["data"])))
        if not line:
            found = {}
        elif name:
            found.setdefault(name, []).append(value.removeprefix(" "))


def joined(tokens: list[Frame]) -> str:
    """The text that token frames tell, put together by offset; a text seen before is skipped, a hole fails."""
    text = ""
    for frame in tokens:
        offset, piece = frame.data["offset"], frame.data["text"]
        assert offset <= len(text), f"a hole: {len(text)} code points known, the next begins at {offset}"
        text += piece[len(text) - offset :]
    return text

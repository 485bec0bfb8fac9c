"""What every back end over HTTP shares, on aiohttp: one session for all, answers read as they come, every wait bounded.

How an answer can end:

    the format's own end                          the last Delta carries finish and usage
    clean end without it, some text               the last Delta says `interrupted`
    clean end, nothing said at all                UpstreamBadAnswer
    line broken, framing broken                   UpstreamCut
    no JSON, no UTF-8 (becomes U+FFFD, goes on)   UpstreamBadAnswer
    an error told inside the stream               the error it names
    nothing for too long                          UpstreamTimeout

Deltas handed out before an error stay valid. What happens after the format's own end no longer matters.

A back end says where to ask, what to send and how to read; `HttpBackend` does the rest.
"""

import asyncio
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, ClassVar

import aiohttp
import orjson
from aiohttp.abc import AbstractResolver

from tavernai.engines.outgoing import Line, outgoing_session
from tavernai.engines.reading import ANSWER_BYTES_MAX, Lines, Reading, line_of
from tavernai.gateway.domain import (
    ChatRequest,
    Completion,
    Connection,
    Delta,
    Embeddings,
    EmbeddingsRequest,
    ModelAbout,
)
from tavernai.gateway.errors import (
    UnsafeAddress,
    UpstreamBadAnswer,
    UpstreamCut,
    UpstreamError,
    UpstreamRefused,
    UpstreamTimeout,
    UpstreamUnreachable,
    clean_words,
    error_of_status,
)
from tavernai.gateway.ports import Hear
from tavernai.gateway.wire import Fold, encoded, error_words, parsed

ERROR_BYTES_MAX = 64 << 10
LIST_SECONDS_MAX = 10.0
DRAIN_SECONDS = 0.05
QUIRK_STATUSES = (400, 422)
WAITING_STATUSES = (429, 503)

Body = dict[str, Any]
Quirk = tuple[re.Pattern[str], Callable[[Body], None]]


def drop(*names: str) -> Callable[[Body], None]:
    """What a quirk does to a body: these fields are not sent."""

    def dropped(body: Body) -> None:
        for name in names:
            body.pop(name, None)

    return dropped


class Mapped:
    """`with Mapped(connection):` turns what aiohttp and the system raise into the UpstreamError it means."""

    __slots__ = ("_connection", "began")

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.began = False

    def __enter__(self) -> "Mapped":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        if isinstance(error, UpstreamError):
            error.facts.setdefault("connection", self._connection.name)
        elif isinstance(error, UnsafeAddress):
            raise self._made(UpstreamUnreachable, "this address is not called") from error
        elif isinstance(error, aiohttp.ClientError | OSError):  # OSError covers TimeoutError
            meant = self._meant(error)
            raise self._made(meant, str(error) if meant is UpstreamUnreachable else "") from error

    def _meant(self, error: Exception) -> type[UpstreamError]:
        if isinstance(error, aiohttp.ConnectionTimeoutError | aiohttp.ClientConnectorError):
            return UpstreamUnreachable
        if isinstance(error, TimeoutError):
            return UpstreamTimeout
        if isinstance(error, aiohttp.ClientResponseError):
            return UpstreamBadAnswer
        return UpstreamCut if self.began else UpstreamUnreachable

    def _made(self, kind: type[UpstreamError], words: str) -> UpstreamError:
        clean = clean_words(words, secret=self._connection.key.reveal())
        return kind(connection=self._connection.name, words=clean)


class HttpBackend(ABC):
    """Fulfils gateway.ports.Backend but for what the subclass says: where, what, and how to read the answer."""

    quirks: ClassVar[Mapping[str, Quirk]] = {}
    """What some servers refuse in a request others need: told by their words once, then remembered."""

    def __init__(self, *, resolver: AbstractResolver | None = None) -> None:
        self._resolver = resolver
        self._session: aiohttp.ClientSession | None = None
        self._known: dict[tuple[str, str], set[str]] = {}

    # What a subclass says.

    @abstractmethod
    def address(self, connection: Connection, request: ChatRequest, *, model: str, stream: bool) -> str:
        """The URL that answers. Raises UnsafeAddress."""

    @abstractmethod
    def body(self, connection: Connection, request: ChatRequest, *, model: str, stream: bool) -> Body:
        """What to send there."""

    @abstractmethod
    def reading(self, connection: Connection, request: ChatRequest) -> tuple[Lines, Fold]:
        """How a streamed answer is read: fresh for each."""

    @abstractmethod
    def whole(self, answer: Any) -> Completion:
        """An answer in one piece. Raises UpstreamError."""

    def headers(self, connection: Connection) -> dict[str, str]:
        """What opens the door."""
        return {"Authorization": f"Bearer {connection.key.reveal()}"} if connection.key else {}

    @abstractmethod
    async def _describe(self, connection: Connection) -> list[ModelAbout]:
        """The models of this server and what it tells of each, in its own order."""

    async def _models(self, connection: Connection) -> list[str]:
        """Their names alone, where that is less to ask."""
        return [about.id for about in await self._describe(connection)]

    async def _embeddings(self, request: EmbeddingsRequest, connection: Connection) -> Embeddings:
        raise UpstreamRefused(words="this kind of server makes no vectors")

    # What they share.

    async def tell(self, request: ChatRequest, connection: Connection, hear: Hear) -> None:
        started = asyncio.get_running_loop().time()
        with Mapped(connection) as mapped:
            limits = connection.timeouts
            deadline = started + limits.first_token_seconds
            response = await self._ask(request, connection, stream=True, deadline=deadline)
            mapped.began = True
            try:
                if response.content_type == "application/json":
                    hear(_whole_as_delta(self.whole(parsed(await _body(response, deadline=deadline)))))
                    return
                _refuse_pages(response)
                lines, fold = self.reading(connection, request)
                reading = Reading(response, lines, fold, hear, between_seconds=limits.between_tokens_seconds)
                await reading.heard(line_of(response), deadline=deadline)
                await _drain(response.content)
            finally:
                response.close()

    async def complete(self, request: ChatRequest, connection: Connection) -> Completion:
        deadline = asyncio.get_running_loop().time() + connection.timeouts.whole_answer_seconds
        with Mapped(connection) as mapped:
            response = await self._ask(request, connection, stream=False, deadline=deadline)
            mapped.began = True
            try:
                _refuse_pages(response)
                return self.whole(parsed(await _body(response, deadline=deadline)))
            finally:
                response.close()

    async def models(self, connection: Connection) -> list[str]:
        with Mapped(connection):
            return await self._models(connection)

    async def describe(self, connection: Connection) -> list[ModelAbout]:
        with Mapped(connection):
            return await self._describe(connection)

    async def embeddings(self, request: EmbeddingsRequest, connection: Connection) -> Embeddings:
        with Mapped(connection):
            return await self._embeddings(request, connection)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def _ask(
        self, request: ChatRequest, connection: Connection, *, stream: bool, deadline: float
    ) -> aiohttp.ClientResponse:
        """The answer's head, status 200; what this server is known to refuse is left out of the request."""
        model = request.model or connection.model
        known = self._known.setdefault((connection.base_url, model), set())
        url = self.address(connection, request, model=model, stream=stream)
        while True:
            body = self.body(connection, request, model=model, stream=stream)
            for name in self.quirks:
                if name in known:
                    self.quirks[name][1](body)
            response = await self._send("POST", url, encoded(body), connection=connection, deadline=deadline)
            if response.status == 200:
                return response
            error = await self._error(response, connection)
            learned = self._learned(error, known)
            if learned is None:
                raise error
            known.add(learned)

    def _learned(self, error: UpstreamError, known: set[str]) -> str | None:
        """The quirk these words tell of, unless it is known already and did not help."""
        if error.facts.get("upstream_status") not in QUIRK_STATUSES:
            return None
        told = (name for name, (sign, _) in self.quirks.items() if name not in known and sign.search(error.words))
        return next(told, None)

    async def _fetch(
        self, method: str, url: str, data: bytes | None, *, connection: Connection, seconds: float = LIST_SECONDS_MAX
    ) -> Any:
        """A small JSON answer, read whole, within `seconds` and the wait for a first token."""
        bound = min(connection.timeouts.first_token_seconds, seconds)
        deadline = asyncio.get_running_loop().time() + bound
        with Mapped(connection) as mapped:
            response = await self._send(method, url, data, connection=connection, deadline=deadline)
            mapped.began = True
            try:
                if response.status != 200:
                    raise await self._error(response, connection)
                _refuse_pages(response)
                return parsed(await _body(response, deadline=deadline))
            finally:
                response.close()

    async def _told(self, method: str, url: str, data: bytes | None, *, connection: Connection) -> dict[str, Any]:
        """What a server says beside the point: an object, empty where it does not know the question."""
        try:
            told = await self._fetch(method, url, data, connection=connection)
        except (UpstreamRefused, UpstreamBadAnswer):
            return {}
        return told if isinstance(told, dict) else {}

    async def _send(
        self, method: str, url: str, data: bytes | None, *, connection: Connection, deadline: float
    ) -> aiohttp.ClientResponse:
        headers = {"Accept": "text/event-stream, application/json", "User-Agent": "TavernAI-Plus"}
        if data is not None:
            headers["Content-Type"] = "application/json"
        headers |= self.headers(connection)
        seconds = connection.timeouts.connect_seconds
        limits = aiohttp.ClientTimeout(total=None, connect=seconds, sock_connect=seconds)
        line = Line()
        asked: Any = {"allow_redirects": False, "trace_request_ctx": line}
        while True:
            try:
                async with asyncio.timeout_at(deadline):
                    sent = self._opened().request(method, url, data=data, headers=headers, timeout=limits, **asked)
                    return await sent
            except aiohttp.ClientConnectionError:
                # A line that waited for us may have died unnoticed; then nobody has read the request.
                if not line.was_reused:
                    raise
                line.was_reused = False

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = outgoing_session(self._resolver)
        return self._session

    async def _error(self, response: aiohttp.ClientResponse, connection: Connection) -> UpstreamError:
        """The error an answer other than 200 means; its body is read as far as it helps."""
        try:
            async with asyncio.timeout(connection.timeouts.connect_seconds):
                data = await _at_most(response.content, ERROR_BYTES_MAX)
        except (aiohttp.ClientError, OSError):
            data = b""
        finally:
            response.close()
        words, code = _words(data, connection)
        facts: dict[str, Any] = {"connection": connection.name}
        wait = _seconds(response.headers.get("Retry-After"))
        if wait is None:
            wait = self.told_wait(data)
        if response.status in WAITING_STATUSES and wait is not None:
            facts["retry_after_seconds"] = wait
        return self.error_of(response.status, words, code=code, facts=facts)

    def error_of(self, status: int, words: str, *, code: str, facts: dict[str, Any]) -> UpstreamError:
        """What an answer's status and words mean here."""
        return error_of_status(status, words, provider_code=code, **facts)

    def told_wait(self, data: bytes) -> float | None:
        """How many seconds to wait, where the body of a refusal says so."""
        return _number_in(data, "estimated_time")


async def _drain(content: aiohttp.StreamReader) -> None:
    """Read past the end, so that the line can be used again; not for long."""
    try:
        async with asyncio.timeout(DRAIN_SECONDS):
            while not content.at_eof():
                await content.readany()
    except (aiohttp.ClientError, OSError):
        return


async def _body(response: aiohttp.ClientResponse, *, deadline: float) -> bytes:
    """The whole body, bounded in time and size."""
    async with asyncio.timeout_at(deadline):
        data = bytearray()
        while chunk := await response.content.readany():
            data += chunk
            if len(data) > ANSWER_BYTES_MAX:
                raise UpstreamBadAnswer(words="the answer is far too long")
        return bytes(data)


async def _at_most(content: aiohttp.StreamReader, size: int) -> bytes:
    data = bytearray()
    while len(data) < size and (chunk := await content.readany()):
        data += chunk
    return bytes(data[:size])


def _words(data: bytes, connection: Connection) -> tuple[str, str]:
    secret = connection.key.reveal()
    try:
        return error_words(orjson.loads(data), secret=secret)
    except orjson.JSONDecodeError:
        text = data.decode("utf-8", "replace")
        return ("" if "<html" in text.lower() else clean_words(text, secret=secret)), ""


def _seconds(text: str | None) -> float | None:
    try:
        return max(0.0, float(text)) if text else None
    except ValueError:
        return None  # a date; nobody needs it to the second


def _number_in(data: bytes, name: str) -> float | None:
    try:
        told = orjson.loads(data)
    except orjson.JSONDecodeError:
        return None
    number = told.get(name) if isinstance(told, dict) else None
    return float(number) if isinstance(number, int | float) and number >= 0 else None


def _refuse_pages(response: aiohttp.ClientResponse) -> None:
    if response.content_type in ("text/html", "application/xhtml+xml"):
        raise UpstreamBadAnswer(words="the server sent a web page")


def _whole_as_delta(whole: Completion) -> Delta:
    """An answer that came in one piece although a stream was asked for."""
    return Delta(whole.text, whole.reasoning, whole.tool_calls, whole.finish, whole.usage, whole.logprobs)

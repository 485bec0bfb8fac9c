"""Any OpenAI-compatible server, on aiohttp: one session for all, chunks read as they come, every wait bounded.

How an answer can end:

    finish_reason, or [DONE]                      the last Delta carries finish and usage
    clean end, neither of the two, some text      the last Delta says `interrupted`
    clean end, nothing said at all                UpstreamBadAnswer
    line broken, framing broken                   UpstreamCut
    no JSON, no UTF-8 (becomes U+FFFD, goes on)   UpstreamBadAnswer
    {"error": …} inside the stream                the error it names
    nothing for too long                          UpstreamTimeout

Deltas handed out before an error stay valid. What happens after a finish_reason no longer matters.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from types import TracebackType
from typing import Any

import aiohttp
import orjson
from aiohttp.abc import AbstractResolver

from tavernai.engines.outgoing import Line, outgoing_session
from tavernai.engines.watch import Watch
from tavernai.gateway.addresses import endpoint
from tavernai.gateway.domain import ChatRequest, Completion, Connection, Delta, Embeddings, EmbeddingsRequest
from tavernai.gateway.errors import (
    UnsafeAddress,
    UpstreamBadAnswer,
    UpstreamCut,
    UpstreamError,
    UpstreamTimeout,
    UpstreamUnreachable,
    clean_words,
    error_of_status,
)
from tavernai.gateway.wire import (
    EventLines,
    Fold,
    body_of,
    completion_of,
    encoded,
    error_words,
    parsed,
)

ANSWER_BYTES_MAX = 64 << 20
ERROR_BYTES_MAX = 64 << 10
LIST_SECONDS_MAX = 10.0
DRAIN_SECONDS = 0.05

Body = dict[str, Any]


def _rename_max_tokens(body: Body) -> None:
    body["max_completion_tokens"] = body.pop("max_tokens", None) or body.get("max_completion_tokens")


def _drop(*names: str) -> Callable[[Body], None]:
    def drop(body: Body) -> None:
        for name in names:
            body.pop(name, None)

    return drop


QUIRKS: dict[str, tuple[re.Pattern[str], Callable[[Body], None]]] = {
    "usage": (re.compile(r"stream_options|include_usage"), _drop("stream_options")),
    "max_tokens": (re.compile(r"max_completion_tokens"), _rename_max_tokens),
    "sampling": (re.compile(r"'?(temperature|top_p)'? (does not|is not) support", re.I), _drop("temperature", "top_p")),
}
"""What some servers refuse in a request others need: told by their words once, then remembered."""


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


class OpenAIBackend:
    """Fulfils gateway.ports.Backend for every server that speaks OpenAI's chat completions."""

    def __init__(self, *, resolver: AbstractResolver | None = None) -> None:
        self._resolver = resolver
        self._session: aiohttp.ClientSession | None = None
        self._quirks: dict[tuple[str, str], set[str]] = {}

    async def stream(self, request: ChatRequest, connection: Connection) -> AsyncGenerator[Delta, None]:
        started = asyncio.get_running_loop().time()
        with Mapped(connection) as mapped:
            limits = connection.timeouts
            deadline = started + limits.first_token_seconds
            response = await self._ask(request, connection, stream=True, deadline=deadline)
            mapped.began = True
            try:
                if response.content_type == "application/json":
                    yield _whole_as_delta(completion_of(parsed(await _body(response, deadline=deadline))))
                    return
                _refuse_pages(response)
                watch = Watch(response.content, deadline=deadline)
                try:
                    async with aclosing(_deltas(response.content, watch, limits.between_tokens_seconds)) as deltas:
                        async for delta in deltas:
                            yield delta
                finally:
                    watch.stop()
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
                return completion_of(parsed(await _body(response, deadline=deadline)))
            finally:
                response.close()

    async def models(self, connection: Connection) -> list[str]:
        names = (one.get("id") or one.get("name") for one in await self.listed(connection))
        return [name for name in names if isinstance(name, str) and name]

    async def listed(self, connection: Connection) -> list[dict[str, Any]]:
        """The models as the server describes them."""
        seconds = min(connection.timeouts.first_token_seconds, LIST_SECONDS_MAX)
        body = await self._fetch("GET", "/models", None, connection=connection, seconds=seconds)
        found = body.get("data") or body.get("models") or [] if isinstance(body, dict) else body
        if not isinstance(found, list):
            raise UpstreamBadAnswer(connection=connection.name, words="this is no list of models")
        return [one if isinstance(one, dict) else {"id": one} for one in found]

    async def embeddings(self, request: EmbeddingsRequest, connection: Connection) -> Embeddings:
        body: Body = {"model": request.model or connection.model, "input": request.inputs, "encoding_format": "float"}
        if request.dimensions:
            body["dimensions"] = request.dimensions
        seconds = connection.timeouts.first_token_seconds
        answer = await self._fetch("POST", "/embeddings", encoded(body), connection=connection, seconds=seconds)
        try:
            rows = sorted(answer["data"], key=lambda row: row["index"])
            vectors = [[float(number) for number in row["embedding"]] for row in rows]
            semantic = answer.get("semantic") is not False
            model = str(answer.get("model") or body["model"])
        except (KeyError, TypeError, ValueError, AttributeError):
            raise UpstreamBadAnswer(connection=connection.name) from None
        if len(vectors) != len(request.inputs):
            raise UpstreamBadAnswer(connection=connection.name, words="another number of vectors than texts")
        return Embeddings(model, vectors, answer.get("usage"), semantic)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def _ask(
        self, request: ChatRequest, connection: Connection, *, stream: bool, deadline: float
    ) -> aiohttp.ClientResponse:
        """The answer's head, status 200; what this server is known to refuse is left out of the request."""
        model = request.model or connection.model
        known = self._quirks.setdefault((connection.base_url, model), set())
        url = endpoint(connection.base_url, "/chat/completions")
        while True:
            body = body_of(request, model=model, stream=stream)
            for name in known:
                QUIRKS[name][1](body)
            response = await self._send("POST", url, encoded(body), connection=connection, deadline=deadline)
            if response.status == 200:
                return response
            error = await _error(response, connection)
            learned = _quirk(error, known)
            if learned is None:
                raise error
            known.add(learned)

    async def _fetch(
        self, method: str, path: str, data: bytes | None, *, connection: Connection, seconds: float
    ) -> Any:
        """A small JSON answer, read whole."""
        deadline = asyncio.get_running_loop().time() + seconds
        with Mapped(connection) as mapped:
            url = endpoint(connection.base_url, path)
            response = await self._send(method, url, data, connection=connection, deadline=deadline)
            mapped.began = True
            try:
                if response.status != 200:
                    raise await _error(response, connection)
                _refuse_pages(response)
                return parsed(await _body(response, deadline=deadline))
            finally:
                response.close()

    async def _send(
        self, method: str, url: str, data: bytes | None, *, connection: Connection, deadline: float
    ) -> aiohttp.ClientResponse:
        headers = {"Accept": "text/event-stream, application/json", "User-Agent": "TavernAI-Plus"}
        if data is not None:
            headers["Content-Type"] = "application/json"
        if connection.key:
            headers["Authorization"] = f"Bearer {connection.key.reveal()}"
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


async def _deltas(content: aiohttp.StreamReader, watch: Watch, between_seconds: float) -> AsyncGenerator[Delta, None]:
    """The hot loop: what one token costs us is here."""
    lines, fold, size, chunk, failure = EventLines(), Fold(), 0, b"\n", None
    while chunk and not failure and not fold.done:
        watch.reading = True
        try:
            chunk = await content.readany()
        except (aiohttp.ClientError, OSError) as error:
            chunk, failure = _left_behind(content), error
        watch.reading = False
        size += len(chunk)
        if size > ANSWER_BYTES_MAX:
            raise UpstreamBadAnswer(words="the answer is far too long")
        for payload in lines.feed(chunk) if chunk or failure else lines.end():
            delta = fold.take(payload)
            if delta is not None:
                yield delta
                watch.token(between_seconds)
        if fold.finish is not None:
            watch.finished()
        elif lines.is_within:
            watch.progress(between_seconds)
    if failure is not None and fold.finish is None:
        raise failure
    yield fold.last()


def _left_behind(content: aiohttp.StreamReader) -> bytes:
    """Bytes that came before the line broke and were not read yet. aiohttp keeps them but gives only the error out."""
    buffered = list(getattr(content, "_buffer", ()))
    if buffered:
        buffered[0] = buffered[0][getattr(content, "_buffer_offset", 0) :]
    return b"".join(buffered)


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


async def _error(response: aiohttp.ClientResponse, connection: Connection) -> UpstreamError:
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
    if response.status == 429 and wait is not None:
        facts["retry_after_seconds"] = wait
    return error_of_status(response.status, words, provider_code=code, **facts)


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


def _quirk(error: UpstreamError, known: set[str]) -> str | None:
    """The quirk these words tell of, unless it is known already and did not help."""
    if error.facts.get("upstream_status") not in (400, 422):
        return None
    told = (name for name, (pattern, _) in QUIRKS.items() if name not in known and pattern.search(error.words))
    return next(told, None)


def _refuse_pages(response: aiohttp.ClientResponse) -> None:
    if response.content_type in ("text/html", "application/xhtml+xml"):
        raise UpstreamBadAnswer(words="the server sent a web page")


def _whole_as_delta(whole: Completion) -> Delta:
    """An answer that came in one piece although a stream was asked for."""
    return Delta(whole.text, whole.reasoning, whole.tool_calls, whole.finish, whole.usage, whole.logprobs)

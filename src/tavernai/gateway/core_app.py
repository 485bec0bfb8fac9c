"""Core: /health, /v1/models, /v1/chat/completions and /v1/embeddings as the OpenAI API has them, as a bare ASGI app.

Bare, because this door is measured in answers a second: one dict look-up for the route, bytes out as they are made. It
is mounted under /core of the one process and served alone by `tavernai gateway`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from contextlib import aclosing
from typing import Any

import orjson
import structlog

from tavernai.gateway.core_wire import (
    CoreRefusal,
    Frames,
    chat_request,
    completion_json,
    embeddings_json,
    embeddings_request,
    error_json,
    models_json,
    status_of,
)
from tavernai.gateway.domain import ChatRequest
from tavernai.gateway.ports import Gateway
from tavernai.gateway.streamed import streamed
from tavernai.kernel.errors import TavernError

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Authorize = Callable[[str | None], Awaitable[bool]]
"""Whether this bearer token (None: none was sent) may use the gateway."""

BODY_BYTES_MAX = 32 << 20
BODY_SECONDS_MAX = 60.0
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]", "::1"})
_JSON = [(b"content-type", b"application/json")]
_EVENTS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
]
log = structlog.get_logger()


class ClientLeft(Exception):
    """The client closed the line; nobody is there to be answered."""


async def anyone(token: str | None) -> bool:
    """No key is asked for: right only for a server that listens on loopback alone (see `loopback_only`)."""
    return True


class CoreApp:
    """`CoreApp(gateway, authorize=…)` is an ASGI app.

    `loopback_only` refuses requests that a web page of somewhere else could make this machine's browser send: for a
    server without keys.
    """

    def __init__(self, gateway: Gateway, *, authorize: Authorize = anyone, loopback_only: bool = False) -> None:
        self._gateway = gateway
        self._authorize = authorize
        self._loopback_only = loopback_only
        self._routes: dict[tuple[str, str], Callable[[Scope, Receive, Send], Awaitable[None]]] = {
            ("GET", "/health"): self._health,
            ("GET", "/v1/models"): self._models,
            ("POST", "/v1/chat/completions"): self._chat,
            ("POST", "/v1/embeddings"): self._embeddings,
        }
        self._paths = {path for _, path in self._routes}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._route(scope)(scope, receive, send)
        except (CoreRefusal, TavernError) as error:
            await _send_json(send, error_json(error), status=status_of(error), headers=_retry_after(error))
        except ClientLeft:
            return
        except Exception as error:  # a door must survive what is behind it
            log.exception("core_failed", path=scope["path"])
            await _send_json(send, error_json(error), status=500)

    def _route(self, scope: Scope) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
        path = scope["path"].removeprefix(scope.get("root_path", "")).rstrip("/") or "/"
        found = self._routes.get((scope["method"], path))
        if found is None:
            status = 405 if path in self._paths else 404
            raise CoreRefusal(status, f"There is no route {scope['method']} {path}.", code="unknown_url")
        return found

    async def _health(self, scope: Scope, receive: Receive, send: Send) -> None:
        await _send_json(send, {"status": "ok"})

    async def _models(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._admit(scope)
        await _send_json(send, models_json(await self._gateway.models()))

    async def _embeddings(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await self._admitted_body(scope, receive)
        request, as_base64 = embeddings_request(body)
        work = self._gateway.embeddings(request.model, request)
        found = await _unless_left(receive, asyncio.ensure_future(work))
        await _send_json(send, embeddings_json(found, as_base64=as_base64))

    async def _chat(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await self._admitted_body(scope, receive)
        reference, request, options = chat_request(body)
        if options.stream:
            frames = Frames(reference or "default", with_usage=options.include_usage)
            await _unless_left(receive, asyncio.ensure_future(self._stream(reference, request, frames, send)))
            return
        work = self._gateway.complete(reference, request)
        whole = await _unless_left(receive, asyncio.ensure_future(work))
        await _send_json(send, completion_json(whole, model=reference or whole.model))

    async def _stream(self, reference: str | None, request: ChatRequest, frames: Frames, send: Send) -> None:
        """An error before the first delta is an HTTP error; one after it is an event inside the stream."""
        async with aclosing(streamed(self._gateway.tell, reference, request)) as deltas:
            first = await anext(deltas)
            await send({"type": "http.response.start", "status": 200, "headers": _EVENTS})
            await send(_part(frames.opening(first)))
            try:
                async for delta in deltas:
                    await send(_part(frames.frame(delta)))
                ending = frames.closing()
            except TavernError as error:
                ending = frames.failing(error)
            except Exception as error:  # the head is out: only the stream itself can still tell
                log.exception("core_failed", path="/v1/chat/completions")
                ending = frames.failing(error)
            await send(_part(ending, more=False))

    async def _admitted_body(self, scope: Scope, receive: Receive) -> dict[str, Any]:
        await self._admit(scope)
        try:
            body = orjson.loads(await _read(receive))
        except orjson.JSONDecodeError:
            raise CoreRefusal(400, "The body of the request is no JSON.", code="invalid_json") from None
        if not isinstance(body, dict):
            raise CoreRefusal(400, "The body of the request is no JSON object.", code="invalid_json")
        return body

    async def _admit(self, scope: Scope) -> None:
        headers = dict(scope["headers"])
        if self._loopback_only:
            _refuse_pages_of_elsewhere(headers)
        kind, _, token = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
        if not await self._authorize(token.strip() or None if kind.lower() == "bearer" else None):
            words = "No valid API key with the scope gateway was sent: Authorization: Bearer tvk_…"
            raise CoreRefusal(401, words, code="invalid_api_key")


def _refuse_pages_of_elsewhere(headers: Mapping[bytes, bytes]) -> None:
    """A rebound name or a cross-site form is no program of this machine, even when its request arrives from here."""
    host = headers.get(b"host", b"").decode("latin-1")
    name = host if host.endswith("]") else host.rsplit(":", 1)[0]
    if name not in LOOPBACK_NAMES or b"origin" in headers:
        raise CoreRefusal(403, "Without keys this gateway answers programs of this machine only.", code="not_local")


def _retry_after(error: Exception) -> list[tuple[bytes, bytes]]:
    seconds = error.facts.get("retry_after_seconds") if isinstance(error, TavernError) else None
    return [] if seconds is None else [(b"retry-after", f"{seconds:g}".encode())]


async def _live(receive: Receive, send: Send) -> None:
    while True:
        kind = (await receive())["type"]
        await send({"type": f"{kind}.complete"})
        if kind == "lifespan.shutdown":
            return


async def _read(receive: Receive) -> bytes:
    """The request's body, bounded in size and time."""
    try:
        async with asyncio.timeout(BODY_SECONDS_MAX):
            return await _read_all(receive)
    except TimeoutError:
        raise CoreRefusal(408, "The body of the request did not come.", code="request_timeout") from None


async def _read_all(receive: Receive) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientLeft
        part = message.get("body", b"")
        size += len(part)
        if size > BODY_BYTES_MAX:
            raise CoreRefusal(413, "The body of the request is too large.", code="request_too_large")
        if not message.get("more_body"):
            return part if not parts else b"".join([*parts, part])
        parts.append(part)


async def _unless_left(receive: Receive, work: "asyncio.Future[Any]") -> Any:
    """What the work gives; a client that leaves cancels it, and with it the call upstream."""
    leaving = asyncio.ensure_future(_left(receive))
    try:
        await asyncio.wait((work, leaving), return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            raise ClientLeft
        return work.result()
    finally:
        leaving.cancel()
        if not work.done():
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue


def _part(body: bytes, *, more: bool = True) -> MutableMapping[str, Any]:
    return {"type": "http.response.body", "body": body, "more_body": more}


async def _send_json(
    send: Send, value: Any, *, status: int = 200, headers: list[tuple[bytes, bytes]] | None = None
) -> None:
    body = orjson.dumps(value)
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*_JSON, length, *(headers or [])]})
    await send({"type": "http.response.body", "body": body})

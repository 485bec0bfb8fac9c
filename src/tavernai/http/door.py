"""Everything that stands before every room, as one ASGI callable: whoever sends chunks passes it once, unwrapped.

request id -> Host -> Origin (and CORS) -> size of the body -> rooms -> headers -> one line in the log
"""

import re
import time
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tavernai.accounts.guards import SAFE_METHODS, header
from tavernai.http.bodies import BodyRule
from tavernai.http.errors import can_refuse, problem, request_id, unexpected
from tavernai.http.headers import PRIVATE, SECURITY
from tavernai.http.hosts import HostRule, OriginRefused, OriginRule
from tavernai.kernel.disk import refusal_of
from tavernai.kernel.errors import TavernError
from tavernai.kernel.ids import new_id
from tavernai.storage.health import REFUSALS
from tavernai.streaming.answer import LINE

PRIVATE_PATHS = ("/api/", "/v1/", "/core/")
QUIET_PATHS = ("/assets/", "/health", "/metrics", "/api/health")
CORS_METHODS = b"GET, HEAD, POST, PUT, PATCH, DELETE"
CORS_HEADERS = (
    b"Accept, Authorization, Content-Type, Idempotency-Key, If-None-Match, Last-Event-ID, X-CSRF-Token, X-Request-ID"
)
CORS_SHOWN = b"ETag, Retry-After, X-Request-ID"
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")

log = structlog.get_logger()
Headers = list[tuple[bytes, bytes]]


class Door:
    """Checks, then lets in; the last to see every answer."""

    def __init__(self, app: ASGIApp, *, hosts: HostRule, origins: OriginRule, bodies: BodyRule) -> None:
        self._app = app
        self._hosts = hosts
        self._origins = origins
        self._bodies = bodies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        scope["state"] = scope.get("state", {}) | {"request_id": _request_id(scope)}
        scope[LINE] = send
        answer = Answer(send, self._extra_headers(scope))
        try:
            await self._let_in(scope, receive, answer)
        except TavernError as refusal:
            await answer.instead(problem(scope, refusal), scope, receive)
        except ClientDisconnect:
            answer.status = answer.status or 499
        except Exception as error:
            why = None if isinstance(error, PermissionError) else refusal_of(error)  # that may be about reading
            if why is not None:
                await answer.instead(problem(scope, REFUSALS[why]()), scope, receive)
                return
            log.exception("request_failed", method=scope["method"], path=scope["path"], request_id=request_id(scope))
            await answer.instead(unexpected(scope), scope, receive)
        finally:
            _tell(scope, answer.status, time.perf_counter() - started)

    async def _let_in(self, scope: Scope, receive: Receive, answer: "Answer") -> None:
        host, origin = header(scope, b"host"), header(scope, b"origin")
        self._hosts.check(host, local_address=_local_address(scope))
        if scope["method"] == "OPTIONS" and header(scope, b"access-control-request-method"):
            await self._preflight(origin)(scope, receive, answer)
            return
        if scope["method"] not in SAFE_METHODS or scope["path"].startswith(PRIVATE_PATHS):
            self._origins.check(origin, host=host, scheme=scope["scheme"])
        await self._app(scope, self._bodies.bounded(scope, receive), answer)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"] = scope.get("state", {}) | {"request_id": _request_id(scope)}
        host, origin = header(scope, b"host"), header(scope, b"origin")
        try:
            self._hosts.check(host, local_address=_local_address(scope))
            self._origins.check(origin, host=host, scheme=scope["scheme"])
        except TavernError as refusal:
            log.info("socket_refused", path=scope["path"], code=refusal.code, request_id=request_id(scope))
            await _refuse(refusal, scope, receive, send)
            return
        log.info("socket", path=scope["path"], request_id=request_id(scope))
        await self._app(scope, receive, send)

    def _preflight(self, origin: str) -> Response:
        if not self._origins.is_configured(origin):
            raise OriginRefused
        names = {"access-control-allow-methods": CORS_METHODS, "access-control-allow-headers": CORS_HEADERS}
        headers = {name: value.decode() for name, value in names.items()} | {"access-control-max-age": "600"}
        return Response(status_code=204, headers=headers)

    def _extra_headers(self, scope: Scope) -> Headers:
        extra: Headers = [(b"x-request-id", request_id(scope).encode()), *SECURITY]
        if scope["path"].startswith(PRIVATE_PATHS):
            extra.append(PRIVATE)
        origin = header(scope, b"origin")
        if origin and self._origins.is_configured(origin):
            # Always the one origin that asked, never `*`: credentials are allowed.
            extra += [
                (b"access-control-allow-origin", origin.encode("latin-1")),
                (b"access-control-allow-credentials", b"true"),
                (b"access-control-expose-headers", CORS_SHOWN),
                (b"vary", b"Origin"),
            ]
        return extra


class Answer:
    """`send` with our headers on the first message; what follows is handed on as it is."""

    __slots__ = ("_extra", "_send", "status")

    def __init__(self, send: Callable[[Message], Awaitable[None]], extra: Headers) -> None:
        self._send = send
        self._extra = extra
        self.status = 0

    def __call__(self, message: Message) -> Awaitable[None]:
        if message["type"] == "http.response.start":
            message = self._start(message)
        return self._send(message)

    async def instead(self, response: Response, scope: Scope, receive: Receive) -> None:
        """Answer with this, unless the answer has begun: then the line is cut, so that nobody takes it for whole."""
        if self.status:
            raise AnswerCut
        await response(scope, receive, self)

    def _start(self, message: Message) -> Message:
        self.status = message["status"]
        own: Headers = [(name.lower(), value) for name, value in message.get("headers", ())]
        names = {name for name, _ in own}
        missing = [(name, value) for name, value in self._extra if name == b"vary" or name not in names]
        return {**message, "headers": own + missing}


class AnswerCut(Exception):
    """An answer broke off after it had begun; the server closes the connection."""


async def _refuse(refusal: TavernError, scope: Scope, receive: Receive, send: Send) -> None:
    if not can_refuse(scope):
        await send({"type": "websocket.close", "code": 4000 + refusal.status})
        return
    answer = problem(scope, refusal)
    head = {"type": "websocket.http.response.start", "status": answer.status_code, "headers": answer.raw_headers}
    await send(head)
    await send({"type": "websocket.http.response.body", "body": answer.body})


def _request_id(scope: Scope) -> str:
    given = header(scope, b"x-request-id")
    return given if _REQUEST_ID.fullmatch(given) else new_id()


def _local_address(scope: Scope) -> str | None:
    server: Any = scope.get("server")
    return server[0] if server else None


def _tell(scope: Scope, status: int, seconds: float) -> None:
    """One line: what was asked for and how it went; never a query, a header or a body."""
    tell = log.debug if scope["path"].startswith(QUIET_PATHS) else log.info
    tell(
        "request",
        method=scope["method"],
        path=scope["path"],
        status=status,
        ms=round(seconds * 1000, 1),
        request_id=request_id(scope),
    )

"""The one way out: an aiohttp session with explicit limits, guarded names, no proxies, no cookies.

Two things aiohttp leaves us to mend, because the text that came before a line broke is a person's and is kept:
an answer whose head and broken body come in one packet is lost whole, and an answer whose framing breaks later is not
told of it and waits for a time-out.
"""

import socket
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.client_proto import ResponseHandler
from aiohttp.resolver import ThreadedResolver

from tavernai.gateway.addresses import FORBIDDEN_NAMES, is_forbidden_address

CONNECTIONS_MAX = 4096
NAMES_SECONDS = 10
# Model servers drop idle lines after five seconds and more; a line kept longer may be dead when it is used again.
IDLE_SECONDS = 4.0
_HEAD_END = b"\r\n\r\n"

Forbids = Callable[[str], bool]
"""Whether an IP address must not be called; without one, what holds for model servers (gateway.addresses)."""


class NotCalled(OSError):
    """A name or an address leads where this server does not go."""


class GuardedResolver(AbstractResolver):
    """Looks names up in a thread and refuses those that lead where connections must not."""

    def __init__(self, inner: AbstractResolver | None = None, *, forbids: Forbids | None = None) -> None:
        self._inner = inner or ThreadedResolver()
        self._forbids = forbids

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        if host.rstrip(".").lower() in FORBIDDEN_NAMES:
            raise NotCalled(f"{host} is not called")
        found = await self._inner.resolve(host, port, family)
        for one in found:
            if (self._forbids or is_forbidden_address)(one["host"]):
                raise NotCalled(f"{host} leads to {one['host']}, which is not called")
        return found

    async def close(self) -> None:
        await self._inner.close()


def guarded_socket(found: tuple[Any, ...], *, forbids: Forbids | None = None) -> socket.socket:
    """A socket for an address that may be called. Addresses in digits are looked up by nobody, but all come by here."""
    family, kind, protocol, _, place = found
    if (forbids or is_forbidden_address)(place[0]):
        raise NotCalled(f"{place[0]} is not called")
    return socket.socket(family, kind, protocol)


class KeepingHandler(ResponseHandler):
    """Reads an answer so that what came before an error is still there, and calls who reads it as it comes."""

    on_change: Callable[[], None] | None = None
    """called in the turn that brought more of the body, its end or a fault"""

    def data_received(self, data: bytes) -> None:
        head = data.find(_HEAD_END) + len(_HEAD_END) if self._awaits_head() else -1
        if len(_HEAD_END) <= head < len(data):
            super().data_received(data[:head])
            data = data[head:]
        super().data_received(data)
        if self.on_change is not None:
            self.on_change()

    def resume_reading(self, resume_parser: bool = True) -> None:
        # aiohttp asks for this after each piece it hands out and parses nothing once more; only a pause needs it.
        if self._reading_paused:
            super().resume_reading(resume_parser)

    def connection_lost(self, exc: BaseException | None) -> None:
        super().connection_lost(exc)
        if self.on_change is not None:
            self.on_change()

    def set_exception(self, exc: BaseException, *cause: BaseException) -> None:
        super().set_exception(exc, *cause)
        if self._payload is not None and not self._payload.is_eof():
            self._payload.set_exception(aiohttp.ClientPayloadError("the answer's framing is broken"))

    def _awaits_head(self) -> bool:
        return self._payload is None or self._payload.is_eof()


@dataclass(slots=True)
class Line:
    """What a request learns of the line it went over; given as its `trace_request_ctx`."""

    was_reused: bool = False


async def _reused(session: aiohttp.ClientSession, context: SimpleNamespace, params: object) -> None:
    if isinstance(context.trace_request_ctx, Line):
        context.trace_request_ctx.was_reused = True


def outgoing_session(
    resolver: AbstractResolver | None = None, *, forbids: Forbids | None = None
) -> aiohttp.ClientSession:
    """A session for calls to other servers; needs the running loop. Time-outs come with each request."""
    connector = aiohttp.TCPConnector(
        limit=CONNECTIONS_MAX,
        limit_per_host=0,
        keepalive_timeout=IDLE_SECONDS,
        ttl_dns_cache=NAMES_SECONDS,
        resolver=resolver or GuardedResolver(forbids=forbids),
        socket_factory=partial(guarded_socket, forbids=forbids),
    )
    connector._factory = cast(partial[ResponseHandler], partial(KeepingHandler, loop=connector._loop))
    trace = aiohttp.TraceConfig()
    trace.on_connection_reuseconn.append(_reused)
    return aiohttp.ClientSession(
        connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False, trace_configs=[trace]
    )

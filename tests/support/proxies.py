"""A proxy as some networks have it: it may hold event streams back until they end, or refuse WebSockets."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web

from tests.support.servers import Server

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "upgrade", "te"}
CACHING = {"if-none-match", "accept-encoding"}
MESSAGE_BYTES_MAX = 16 * 1024 * 1024


@dataclass
class Proxy:
    """Stands before `upstream`. `asked` is what came by: `GET /api/stream/…`, `WS /api/stream/…/ws`."""

    upstream: str
    holds_streams: bool = True
    refuses_sockets: bool = False
    added: dict[str, bytes] = field(default_factory=dict)
    """What is put at the end of a file, by its path: as if the server had a newer one."""
    url: str = ""
    asked: list[str] = field(default_factory=list)
    _session: aiohttp.ClientSession | None = None

    def count(self, what: str) -> int:
        return sum(what in one for one in self.asked)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        wants_socket = request.headers.get("Upgrade", "").lower() == "websocket"
        self.asked.append(f"{'WS' if wants_socket else request.method} {request.path}")
        if wants_socket:
            return web.Response(status=502) if self.refuses_sockets else await self._bridge(request)
        with contextlib.suppress(ConnectionError, aiohttp.ClientError):  # who asked has left
            return await self._forward(request)
        return web.Response(status=502)

    async def _forward(self, request: web.Request) -> web.StreamResponse:
        assert self._session is not None
        headers = {name: value for name, value in request.headers.items() if name.lower() not in HOP_BY_HOP}
        more = self.added.get(request.path, b"")
        if more:
            headers = {name: value for name, value in headers.items() if name.lower() not in CACHING}
            headers["Accept-Encoding"] = "identity"
        body = await request.read()
        async with self._session.request(
            request.method, self.upstream + request.raw_path, headers=headers, data=body or None, allow_redirects=False
        ) as answer:
            told = web.StreamResponse(status=answer.status)
            for name, value in answer.headers.items():
                if name.lower() not in HOP_BY_HOP:
                    told.headers.add(name, value)
            await told.prepare(request)
            if self.holds_streams and answer.content_type == "text/event-stream":
                await told.write(await answer.read())
            else:
                async for chunk in answer.content.iter_any():
                    await told.write(chunk)
            await told.write(more)
            await told.write_eof()
            return told

    async def _bridge(self, request: web.Request) -> web.WebSocketResponse:
        assert self._session is not None
        wanted = ("cookie", "origin", "host", "authorization")
        headers = {name: value for name, value in request.headers.items() if name.lower() in wanted}
        here = web.WebSocketResponse(max_msg_size=MESSAGE_BYTES_MAX)
        address = self.upstream + request.raw_path
        async with self._session.ws_connect(address, headers=headers, max_msg_size=MESSAGE_BYTES_MAX) as there:
            await here.prepare(request)
            copies = [asyncio.create_task(_copy(here, there)), asyncio.create_task(_copy(there, here))]
            await asyncio.wait(copies, return_when=asyncio.FIRST_COMPLETED)
            for copy in copies:
                copy.cancel()
            await here.close()
        return here


class Behind:
    """A server as it is reached through a proxy: what a visitor asks of a server."""

    def __init__(self, server: Server, proxy: Proxy) -> None:
        self.url = proxy.url
        self.owner, self.password = server.owner, server.password


async def _copy(
    source: web.WebSocketResponse | aiohttp.ClientWebSocketResponse,
    target: web.WebSocketResponse | aiohttp.ClientWebSocketResponse,
) -> None:
    async for message in source:
        await target.send_str(message.data)


@asynccontextmanager
async def proxied(upstream: str, **how: bool) -> AsyncIterator[Proxy]:
    """A running proxy before a server."""
    proxy = Proxy(upstream, **how)
    timeout = aiohttp.ClientTimeout(total=None)
    async with aiohttp.ClientSession(
        timeout=timeout, auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar()
    ) as session:
        proxy._session = session
        app = web.Application(client_max_size=MESSAGE_BYTES_MAX, handler_args={"access_log": None})
        app.router.add_route("*", "/{path:.*}", proxy.handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        proxy.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield proxy
        finally:
            with contextlib.suppress(asyncio.CancelledError):
                await runner.cleanup()

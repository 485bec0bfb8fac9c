"""The process that serves: a socket, the services, uvicorn between them, and an end that takes no longer than told."""

import asyncio
import contextlib
import os
import secrets
import signal
import socket
import ssl
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn

from tavernai.accounts.sign_in import SignInService
from tavernai.cli import notes
from tavernai.cli.errors import AddressTaken, CertificateUnusable
from tavernai.cli.host import Asgi, GivenBackend, Host, Services
from tavernai.cli.listening import Listening
from tavernai.cli.patience import patient_protocol
from tavernai.ops.logs import set_up
from tavernai.settings import Settings

BACKLOG = 2048
KEEP_ALIVE_SECONDS = 75
HEADERS_BYTES_MAX = 64 * 1024
SOCKET_MESSAGE_BYTES_MAX = 4096
"""Of what is said to the server through a WebSocket: the id of a task, and air."""
Step = Callable[[], Awaitable[None]]
WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - shown, not bound


async def serve_app(host: Host, settings: Settings) -> None:
    """Serve until asked to stop. Raises AddressTaken, CertificateUnusable, FolderInUse, DatabaseInUse."""
    set_up(log_format=settings.log_format, level=settings.log_level, folder=settings.logs_dir)
    with _bound(settings) as door:
        address = _address(settings, door)
        async with host.open(settings, serving=True) as services:
            token = secrets.token_urlsafe(32)
            server = Server(_config(host.app(services, token=token), settings), lambda: host.begin_stop(services))
            async with _noted(settings, address, token=token):
                server.when_started = lambda: _greet(services, address)
                await server.run_until_stopped(door)


async def serve_gateway(host: Host, settings: Settings, backend: GivenBackend | None) -> None:
    """Serve Core alone until asked to stop."""
    set_up(log_format=settings.log_format, level=settings.log_level)
    with _bound(settings) as door:
        address = _address(settings, door)
        async with host.gateway(settings, backend) as app:
            server = Server(_config(app, settings), _nothing)

            async def started() -> None:
                _say(f"The gateway is at {address}/v1")

            server.when_started = started
            await server.run_until_stopped(door)


async def _nothing() -> None:
    return


class Server(uvicorn.Server):
    """uvicorn that leaves signals to us: its own handling would end the process before the services have closed."""

    def __init__(self, config: uvicorn.Config, begin_stop: Step) -> None:
        super().__init__(config)
        self._begin_stop = begin_stop
        self._listening: list[Listening] = []
        self.when_started: Step = _nothing

    async def run_until_stopped(self, door: socket.socket) -> None:
        with _on_signal(self._asked_to_stop):
            await self.serve(sockets=[door])

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        if sys.platform == "win32":  # its loop has no readers to add
            await super().startup(sockets=sockets)
        else:
            await super().startup(sockets=[])
            tls, backlog = self.config.ssl, self.config.backlog
            self._listening = [Listening(one, self._protocol, backlog=backlog, tls=tls) for one in sockets or ()]
        await self.when_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for one in self._listening:
            one.close()
        for server in self.servers:
            server.close()
        await self._begin_stop()
        await super().shutdown(sockets=sockets)

    def _protocol(self) -> asyncio.Protocol:
        make: Callable[..., asyncio.Protocol] = self.config.http_protocol_class
        return make(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)

    def _asked_to_stop(self) -> None:
        # Asked twice, it does not wait for anybody.
        self.force_exit, self.should_exit = self.should_exit, True


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop where there is one."""
    if sys.platform == "win32":
        return None
    import uvloop

    return uvloop.new_event_loop


def _socket_protocol(**given: Any) -> asyncio.Protocol:
    """What speaks WebSocket, loaded by the first who asks for one: most never do, and starting should be quick."""
    from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

    return WebSocketsSansIOProtocol(**given)


def _config(app: Asgi, settings: Settings) -> uvicorn.Config:
    config = uvicorn.Config(
        app,
        http=patient_protocol(),
        ws=_socket_protocol,  # type: ignore[arg-type]  # a class is only ever called
        ws_max_size=SOCKET_MESSAGE_BYTES_MAX,
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        backlog=BACKLOG,
        h11_max_incomplete_event_size=HEADERS_BYTES_MAX,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=max(1, round(settings.stop_seconds)),
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies) or None,
        ssl_certfile=settings.tls_cert,
        ssl_keyfile=settings.tls_key,
    )
    try:
        config.load()
    except (OSError, ssl.SSLError):
        raise CertificateUnusable from None
    return config


@contextlib.contextmanager
def _bound(settings: Settings) -> Generator[socket.socket, None, None]:
    """The socket, taken before anything is opened, so that a taken port is told at once."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    both = settings.host == "::" and socket.has_dualstack_ipv6()
    door = socket.socket(family, socket.SOCK_STREAM)
    with contextlib.closing(door):
        if os.name != "nt":  # there it would let two programs share the port
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if both:
            door.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        try:
            door.bind((settings.host, settings.port))
        except OSError as error:
            why = os.strerror(error.errno) if error.errno else str(error)
            raise AddressTaken(f"Cannot listen on {settings.host}:{settings.port}: {why}.") from None
        door.setblocking(False)
        yield door


def _address(settings: Settings, door: socket.socket) -> str:
    """Where a browser on this machine finds the server."""
    host = WILDCARDS.get(settings.host, f"[{settings.host}]" if ":" in settings.host else settings.host)
    return f"{'https' if settings.tls_cert else 'http'}://{host}:{door.getsockname()[1]}"


@asynccontextmanager
async def _noted(settings: Settings, address: str, *, token: str) -> AsyncIterator[None]:
    if not settings.is_embedded:
        yield
        return
    notes.write(settings, address, token=token)
    try:
        yield
    finally:
        notes.remove(settings)


async def _greet(services: Services, address: str) -> None:
    _say(f"TavernAI Plus is at {address}")
    sign_in = services.provides.get(SignInService)
    if isinstance(sign_in, SignInService) and sign_in.setup_code and await sign_in.needs_setup():
        _say(f"The first owner is made on that page with the setup code {sign_in.setup_code}")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


@contextlib.contextmanager
def _on_signal(stop: Callable[[], None]) -> Generator[None, None, None]:
    """Call `stop` in the event loop at Ctrl-C and at the system's wish."""
    loop = asyncio.get_running_loop()
    wanted = (signal.SIGINT, signal.SIGTERM)
    before = {one: signal.signal(one, lambda *_: loop.call_soon_threadsafe(stop)) for one in wanted}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)

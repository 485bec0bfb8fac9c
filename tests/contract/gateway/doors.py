"""Three ways to the same gateway: in this process, mounted in a bigger app, and a server of its own."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from tavernai.engines.core_client import RemoteGateway
from tavernai.engines.demo import DemoBackend
from tavernai.engines.openai import OpenAIBackend
from tavernai.gateway.core_app import CoreApp
from tavernai.gateway.domain import Connection, Secret, Timeouts
from tavernai.gateway.ports import Gateway
from tavernai.gateway.service import FixedBook, GatewayService
from tests.support.processes import Program, environment
from tests.tools import mock_upstream

KEY = "sk-the-key-nobody-may-see"
SHORT = Timeouts(connect_seconds=1.0, first_token_seconds=0.6, between_tokens_seconds=0.4)


@asynccontextmanager
async def running_mock(port: int = 0, **options: object) -> AsyncIterator[tuple[str, mock_upstream.Mock]]:
    """A model server with faults: (its base URL, the mock)."""
    mock = mock_upstream.Mock({**mock_upstream.DEFAULTS, "tps": 0, "n": 8, "timestamps": 0, **options}, [])
    lines: list[mock_upstream.Conn] = []

    def line() -> mock_upstream.Conn:
        lines.append(mock_upstream.Conn(mock))
        return lines[-1]

    server = await asyncio.get_running_loop().create_server(line, "127.0.0.1", port)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", mock
    server.close()
    for one in lines:  # a line left open would lead the next test to a server that is gone
        one.tr.abort()
    await asyncio.sleep(0)


def connections(upstream: str) -> list[Connection]:
    """What the people of these tests have set up."""
    house = Connection(
        "c1", "house", "openai", upstream, model="mock", key=Secret(KEY), timeouts=SHORT, is_default=True
    )
    stage = Connection("c2", "stage", "demo", model="demo")
    away = Connection("c3", "away", "openai", "http://127.0.0.1:9", model="none", timeouts=SHORT)
    return [house, stage, away]


def service(upstream: str) -> GatewayService:
    backends = {"openai": OpenAIBackend(), "demo": DemoBackend(tokens_per_second=0)}
    return GatewayService(FixedBook(connections(upstream)), backends)


@asynccontextmanager
async def in_process(upstream: str) -> AsyncIterator[Gateway]:
    gateway = service(upstream)
    yield gateway
    await gateway.close()


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[str]:
    """A real server in this loop; its URL."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="on", ws="none"))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        await asyncio.sleep(0.005)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    await task
    listener.close()


@asynccontextmanager
async def mounted(upstream: str) -> AsyncIterator[Gateway]:
    inner = service(upstream)
    async with served(Starlette(routes=[Mount("/core", app=CoreApp(inner))])) as url:
        gateway = RemoteGateway(f"{url}/core")
        yield gateway
        await gateway.close()
    await inner.close()


def core_program(upstream: str, folder: Path) -> Program:
    """Core in a process of its own, started; stop it."""
    words = (sys.executable, "-m", "tests.contract.gateway.core_program", "--upstream", upstream)
    return Program(*words, log=folder / "core.log", health="/health", env=environment()).start()

"""An ASGI app on a real port, in this test's own event loop."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn

START_SECONDS_MAX = 10


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        yield  # signals stay pytest's


@asynccontextmanager
async def served(app: Any, **config: Any) -> AsyncIterator[str]:
    """Serve the app until the context ends; its URL."""
    server = _Server(uvicorn.Config(app, lifespan="off", log_config=None, access_log=False, **config))
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        running = asyncio.create_task(server.serve(sockets=[door]))
        async with asyncio.timeout(START_SECONDS_MAX):
            while not server.started:
                await asyncio.sleep(0.005)
        try:
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            server.should_exit = True
            await running

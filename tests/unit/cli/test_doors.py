"""Callers who come together are let in together."""

import asyncio
import socket

import uvicorn

from tavernai.cli.server import Server, loop_factory

CALLERS = 8


async def nobody(scope: object, receive: object, send: object) -> None:
    raise AssertionError("nobody asks for anything")


async def let_in(server: Server, *, callers: int) -> int:
    """How many of them the server knows after two turns of the loop."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        serving = asyncio.create_task(server.run_until_stopped(door))
        while not server.started:
            await asyncio.sleep(0.01)
        lines = [socket.create_connection(door.getsockname()) for _ in range(callers)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        known = len(server.server_state.connections)
        for line in lines:
            line.close()
        server.should_exit = True
        await serving
    return known


async def stay() -> None:
    return


def test_as_many_as_there_are_doors_come_in_at_once() -> None:
    config = uvicorn.Config(nobody, lifespan="off", log_config=None, timeout_graceful_shutdown=1)  # type: ignore[arg-type]
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        assert runner.run(let_in(Server(config, stay), callers=CALLERS)) == CALLERS

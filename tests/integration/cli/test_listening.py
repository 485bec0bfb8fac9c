"""Listening: who knocks is let in, however many they are."""

import asyncio
import errno
import socket
import sys
from collections.abc import Iterator
from contextlib import closing
from typing import cast
from unittest.mock import patch

import pytest

from tavernai.cli import listening
from tavernai.cli.listening import LET_IN_AT_ONCE, Listening
from tavernai.cli.server import loop_factory

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="its event loop adds no readers")


class Doorman(asyncio.Protocol):
    """Says hello and counts."""

    def __init__(self, met: list["Doorman"]) -> None:
        met.append(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast("asyncio.Transport", transport).write(b"hello")


@pytest.fixture
def door() -> Iterator[socket.socket]:
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        yield one


def run(story: object) -> None:
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(story)  # type: ignore[arg-type]


async def _turns_until(happened: object) -> int:
    turns = 0
    async with asyncio.timeout(10):
        while not happened():  # type: ignore[operator]
            turns += 1
            await asyncio.sleep(0.001)
    return turns


def test_many_who_wait_are_let_in_together(door: socket.socket) -> None:
    async def story() -> None:
        met: list[Doorman] = []
        listens = Listening(door, lambda: Doorman(met), backlog=500, tls=None)
        callers = [socket.create_connection(door.getsockname(), timeout=5) for _ in range(4 * LET_IN_AT_ONCE)]
        assert await _turns_until(lambda: len(met) == len(callers)) < 4 * 4
        assert all([await asyncio.to_thread(caller.recv, 5) == b"hello" for caller in callers[::50]])
        listens.close()
        for caller in callers:
            caller.close()

    run(story())


def test_after_the_end_nobody_is_let_in_and_those_inside_stay(door: socket.socket) -> None:
    async def story() -> None:
        met: list[Doorman] = []
        listens = Listening(door, lambda: Doorman(met), backlog=5, tls=None)
        address = door.getsockname()
        with socket.create_connection(address, timeout=5) as inside:
            await _turns_until(lambda: met)
            listens.close()
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(address, timeout=5)
            assert await asyncio.to_thread(inside.recv, 5) == b"hello"

    run(story())


def test_with_no_file_left_callers_wait_and_are_let_in_later(door: socket.socket) -> None:
    refused = OSError(errno.EMFILE, "Too many open files")

    class Full(socket.socket):
        """A socket of a process that may open no more files, at first."""

        refuses = True

        def accept(self) -> tuple[socket.socket, object]:
            if Full.refuses:
                Full.refuses = False
                raise refused
            return super().accept()

    async def story() -> None:
        met: list[Doorman] = []
        with closing(Full(fileno=door.detach())) as full, patch.object(listening, "FULL_SECONDS", 0.01):
            listens = Listening(full, lambda: Doorman(met), backlog=5, tls=None)
            with socket.create_connection(full.getsockname(), timeout=5) as caller:
                assert await asyncio.to_thread(caller.recv, 5) == b"hello"
            assert not Full.refuses
            listens.close()

    run(story())

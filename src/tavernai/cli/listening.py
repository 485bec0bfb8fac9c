"""Who knocks is let in: every caller that waits, in one turn of the event loop.

uvloop takes one caller from a socket in each of its turns. With a thousand replies streaming a turn is long, and who
comes next would wait behind everybody's words: 300 callers, 300 turns. Here a turn lets in as many as wait.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable

import structlog

log = structlog.get_logger()

LET_IN_AT_ONCE = 64
"""In one turn: those inside should not wait for long either."""
FULL_SECONDS = 0.5
"""No file left to hold a caller: those inside leave in their time, and so long nobody is asked in."""
HANDSHAKE_SECONDS = 10.0


class Listening:
    """A socket that listens on the running loop, with a protocol of `make` for every caller."""

    def __init__(
        self, door: socket.socket, make: Callable[[], asyncio.Protocol], *, backlog: int, tls: ssl.SSLContext | None
    ) -> None:
        self._door, self._make, self._tls = door, make, tls
        self._loop = asyncio.get_running_loop()
        self._greeted: set[asyncio.Task[None]] = set()
        door.setblocking(False)
        door.listen(backlog)
        self._begin()

    def close(self) -> None:
        """Nobody is let in any more; those inside stay."""
        if self._door.fileno() >= 0:
            self._loop.remove_reader(self._door)
            self._door.close()
        for task in self._greeted:
            task.cancel()

    def _begin(self) -> None:
        if self._door.fileno() >= 0:
            self._loop.add_reader(self._door, self._let_in)

    def _let_in(self) -> None:
        for _ in range(LET_IN_AT_ONCE):
            try:
                caller, _address = self._door.accept()
            except (BlockingIOError, ConnectionAbortedError, InterruptedError):
                return
            except OSError as error:
                log.warning("nobody_let_in", reason=error.strerror)
                self._loop.remove_reader(self._door)
                self._loop.call_later(FULL_SECONDS, self._begin)
                return
            caller.setblocking(False)
            task = self._loop.create_task(self._greet(caller))
            self._greeted.add(task)
            task.add_done_callback(self._greeted.discard)

    async def _greet(self, caller: socket.socket) -> None:
        try:
            if self._tls is None:
                await self._loop.connect_accepted_socket(self._make, caller)
            else:
                await self._loop.connect_accepted_socket(
                    self._make, caller, ssl=self._tls, ssl_handshake_timeout=HANDSHAKE_SECONDS
                )
        except (OSError, ssl.SSLError) as error:  # they hung up, or speak no TLS: theirs to try again
            log.debug("caller_lost", reason=str(error))
            caller.close()
        except asyncio.CancelledError:
            caller.close()
            raise

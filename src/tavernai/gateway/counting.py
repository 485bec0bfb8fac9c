"""Asking a model's server how many tokens a text has: a few times, for a short while, and each text once.

Every prompt is estimated first; only one near the edge of its budget is worth asking for (agent.reply). What a server
told is kept by the text's hash. A server that does not count, or fails to, is left alone for a while; nobody hears of
it but by the prompt's account, which then names the estimate.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice
from typing import Final

from tavernai.gateway.domain import Connection
from tavernai.gateway.errors import UpstreamError
from tavernai.gateway.ports import Backend, CountsTokens

KEPT_MAX: Final = 65_536
"""Counts kept, of all servers together; a key and a number take about 150 bytes."""
TEXTS_MAX: Final = 600
"""Texts asked for in one go; a longer chat is known after a few prompts."""
AT_ONCE_MAX: Final = 8
SECONDS_MAX: Final = 2.0
REST_SECONDS: Final = 300.0


@dataclass(frozen=True, slots=True)
class Known:
    """What one server's model told so far."""

    counts: Mapping[bytes, int]
    server: bytes

    def get(self, text: str) -> int | None:
        return self.counts.get(_key(self.server, text))


class CountService:
    """Counts of the servers behind these back ends."""

    def __init__(self, backends: Mapping[str, Backend]) -> None:
        self._counters = {kind: one for kind, one in backends.items() if isinstance(one, CountsTokens)}
        self._kept: OrderedDict[bytes, int] = OrderedDict()
        self._rests: dict[bytes, float] = {}
        self._learned = 0

    def counts(self, connection: Connection) -> bool:
        """Whether it is worth asking this server."""
        rests = self._rests.get(_server(connection), 0.0)
        return connection.kind in self._counters and time.monotonic() >= rests

    def known(self, connection: Connection) -> Known:
        """What it told so far; what it tells later is in it too."""
        return Known(self._kept, _server(connection))

    async def ask(self, connection: Connection, texts: Iterable[str]) -> None:
        """Learn the counts of these texts, as many as can be had soon. Never raises for the server's sake."""
        learned = self._learned
        try:
            async with asyncio.timeout(SECONDS_MAX):
                before = await self._before(connection)
                turn = asyncio.Semaphore(AT_ONCE_MAX)
                async with asyncio.TaskGroup() as group:
                    for text in islice(texts, TEXTS_MAX):
                        group.create_task(self._one(connection, text, before=before, turn=turn))
        except* TimeoutError:
            if self._learned == learned:
                self._rest(connection)
        except* (UpstreamError, _NotCounted):
            self._rest(connection)

    def _rest(self, connection: Connection) -> None:
        self._rests[_server(connection)] = time.monotonic() + REST_SECONDS

    async def _before(self, connection: Connection) -> int:
        """What the server puts before every text."""
        known = self.known(connection).get("")
        return known if known is not None else await self._asked(connection, "")

    async def _one(self, connection: Connection, text: str, *, before: int, turn: asyncio.Semaphore) -> None:
        async with turn:
            await self._asked(connection, text, less=before)

    async def _asked(self, connection: Connection, text: str, *, less: int = 0) -> int:
        whole = text.encode("utf-8", "replace").decode()  # half of a pair cannot be sent
        count = await self._counters[connection.kind].count(whole, connection)
        if count is None:
            raise _NotCounted
        self._kept[_key(_server(connection), text)] = max(0, count - less)
        self._learned += 1
        while len(self._kept) > KEPT_MAX:
            self._kept.popitem(last=False)
        return count


class _NotCounted(Exception):
    """The server does not know the question."""


def _server(connection: Connection) -> bytes:
    name = f"{connection.kind} {connection.base_url} {connection.model}"
    return blake2b(name.encode(), digest_size=16).digest()


def _key(server: bytes, text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16, key=server).digest()

"""Does a connection work, and which model servers run on this machine? Asked of the servers themselves."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tavernai.gateway.domain import (
    ChatRequest,
    Connection,
    FoundServer,
    ModelAbout,
    ProbeResult,
    Secret,
    Timeouts,
)
from tavernai.gateway.errors import UnknownKind, UpstreamBadAnswer, UpstreamError, UpstreamRefused, UpstreamTimeout
from tavernai.gateway.kinds import LOCAL_SERVERS, LocalServer, checked_address, checked_key, checked_model
from tavernai.gateway.ports import Backend, Gateway

PROBE_SECONDS_MAX = 30.0
DISCOVERY_SECONDS = 1.0
MODELS_SHOWN_MAX = 500


class ProbeService:
    """Tries connections out; changes nothing."""

    def __init__(self, backends: Mapping[str, Backend], *, servers: Sequence[LocalServer] = LOCAL_SERVERS) -> None:
        self._backends = backends
        self._servers = servers

    async def try_given(
        self, kind: str, base_url: str | None, *, model: str = "", key: str | None = None
    ) -> ProbeResult:
        """Try what somebody is about to save. Raises UnknownKind, UnsafeAddress, InvalidInput."""
        address = checked_address(kind, base_url)
        secret = Secret(checked_key(key or ""))
        return await self.try_connection(Connection("", kind, kind, address, checked_model(model), secret))

    async def try_connection(self, connection: Connection) -> ProbeResult:
        """Whether it answers: its list of models, and a few words of the model it is set to. A failure is a result."""
        backend = self._backends.get(connection.kind)
        if backend is None:
            raise UnknownKind(kind=connection.kind, known=sorted(self._backends))
        started = time.perf_counter()
        try:
            async with asyncio.timeout(PROBE_SECONDS_MAX):
                models = await _tried(backend, connection)
        except UpstreamError as error:
            wait = error.facts.get("retry_after_seconds")
            return ProbeResult(ok=False, code=error.code, detail=_sentence(error), retry_after_seconds=wait)
        except TimeoutError:
            return ProbeResult(ok=False, code=UpstreamTimeout.code, detail=UpstreamTimeout().detail)
        spent = int((time.perf_counter() - started) * 1000)
        return ProbeResult(ok=True, latency_ms=spent, models=models[:MODELS_SHOWN_MAX])

    async def models_of(self, connection: Connection) -> list[ModelAbout]:
        """The models of its server, described. Raises UpstreamError, UnknownKind."""
        backend = self._backends.get(connection.kind)
        if backend is None:
            raise UnknownKind(kind=connection.kind, known=sorted(self._backends))
        try:
            async with asyncio.timeout(PROBE_SECONDS_MAX):
                return (await backend.describe(connection))[:MODELS_SHOWN_MAX]
        except TimeoutError:
            raise UpstreamTimeout(connection=connection.name) from None

    async def discover(self) -> list[FoundServer]:
        """Model servers that answer on this machine's own usual ports, within a second."""
        found = await asyncio.gather(*(self._look(one) for one in self._servers if one.kind in self._backends))
        return [one for one in found if one is not None]

    async def _look(self, server: LocalServer) -> FoundServer | None:
        limits = Timeouts(DISCOVERY_SECONDS, DISCOVERY_SECONDS, DISCOVERY_SECONDS)
        place = Connection("", server.name, server.kind, server.base_url, timeouts=limits)
        try:
            async with asyncio.timeout(DISCOVERY_SECONDS):
                models = await self._backends[server.kind].models(place)
        except (UpstreamError, TimeoutError):
            return None
        return FoundServer(server.kind, server.name, server.base_url, models[:MODELS_SHOWN_MAX])


@dataclass(frozen=True, slots=True)
class StatusDesk:
    """Where to ask how a connection is doing: the gateway that answers the chats, wherever it runs."""

    gateway: Gateway


async def _tried(backend: Backend, connection: Connection) -> list[ModelAbout]:
    """The models. Some servers have no list and some list to anybody, so a set model is also asked for a word."""
    try:
        models = await backend.describe(connection)
    except (UpstreamRefused, UpstreamBadAnswer):
        if not connection.model:
            raise
        models = []
    asked = connection.model or (models[0].id if models else "")
    if not asked:
        return models
    greeting = ChatRequest([{"role": "user", "content": "Hi"}], model=asked, max_tokens=16)
    try:
        await backend.complete(greeting, replace(connection, model=asked))
    except UpstreamBadAnswer:
        if not models:  # sixteen tokens may all go into a thought; a server that lists its models is one all the same
            raise
    return models


def _sentence(error: UpstreamError) -> str:
    return f"{error.detail} ({error.words})" if error.words else error.detail

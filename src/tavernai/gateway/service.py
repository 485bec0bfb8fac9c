"""Models by the name of a connection: finds the connection, asks its back end unless it rests, tells how it went."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from tavernai.gateway.breaker import Breakers
from tavernai.gateway.domain import (
    ChatRequest,
    Completion,
    Connection,
    ConnectionStatus,
    Delta,
    Embeddings,
    EmbeddingsRequest,
    ModelAbout,
    ModelInfo,
    split_reference,
)
from tavernai.gateway.errors import NoConnection, UnknownConnection, UnknownKind, UpstreamError
from tavernai.gateway.ports import Backend, ConnectionBook, Hear, Observe, Unobserved

DEFAULT_NAMES = ("", "default")
LIST_SECONDS_MAX = 3.0
LIST_KEPT_SECONDS = 30.0
ABOUT_SECONDS_MAX = 2.0
ABOUT_KEPT_SECONDS = 600.0


class GatewayService:
    """Fulfils gateway.ports.Gateway in this process."""

    def __init__(
        self,
        book: ConnectionBook,
        backends: Mapping[str, Backend],
        *,
        observe: Observe | None = None,
        breakers: Breakers | None = None,
    ) -> None:
        self._book = book
        self._backends = backends
        self._observe = observe or Unobserved()
        self._breakers = breakers or Breakers()
        self._listed: dict[tuple[str, str], tuple[float, list[str]]] = {}
        self._sizes: dict[tuple[str, str, str], tuple[float, int]] = {}
        self._asking: dict[tuple[str, str, str], asyncio.Future[int | None]] = {}

    async def resolve(self, reference: str | None) -> Connection:
        found = pick(await self._book.connections(), reference)
        return found if found.is_context_set else await self._sized(found)

    async def status(self, reference: str | None) -> ConnectionStatus:
        return self._breakers.status(pick(await self._book.connections(), reference))

    async def tell(self, reference: str | Connection | None, request: ChatRequest, hear: Hear) -> None:
        connection = await self._meant(reference)
        watched = Watched(self._observe, self._breakers, connection, hear=hear)
        try:
            await self._backend(connection).tell(request, connection, watched.saw)
            watched.code = "ok"
        except UpstreamError as error:
            watched.code = error.code
            raise
        finally:
            watched.end()

    async def complete(self, reference: str | Connection | None, request: ChatRequest) -> Completion:
        connection = await self._meant(reference)
        watched = Watched(self._observe, self._breakers, connection)
        try:
            whole = await self._backend(connection).complete(request, connection)
            watched.saw(Delta(text=whole.text, usage=whole.usage))
            watched.code = "ok"
        except UpstreamError as error:
            watched.code = error.code
            raise
        finally:
            watched.end()
        return whole

    async def embeddings(self, reference: str | Connection | None, request: EmbeddingsRequest) -> Embeddings:
        connection = await self._meant(reference)
        return await self._backend(connection).embeddings(request, connection)

    async def models(self) -> list[ModelInfo]:
        connections = await self._book.connections()
        listed = await asyncio.gather(*map(self._models_of, connections))
        return [info for infos in listed for info in infos]

    async def models_of(self, connection: Connection) -> list[str]:
        """The models one server has, asked now. Raises UpstreamError."""
        return await self._backend(connection).models(connection)

    async def describe(self, connection: Connection) -> list[ModelAbout]:
        """The models one server has and what it tells of each, asked now. Raises UpstreamError."""
        return await self._backend(connection).describe(connection)

    async def close(self) -> None:
        await asyncio.gather(
            *(backend.close() for backend in {id(one): one for one in self._backends.values()}.values())
        )

    async def _meant(self, reference: str | Connection | None) -> Connection:
        return reference if isinstance(reference, Connection) else await self.resolve(reference)

    def _backend(self, connection: Connection) -> Backend:
        try:
            return self._backends[connection.kind]
        except KeyError:
            raise UnknownKind(kind=connection.kind, known=sorted(self._backends)) from None

    async def _models_of(self, connection: Connection) -> list[ModelInfo]:
        """The connection itself, then its models; one that does not answer lists the model it is set to."""
        key = (connection.id, connection.base_url)
        at, names = self._listed.get(key, (0.0, []))
        if not at or time.monotonic() - at > LIST_KEPT_SECONDS:
            names = await self._ask_models(connection)
            self._listed[key] = time.monotonic(), names
        known = dict.fromkeys([*([connection.model] if connection.model else []), *names])
        status = self._breakers.status(connection)
        connection = connection if connection.is_context_set else await self._sized(connection)
        own = ModelInfo(connection.name, connection, connection.model, status)
        return [own, *(ModelInfo(f"{connection.name}/{name}", connection, name) for name in known)]

    async def _ask_models(self, connection: Connection) -> list[str]:
        try:
            async with asyncio.timeout(LIST_SECONDS_MAX):
                return await self.models_of(connection)
        except (UpstreamError, UnknownKind, TimeoutError):
            return []

    async def _sized(self, connection: Connection) -> Connection:
        """With the context its server tells of; as it is where the server does not say."""
        key = (connection.id, connection.base_url, connection.model)
        until, size = self._sizes.get(key, (0.0, 0))
        if time.monotonic() >= until:
            asking = self._asking.get(key)
            if asking is None:  # many may wait for one answer
                asking = self._asking[key] = asyncio.ensure_future(self._ask_size(connection))
                asking.add_done_callback(lambda _: self._asking.pop(key, None))
            told = await asyncio.shield(asking)
            # One that did not answer is asked again soon: it may only have been away.
            self._sizes[key] = time.monotonic() + (LIST_KEPT_SECONDS if told is None else ABOUT_KEPT_SECONDS), told or 0
            size = told or 0
        return replace(connection, context_tokens=size) if size else connection

    async def _ask_size(self, connection: Connection) -> int | None:
        """The size, 0 where the server does not say, None where it does not answer."""
        if self._breakers.status(connection).state != "closed":
            return None
        try:
            async with asyncio.timeout(ABOUT_SECONDS_MAX):
                known = await self.describe(connection)
        except (UpstreamError, UnknownKind, TimeoutError):
            return None
        about = next((one for one in known if one.id == connection.model), known[0] if len(known) == 1 else None)
        return (about.usable_tokens or about.context_tokens or 0) if about else 0


class Watched:
    """One answer, as the observer and the breaker hear of it. Ended by anything unforeseen, it counts as cancelled.

    Raises:
        UpstreamPaused: the connection rests.
    """

    __slots__ = ("_breakers", "_connection", "_counted", "_deltas", "_hear", "_observe", "_started", "code")

    def __init__(
        self, observe: Observe, breakers: Breakers, connection: Connection, *, hear: Hear = lambda _: None
    ) -> None:
        try:
            breakers.enter(connection)
        except UpstreamError as error:
            observe.ended(connection, code=error.code, seconds=0.0, tokens=0)
            raise
        self._breakers = breakers
        self._observe = observe
        self._connection = connection
        self._started = time.perf_counter()
        self._deltas = 0
        self._hear = hear
        self._counted: int | None = None
        self.code = "cancelled"
        observe.started(connection)

    def saw(self, delta: Delta) -> None:
        if not self._deltas:
            self._observe.first_token(self._connection, time.perf_counter() - self._started)
        self._deltas += 1
        if delta.usage:
            self._counted = delta.usage.get("completion_tokens")
        self._hear(delta)

    def end(self) -> None:
        tokens = self._deltas if self._counted is None else self._counted
        seconds = time.perf_counter() - self._started
        self._breakers.left(self._connection, self.code)
        self._observe.ended(self._connection, code=self.code, seconds=seconds, tokens=tokens)


class FixedBook:
    """The connections given at start, and no others: `tavernai gateway --backend …`."""

    def __init__(self, connections: Sequence[Connection]) -> None:
        self._connections = list(connections)

    async def connections(self) -> list[Connection]:
        return self._connections


def pick(connections: Sequence[Connection], reference: str | None) -> Connection:
    """The connection a reference means, its model set to the one asked for.

    Raises:
        NoConnection: there is none at all, or no default where one is needed.
        UnknownConnection: none of this name or id (facts: reference).
    """
    if not connections:
        raise NoConnection
    known = {name: one for one in connections for name in (one.id, one.name)}
    if reference in known:
        return known[reference]
    name, model = split_reference(reference or "")
    found = known.get(name)
    if found is None and name in DEFAULT_NAMES:
        found = next((one for one in connections if one.is_default), None)
        if found is None:
            raise NoConnection
    if found is None:
        raise UnknownConnection(reference=reference)
    return replace(found, model=model) if model else found

"""What the gateway needs from engines, and what rooms above it may ask of it."""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

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
)

Hear = Callable[[Delta], None]
"""Takes the next piece of an answer at once, without waiting. What it raises ends the answer."""


class Backend(Protocol):
    """One kind of model server. Errors are always UpstreamError; the connection's time-outs bound every wait."""

    async def tell(self, request: ChatRequest, connection: Connection, hear: Hear) -> None:
        """The answer as it is made, each piece handed to `hear`; returns when it is whole. Cancelling cancels upstream.

        An error after deltas were handed on leaves them valid. The last finish is `interrupted` when the upstream
        ended cleanly without saying that it was done. To iterate instead: gateway.streamed.
        """
        ...

    async def complete(self, request: ChatRequest, connection: Connection) -> Completion:
        """The answer in one piece."""
        ...

    async def models(self, connection: Connection) -> list[str]:
        """The names of the models this server has, in its own order."""
        ...

    async def describe(self, connection: Connection) -> list[ModelAbout]:
        """The same, with what the server tells of each."""
        ...

    async def embeddings(self, request: EmbeddingsRequest, connection: Connection) -> Embeddings:
        """One vector per text."""
        ...

    async def close(self) -> None:
        """Let go of sockets; nothing is asked of the back end afterwards."""
        ...


@runtime_checkable
class CountsTokens(Protocol):
    """A back end whose server counts tokens."""

    async def count(self, text: str, connection: Connection) -> int | None:
        """The tokens of a text, with what the server puts before every text; None: it does not know the question.

        Raises UpstreamError.
        """
        ...


class Gateway(Protocol):
    """Models by the name of a connection. In this process (GatewayService) or behind CORE_BASE_URL (RemoteGateway).

    A connection that fails again and again rests for a while: asked then, it raises UpstreamPaused.
    `reference` is a connection's name or id, `NAME/MODEL`, or None for the default; an already resolved Connection
    spares the look-up.
    """

    async def resolve(self, reference: str | None) -> Connection:
        """The connection meant, its `model` set to the one asked for. Raises UnknownConnection, NoConnection."""
        ...

    async def tell(self, reference: str | Connection | None, request: ChatRequest, hear: Hear) -> None: ...

    async def complete(self, reference: str | Connection | None, request: ChatRequest) -> Completion: ...

    async def embeddings(self, reference: str | Connection | None, request: EmbeddingsRequest) -> Embeddings: ...

    async def models(self) -> list[ModelInfo]:
        """Everything that can be asked for: each connection, then each of its models."""
        ...

    async def status(self, reference: str | None) -> ConnectionStatus:
        """How a connection is doing, without asking its server. Raises UnknownConnection, NoConnection."""
        ...

    async def close(self) -> None: ...


class ConnectionBook(Protocol):
    """Where the gateway finds connections; the people's own, or one given on the command line."""

    async def connections(self) -> list[Connection]:
        """All of them, keys opened, by name."""
        ...


class Observe(Protocol):
    """Told how each answer went; operations turn it into metrics. Must not raise and must not wait."""

    def started(self, connection: Connection) -> None: ...

    def first_token(self, connection: Connection, seconds: float) -> None: ...

    def ended(self, connection: Connection, *, code: str, seconds: float, tokens: int) -> None:
        """`code` is ok, cancelled or an upstream code; `tokens` those the provider counted, else the deltas seen."""
        ...


class Unobserved:
    """Nobody looks."""

    def started(self, connection: Connection) -> None:
        return

    def first_token(self, connection: Connection, seconds: float) -> None:
        return

    def ended(self, connection: Connection, *, code: str, seconds: float, tokens: int) -> None:
        return


class SecretBox(Protocol):
    """Seals keys for the disk. What is sealed under one `context` opens under no other."""

    def seal(self, plain: str, *, context: str) -> bytes: ...

    def open(self, sealed: bytes, *, context: str) -> str:
        """Raises SecretLost when the key file is another one than it was sealed with."""
        ...

"""What the command line needs of bootstrap, which stands above it and knows every name."""

from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from tavernai.settings import Settings

if TYPE_CHECKING:  # kept out of every start-up: these bring SQLAlchemy
    from tavernai.ledger.ports import Storage
    from tavernai.ledger.projections import Projections

Asgi = Callable[
    [
        MutableMapping[str, Any],
        Callable[[], Awaitable[MutableMapping[str, Any]]],
        Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ],
    Awaitable[None],
]


class Services(Protocol):
    """One process's services by class."""

    @property
    def settings(self) -> Settings: ...
    @property
    def storage(self) -> "Storage": ...
    @property
    def projections(self) -> "Projections": ...
    @property
    def provides(self) -> dict[type, object]: ...


@dataclass(frozen=True, slots=True)
class GivenBackend:
    """The one connection of `tavernai gateway --backend …`, named `default`."""

    kind: str
    base_url: str
    model: str
    key: str


class Host(Protocol):
    """The product, imported only when a command first needs it."""

    def open(self, settings: Settings, *, serving: bool) -> AbstractAsyncContextManager[Services]:
        """Every service over the data; `serving`: they also work on tasks. Raises FolderInUse."""
        ...

    def app(self, services: Services, *, token: str) -> Asgi:
        """The whole server; `token` opens its control door."""
        ...

    async def begin_stop(self, services: Services) -> None:
        """Let go of everybody who listens, so that open streams end and the server can stop."""
        ...

    def gateway(self, settings: Settings, backend: GivenBackend | None) -> AbstractAsyncContextManager[Asgi]:
        """Core alone, over the stored connections or over the one given."""
        ...

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document."""
        ...

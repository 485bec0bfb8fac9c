"""`tavernai` and `python -m tavernai`: hands the product to the command line, unopened until a command needs it."""

import sys
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, cast

from tavernai.cli.host import Asgi, GivenBackend, Services
from tavernai.settings import Settings


class Product:
    """Fulfils cli.host.Host. Imports inside: `tavernai --help` must not wait for a web server and a database."""

    def open(self, settings: Settings, *, serving: bool) -> AbstractAsyncContextManager[Services]:
        from tavernai.bootstrap import open_services

        return open_services(settings, serving=serving)

    def app(self, services: Services, *, token: str) -> Asgi:
        from tavernai.bootstrap import web_app
        from tavernai.cli.commands import COMMANDS
        from tavernai.http.control import Control
        from tavernai.process import Services as Opened

        return cast(Asgi, web_app(cast(Opened, services), control=Control(COMMANDS, services, token=token)))

    async def begin_stop(self, services: Services) -> None:
        from tavernai.streaming.hub import Hub

        hub = services.provides.get(Hub)
        if isinstance(hub, Hub):
            await hub.stop()

    @asynccontextmanager
    async def gateway(self, settings: Settings, backend: GivenBackend | None) -> AsyncIterator[Asgi]:
        from tavernai.bootstrap import open_gateway

        async with open_gateway(settings, backend) as app:
            yield cast(Asgi, app)

    def openapi(self) -> dict[str, Any]:
        from tavernai.http.app import openapi_document
        from tavernai.rooms import ROUTERS

        return openapi_document(ROUTERS)


def main() -> None:
    """Run the command line."""
    from tavernai.cli.app import run_cli

    sys.exit(run_cli(Product()))


if __name__ == "__main__":
    main()

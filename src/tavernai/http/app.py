"""The app: every room's endpoints behind one door.

Door -> /core (the gateway's own app) | /control | rooms (FastAPI) -> the built page for everything else
"""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from starlette.exceptions import HTTPException
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.routing import BaseRoute, Mount, Route, Router
from starlette.types import ASGIApp

from tavernai import __version__
from tavernai.http import docs, health
from tavernai.http.bodies import BodyRule
from tavernai.http.control import CONTROL_PATH, Control
from tavernai.http.door import Door
from tavernai.http.errors import on_http_exception, on_invalid, on_refusal
from tavernai.http.hosts import HostRule, OriginRule
from tavernai.http.openapi import DESCRIPTION, TITLE, document, operation_id
from tavernai.http.static import WebApp
from tavernai.http.switchboard import Switchboard
from tavernai.kernel.errors import TavernError
from tavernai.settings import Settings

OPENAPI_PATH = "/api/openapi.json"
HANDLERS: dict[Any, Any] = {
    TavernError: on_refusal,
    HTTPException: on_http_exception,
    RequestValidationError: on_invalid,
}


def create_app(
    services: Mapping[type, object],
    routers: Sequence[APIRouter],
    *,
    settings: Settings,
    core_app: ASGIApp | None = None,
    routes: Sequence[BaseRoute] = (),
    control: Control | None = None,
    web: WebApp | None = None,
) -> Door:
    """The whole server as one ASGI callable.

    Args:
        services: what endpoints ask for by `provided(cls)`.
        routers: every room's.
        core_app: the gateway, under /core.
        routes: Starlette routes that come before the rooms, for raw ASGI callables.
        control: what the command line speaks to; none for a server without a data folder of its own.
        web: the built page; the packaged one when not given.
    """
    site = build_site(services, routers)
    site.router.default = web or WebApp()
    first = list(routes)
    if core_app is not None:
        first.append(Mount("/core", core_app))
    if control is not None:
        first.append(Route(CONTROL_PATH, control, methods=["POST"]))
    return Door(
        Router(first, default=site, redirect_slashes=False),
        hosts=HostRule(settings.host, settings.allowed_hosts),
        origins=OriginRule(settings.allowed_origins),
        bodies=BodyRule(bytes_max=settings.body_bytes_max, upload_bytes_max=settings.upload_bytes_max),
    )


def build_site(services: Mapping[type, object], routers: Sequence[APIRouter]) -> "Site":
    """The rooms' part of the app; with no services it still has its document."""
    site = Site(
        title=TITLE,
        version=__version__,
        description=DESCRIPTION,
        openapi_url=OPENAPI_PATH,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=operation_id,
        exception_handlers=HANDLERS,
    )
    site.state.provides = dict(services)
    site.router.routes.extend(docs.ROUTES)
    for router in (health.router, *routers):
        site.include_room(router)
    return site


def openapi_document(routers: Sequence[APIRouter]) -> dict[str, Any]:
    """What `tavernai openapi` prints and api/openapi.json holds."""
    return build_site({}, routers).openapi()


class Site(FastAPI):
    """FastAPI with our document, a switchboard, and without the layers that the door replaces."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.rooms: list[tuple[Sequence[BaseRoute], Sequence[BaseRoute]]] = []

    def include_room(self, router: APIRouter) -> None:
        """As include_router; FastAPI alone would look through every included router, twice, for each request."""
        before = len(self.router.routes)
        self.include_router(router)
        self.rooms.append((router.routes, self.router.routes[before:]))

    def openapi(self) -> dict[str, Any]:
        if not self.openapi_schema:
            self.openapi_schema = document(self)
        return self.openapi_schema

    def build_middleware_stack(self) -> ASGIApp:
        # No ServerErrorMiddleware and no body limit: the door does both, and each would wrap `send` once more.
        handlers: dict[Any, Any] = dict(self.exception_handlers)
        board = Switchboard(self.rooms, self.router)
        return ExceptionMiddleware(AsyncExitStackMiddleware(board), handlers=handlers)

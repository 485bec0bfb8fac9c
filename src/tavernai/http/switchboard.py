"""Which room a path belongs to, by its first two parts: a route is looked for among a room's few."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from starlette.routing import BaseRoute, Router
from starlette.types import ASGIApp, Receive, Scope, Send


class Switchboard:
    """Routes by what their paths begin with; whatever begins with a parameter, or is no room's, goes to `default`."""

    def __init__(self, included: Iterable[tuple[Sequence[BaseRoute], Sequence[BaseRoute]]], default: ASGIApp) -> None:
        """`included`: the routes of a router, and what stands for them in the app."""
        self._default = default
        rooms: dict[str, list[BaseRoute]] = defaultdict(list)
        for routes, standing in included:
            for room in dict.fromkeys(_room_of(getattr(route, "path", "")) for route in routes):
                rooms[room] += standing
        self._rooms = {
            room: Router(own, default=default, redirect_slashes=False) for room, own in rooms.items() if "{" not in room
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        room = self._rooms.get(_room_of(scope["path"])) if scope["type"] == "http" else None
        await (room or self._default)(scope, receive, send)


def _room_of(path: str) -> str:
    """`/api/conversations/{id}:undo` belongs to `/api/conversations`."""
    parts = path.split("/", 3)
    return "/".join(parts[:3]).partition(":")[0]

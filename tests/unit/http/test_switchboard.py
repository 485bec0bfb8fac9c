"""The switchboard leads where the long list of routes would lead."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, Router
from starlette.testclient import TestClient

from tavernai.http.switchboard import Switchboard


def says(word: str) -> Route:
    async def answer(request: Request) -> PlainTextResponse:
        return PlainTextResponse(f"{word} {request.path_params}")

    return Route(word, answer, methods=["GET"])


ROUTES = [says("/api/rooms"), says("/api/rooms/{id}"), says("/api/rooms:empty"), says("/{anything}/else")]


def test_every_path_finds_what_a_walk_through_all_routes_finds() -> None:
    everything = Router(ROUTES, redirect_slashes=False)
    board, walk = (
        TestClient(Switchboard([(ROUTES[:2], ROUTES[:2]), (ROUTES[2:], ROUTES[2:])], everything)),
        TestClient(everything),
    )
    for path in ("/api/rooms", "/api/rooms/7", "/api/rooms:empty", "/some/else", "/api/rooms/7/8", "/nobody", "/"):
        for ask in ("GET", "POST"):
            there, here = walk.request(ask, path), board.request(ask, path)
            assert (here.status_code, here.text) == (there.status_code, there.text), (ask, path)

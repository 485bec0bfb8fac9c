"""Commands of `tavernai` that go through the running server: only from this machine, only with the token of its notes.

Not part of the API: the command line and the server are always of one version.
"""

import ipaddress
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson
import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from tavernai.accounts.guards import bearer_token
from tavernai.accounts.tokens import same
from tavernai.kernel.errors import Forbidden, MalformedInput, NotFound, TavernError

CONTROL_PATH = "/control/commands"
FORWARDED = (b"forwarded", b"x-forwarded-for", b"via")

Command = Callable[[Any, Mapping[str, Any]], Awaitable[Any]]
log = structlog.get_logger()


class Control:
    """ASGI: runs one command of the table and answers what it returned."""

    def __init__(self, commands: Mapping[str, Command], services: Any, *, token: str) -> None:
        self._commands = commands
        self._services = services
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not is_from_here(scope) or not same(bearer_token(scope), self._token):
            raise Forbidden
        name, args = _order(await Request(scope, receive).body())
        log.info("command", name=name)
        answer = Response(orjson.dumps(await self._run(name, args), default=str), media_type="application/json")
        await answer(scope, receive, send)

    async def _run(self, name: str, args: Mapping[str, Any]) -> dict[str, Any]:
        """The result, or the refusal: both are answers, so that no other program's 404 is taken for ours."""
        try:
            command = self._commands.get(name)
            if command is None:
                raise NotFound(f"The running server knows no command {name!r}; is it of another version?")
            return {"result": await command(self._services, args)}
        except TavernError as refusal:
            return {"refused": {"code": refusal.code, "detail": refusal.detail, "facts": refusal.facts}}


def is_from_here(scope: Scope) -> bool:
    """Whether the other end is a program on this machine and no proxy stands between."""
    client, server = scope.get("client"), scope.get("server")
    if client is None or any(name in FORWARDED for name, _ in scope["headers"]):
        return False
    try:
        is_loopback = ipaddress.ip_address(client[0]).is_loopback
    except ValueError:
        return False
    # A server that listens on one outer address alone is reached from here by that very address.
    return is_loopback or (server is not None and client[0] == server[0])


def _order(body: bytes) -> tuple[str, dict[str, Any]]:
    try:
        order = orjson.loads(body)
        name, args = order["command"], order["args"]
    except (ValueError, TypeError, KeyError):
        raise MalformedInput from None
    if not isinstance(name, str) or not isinstance(args, dict):
        raise MalformedInput
    return name, args

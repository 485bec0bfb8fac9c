"""How much a request may bring."""

import re
from collections.abc import Awaitable, Callable

from starlette.types import Message, Receive, Scope

from tavernai.accounts.guards import header
from tavernai.kernel.errors import MalformedInput, TooLarge

# Routes that take files; every other takes JSON.
UPLOADS = re.compile(
    r"/api/characters/import|/api/characters/[^/]+/avatar|/api/config/import/[a-z]+|/api/extensions/install"
)


class BodyRule:
    """Bounds bodies: by what is announced, and by what comes when nothing is."""

    def __init__(self, *, bytes_max: int, upload_bytes_max: int) -> None:
        self._bytes_max = bytes_max
        self._upload_bytes_max = upload_bytes_max

    def bounded(self, scope: Scope, receive: Receive) -> Receive:
        """How to receive this request's body. Raises TooLarge, MalformedInput (a length that is no number)."""
        if scope["path"].startswith("/core/"):
            return receive  # the gateway bounds its own: prompts are long
        limit = self._upload_bytes_max if UPLOADS.fullmatch(scope["path"]) else self._bytes_max
        announced = header(scope, b"content-length")
        if announced:
            if not announced.isdecimal():
                raise MalformedInput
            if int(announced) > limit:
                raise TooLarge(bytes_max=limit)
            return receive  # the protocol holds the sender to the length announced
        if not header(scope, b"transfer-encoding"):
            return receive  # no body at all
        return _counted(receive, limit)


def _counted(receive: Callable[[], Awaitable[Message]], limit: int) -> Receive:
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise TooLarge(bytes_max=limit)
        return message

    return counted

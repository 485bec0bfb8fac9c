"""How an endpoint asks for the service it speaks to: by its class, out of the app that bootstrap wired; file names."""

from typing import Any
from urllib.parse import quote

import orjson
from fastapi import Depends
from starlette.requests import HTTPConnection
from starlette.responses import Response


def provided(cls: type) -> Any:
    """A dependency that hands out the one instance of `cls` this app was built with.

    Chat = Annotated[ChatService, provided(ChatService)]
    """

    # async although nothing waits: FastAPI sends a plain function through a thread, at every request.
    async def find(connection: HTTPConnection) -> Any:
        return connection.app.state.provides[cls]

    return Depends(find)


def long_list(**answer: Any) -> Response:
    """An answer already of its declared shape, as bytes at once.

    For lists that are asked for all day: building a model of every item and taking it apart again costs more than
    reading the items. tests/acceptance/agent/test_long_lists.py holds the shapes to their models.
    """
    return Response(orjson.dumps(answer), media_type="application/json")


def attachment(name: str) -> str:
    """The Content-Disposition of a file to be kept, in the form old and new browsers read."""
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in " ._-") else "_" for sign in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"

"""How an endpoint asks for the service it speaks to: by its class, out of the app that bootstrap wired."""

from typing import Any

from fastapi import Depends
from starlette.requests import HTTPConnection


def provided(cls: type) -> Any:
    """A dependency that hands out the one instance of `cls` this app was built with.

    Chat = Annotated[ChatService, provided(ChatService)]
    """

    # async although nothing waits: FastAPI sends a plain function through a thread, at every request.
    async def find(connection: HTTPConnection) -> Any:
        return connection.app.state.provides[cls]

    return Depends(find)

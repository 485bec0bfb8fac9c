"""What an endpoint asks for: a signed-in person who may do this.

    who: Annotated[Principal, Depends(allows("characters"))]

Every route says one of `allows`, `signed_in`, `in_person`, `optional`; the table in
tests/acceptance/http/test_route_table.py holds the verdicts.
"""

from collections.abc import Awaitable, Callable
from http.cookies import CookieError, SimpleCookie
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection
from starlette.types import Scope

from tavernai.accounts.domain import SCOPES, Principal
from tavernai.accounts.errors import CsrfRefused, SessionNeeded
from tavernai.accounts.gate import Gate
from tavernai.accounts.tokens import csrf_token, same
from tavernai.kernel.errors import Forbidden, NotSignedIn

COOKIE = "tavern_session"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

__all__ = [
    "COOKIE",
    "Gate",
    "Principal",
    "allows",
    "authenticate",
    "authorize_key",
    "in_person",
    "optional",
    "signed_in",
]


def header(scope: Scope, name: bytes) -> str:
    """The first value of a header, empty when it was not sent."""
    for key, value in scope["headers"]:
        if key == name:
            return str(value, "latin-1")
    return ""


def session_token(scope: Scope) -> str:
    """The session cookie's value, empty without one."""
    try:
        morsel = SimpleCookie(header(scope, b"cookie")).get(COOKIE)
    except CookieError:
        return ""
    return morsel.value if morsel else ""


def bearer_token(scope: Scope) -> str:
    """What stands after `Authorization: Bearer`, empty without it."""
    kind, _, token = header(scope, b"authorization").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


async def identify(gate: Gate, scope: Scope) -> Principal | None:
    """Who sent this request, of FastAPI or raw ASGI alike; None when nobody says so.

    Raises:
        NotSignedIn: a key was sent, but it is none of ours or revoked.
        CsrfRefused: a change with a cookie, without the page's token.
    """
    key = bearer_token(scope)
    if key:
        return await gate.by_key(key)
    token = session_token(scope)
    who = await gate.by_session(token) if token else None
    if who is not None and _is_change(scope) and not same(header(scope, b"x-csrf-token"), csrf_token(token)):
        raise CsrfRefused
    return who


def _is_change(scope: Scope) -> bool:
    return bool(scope["type"] == "http" and scope["method"] not in SAFE_METHODS)


async def authenticate(gate: Gate, scope: Scope) -> Principal:
    """As `identify`, and somebody must be there. Raises NotSignedIn."""
    who = await identify(gate, scope)
    if who is None:
        raise NotSignedIn
    return who


async def authorize_key(gate: Gate, token: str, scope: str) -> Principal:
    """The person behind an API key that may do `scope`. Raises NotSignedIn, Forbidden."""
    who = await gate.by_key(token)
    if not who.may(scope):
        raise Forbidden(scope=scope)
    return who


async def optional(connection: HTTPConnection) -> Principal | None:
    """Who is there, if anybody: for what everybody may see."""
    return await identify(connection.app.state.provides[Gate], connection.scope)


async def signed_in(who: Annotated[Principal | None, Depends(optional)]) -> Principal:
    """Anybody with an account, through any door."""
    if who is None:
        raise NotSignedIn
    return who


async def in_person(who: Annotated[Principal, Depends(signed_in)]) -> Principal:
    """Somebody who signed in: for keys, passwords and sessions, which a key must not hand on."""
    if who.via != "session":
        raise SessionNeeded
    return who


def allows(scope: str, owner: bool = False) -> Callable[..., Awaitable[Principal]]:
    """A guard for things of this scope; `owner`: for owners only."""
    if scope not in SCOPES:
        raise ValueError(f"no such scope: {scope}")

    async def guard(who: Annotated[Principal, Depends(signed_in)]) -> Principal:
        if not who.may(scope, owner=owner):
            raise Forbidden(scope=scope, owner=owner)
        return who

    return guard

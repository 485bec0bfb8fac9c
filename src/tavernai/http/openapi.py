"""The one OpenAPI document: what FastAPI knows, with our errors and our two ways in."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from tavernai import __version__
from tavernai.http.errors import MEDIA_TYPE

TITLE = "TavernAI Plus"
DESCRIPTION = (
    "Role-play with AI characters on a ledger that forgets nothing. "
    "Sign in with `Authorization: Bearer tvk_…` or with the session cookie of `POST /api/auth/sign-in` "
    "and the header `X-CSRF-Token` on every change."
)
METHODS = ("get", "put", "post", "delete", "patch")
OPEN = {"read_setup", "set_up", "sign_in", "read_health"}
"""Operations that ask for nobody."""

PROBLEM = {
    "title": "Problem",
    "type": "object",
    "description": "Why something was refused. `code` is stable and listed in docs/reference/errors.md.",
    "required": ["type", "title", "status", "code", "detail", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string", "description": "A sentence for people."},
        "facts": {"type": "object", "additionalProperties": True},
        "request_id": {"type": "string"},
    },
}
REFUSED = {
    "description": "Refused; `code` says why.",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
SECURITY_SCHEMES = {
    "key": {"type": "http", "scheme": "bearer", "description": "An API key, `tvk_…`."},
    "session": {"type": "apiKey", "in": "cookie", "name": "tavern_session"},
}


def operation_id(route: APIRoute) -> str:
    """A function's name is its operation's: unique and telling, checked below."""
    return route.name


def document(app: FastAPI) -> dict[str, Any]:
    """The document. Raises ValueError when two operations share a name."""
    made = get_openapi(title=TITLE, version=__version__, description=DESCRIPTION, routes=app.routes)
    schemas = made.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["Problem"] = PROBLEM
    made["components"]["securitySchemes"] = SECURITY_SCHEMES
    seen: set[str] = set()
    for operation in operations(made):
        if operation["operationId"] in seen:
            raise ValueError(f"two operations are called {operation['operationId']}")
        seen.add(operation["operationId"])
        _finish(operation)
    _complete_answers(made)
    return made


def operations(made: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every operation of a document."""
    for path in made["paths"].values():
        for method in METHODS:
            if method in path:
                yield path[method]


def _finish(operation: dict[str, Any]) -> None:
    operation["responses"].pop("422", None)
    operation["responses"]["default"] = REFUSED
    operation["security"] = [] if operation["operationId"] in OPEN else [{"key": []}, {"session": []}]


def _complete_answers(made: dict[str, Any]) -> None:
    """A field with a default may be left out of a question, but an answer always has it: say so."""
    schemas = made["components"]["schemas"]
    asked = reached([operation.get("requestBody") for operation in operations(made)], schemas)
    told = reached([operation["responses"] for operation in operations(made)], schemas)
    for name in told - asked - {"Problem"}:
        if "properties" in schemas[name]:
            schemas[name]["required"] = list(schemas[name]["properties"])


def reached(start: Any, schemas: dict[str, Any]) -> set[str]:
    """Names of the schemas that a value refers to, directly or through others."""
    found: set[str] = set()
    waiting = list(_references(start))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _references(schemas[name])
    return found


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"].rpartition("/")[2]
        for item in value.values():
            yield from _references(item)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)

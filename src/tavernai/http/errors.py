"""The one place where a refusal becomes an answer: application/problem+json, and never what was sent.

A status of 500 or above that nobody foresaw says only that it happened and under which id the log tells more.
"""

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import Scope
from starlette.websockets import WebSocket, WebSocketState

from tavernai.kernel.errors import TavernError

MEDIA_TYPE = "application/problem+json"
FIELDS_MAX = 50

# What the framework refuses by itself: status -> (code, detail).
FRAMEWORK = {
    400: ("malformed_input", "The request could not be read."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take this method."),
    413: ("too_large", "That is larger than this server takes."),
    415: ("unsupported_input", "This kind of file or content is not understood."),
    500: ("unexpected", "Something went wrong that nobody foresaw; the server's log tells more under this request id."),
}


def request_id(scope: Scope) -> str:
    """The id that answer, log and problem of one request share."""
    return str(scope.get("state", {}).get("request_id", ""))


def problem(scope: Scope, error: TavernError) -> Response:
    """A refusal of ours as an answer."""
    headers: dict[str, str] = {}
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if "retry_after_seconds" in error.facts:
        headers["Retry-After"] = str(error.facts["retry_after_seconds"])
    return _answer(scope, status=error.status, code=error.code, detail=error.detail, facts=error.facts, headers=headers)


def unexpected(scope: Scope) -> Response:
    """The answer to a mistake of ours."""
    code, detail = FRAMEWORK[500]
    return _answer(scope, status=500, code=code, detail=detail)


async def on_refusal(connection: HTTPConnection, error: Exception) -> Response | None:
    """Handler of TavernError."""
    assert isinstance(error, TavernError)
    return await _told(connection, problem(connection.scope, error))


async def on_http_exception(connection: HTTPConnection, error: Exception) -> Response | None:
    """Handler of what the framework raises; a refusal of ours that it wrapped while reading comes out again."""
    assert isinstance(error, HTTPException)
    if isinstance(error.__cause__, TavernError):
        return await on_refusal(connection, error.__cause__)
    code, detail = FRAMEWORK.get(error.status_code, ("refused", HTTPStatus(error.status_code).phrase))
    headers = dict(error.headers or {})
    answer = _answer(connection.scope, status=error.status_code, code=code, detail=detail, headers=headers)
    return await _told(connection, answer)


async def on_invalid(connection: HTTPConnection, error: Exception) -> Response | None:
    """Handler of input that does not fit its schema: which fields, and why; never their values."""
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    if any(one["type"] == "json_invalid" for one in found):
        code, detail = FRAMEWORK[400]
        return _answer(connection.scope, status=400, code=code, detail=detail)
    facts = {"fields": _fields(found)}
    detail = "; ".join(f"{one['field']}: {one['problem']}" for one in facts["fields"][:3])
    return _answer(connection.scope, status=422, code="invalid_input", detail=detail, facts=facts)


def _fields(found: Sequence[Any]) -> list[dict[str, str]]:
    return [{"field": _place(one["loc"]), "problem": str(one["msg"])} for one in found[:FIELDS_MAX]]


def _place(loc: Iterable[Any]) -> str:
    """`body.card.name`: where it is; a key somebody made up is cut short."""
    return ".".join(str(part)[:64] for part in loc)


async def _told(connection: HTTPConnection, answer: Response) -> Response | None:
    if not isinstance(connection, WebSocket):
        return answer
    if connection.application_state is WebSocketState.CONNECTING and can_refuse(connection.scope):
        await connection.send_denial_response(answer)
    else:
        await connection.close(code=4000 + answer.status_code)
    return None


def can_refuse(scope: Scope) -> bool:
    """Whether a socket that was not taken can be told why, as any request is."""
    return "websocket.http.response" in scope.get("extensions", {})


def _answer(
    scope: Scope,
    *,
    status: int,
    code: str,
    detail: str,
    facts: Mapping[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    body: dict[str, Any] = {
        "type": f"urn:tavernai:error:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
    }
    if facts:
        body["facts"] = facts
    body["request_id"] = request_id(scope)
    data = orjson.dumps(body, default=str)
    return Response(data, status, headers=headers, media_type=MEDIA_TYPE)

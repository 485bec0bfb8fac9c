"""What stands before every room: Host, Origin, sizes, headers, problems, the log."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.acceptance.http.conftest import Site
from tests.support.people import Person

PROBLEM = {"type", "title", "status", "code", "detail", "request_id"}


async def test_a_rebound_name_is_turned_away_on_every_route(nobody: Person) -> None:
    for path in ("/", "/health", "/api/setup", "/api/nothing"):
        answer = await nobody.get(path, headers={"Host": "evil.example"})
        assert (answer.status, answer.json()["code"]) == (421, "host_refused")


async def test_a_name_that_was_configured_passes(site: Site) -> None:
    async with site(TAVERNAI_ALLOWED_HOSTS="tavern.example") as url, Person(url) as person:
        assert (await person.get("/health", headers={"Host": "tavern.example"})).status == 200


async def test_another_site_s_page_may_neither_change_nor_read(nobody: Person, owner: Person) -> None:
    for origin in ("https://evil.example", "null"):
        headers = {"Origin": origin}
        sent = await owner.post("/api/auth/sign-out", headers=headers)
        assert (sent.status, sent.json()["code"]) == (403, "origin_refused")
        asked = await nobody.get("/api/setup", headers=headers)
        assert asked.status == 403
        assert "Access-Control-Allow-Origin" not in asked.headers
    assert (await owner.get("/api/auth/me")).status == 200


async def test_our_own_page_may(owner: Person) -> None:
    assert (await owner.post("/api/auth/sign-out", headers={"Origin": owner.url})).status == 204


async def test_a_configured_origin_gets_cors_headers_for_itself_alone(site: Site) -> None:
    async with site(TAVERNAI_ALLOWED_ORIGINS="https://app.example") as url, Person(url) as person:
        answer = await person.get("/api/setup", headers={"Origin": "https://app.example"})
        assert answer.headers["Access-Control-Allow-Origin"] == "https://app.example"
        assert answer.headers["Access-Control-Allow-Credentials"] == "true"
        assert "Origin" in answer.headers["Vary"]
        plain = await person.get("/api/setup")
        assert "Access-Control-Allow-Origin" not in plain.headers


async def test_a_preflight_is_answered_for_configured_origins_alone(site: Site) -> None:
    async with site(TAVERNAI_ALLOWED_ORIGINS="https://app.example") as url, Person(url) as person:
        asks = {"Access-Control-Request-Method": "POST"}
        fine = await person.ask("OPTIONS", "/api/setup", headers=asks | {"Origin": "https://app.example"})
        assert fine.status == 204
        assert "POST" in fine.headers["Access-Control-Allow-Methods"]
        assert "X-CSRF-Token" in fine.headers["Access-Control-Allow-Headers"]
        assert (
            await person.ask("OPTIONS", "/api/setup", headers=asks | {"Origin": "https://evil.example"})
        ).status == 403


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/api/nothing", None, 404, "not_found"),
        ("DELETE", "/api/setup", None, 405, "method_not_allowed"),
        ("POST", "/index.html", None, 405, "method_not_allowed"),
        ("GET", "/api/chat", None, 401, "not_signed_in"),
        ("POST", "/api/auth/sign-in", {"username": "ada"}, 422, "invalid_input"),
        ("POST", "/api/auth/sign-in", {"username": "ada", "password": "x", "more": 1}, 422, "invalid_input"),
        ("GET", "/api/broken", None, 500, "unexpected"),
    ],
)
async def test_every_refusal_is_a_problem(
    nobody: Person, method: str, path: str, body: object, status: int, code: str
) -> None:
    answer = await nobody.ask(method, path, body)
    problem = answer.json()
    assert (answer.status, problem["status"], problem["code"]) == (status, status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert set(problem) - {"facts"} == PROBLEM
    assert problem["request_id"] == answer.headers["X-Request-ID"]


async def test_a_body_that_is_no_json_could_not_be_read(nobody: Person) -> None:
    answer = await nobody.ask("POST", "/api/shape", data=b'{"a": ', headers={"Content-Type": "application/json"})
    assert (answer.status, answer.json()["code"]) == (400, "malformed_input")


async def test_invalid_input_names_the_field_and_never_its_value(nobody: Person) -> None:
    body = {"username": "ada", "password": {"hunter2": "hunter2"}}
    answer = await nobody.post("/api/auth/sign-in", body)
    assert answer.json()["facts"]["fields"][0]["field"] == "body.password"
    assert b"hunter2" not in answer.body


async def test_a_mistake_of_ours_tells_the_log_and_not_the_client(nobody: Person, log: list[Any]) -> None:
    answer = await nobody.get("/api/broken")
    assert answer.status == 500
    assert b"hunter2" not in answer.body
    [line] = [line for line in log if line["event"] == "request_failed"]
    assert line["request_id"] == answer.headers["X-Request-ID"]


async def test_the_log_tells_the_route_and_not_the_question(nobody: Person, log: list[Any]) -> None:
    await nobody.get("/api/setup?q=a+private+question", headers={"X-Request-ID": "my-request-1"})
    [line] = [line for line in log if line["event"] == "request"]
    assert (line["path"], line["status"], line["request_id"]) == ("/api/setup", 200, "my-request-1")
    assert "private" not in str(log)


async def test_a_request_id_of_a_strange_shape_is_replaced(nobody: Person) -> None:
    answer = await nobody.get("/api/setup", headers={"X-Request-ID": "x" * 300})
    assert len(answer.headers["X-Request-ID"]) == 36


async def test_a_body_announced_too_large_is_refused_unread(site: Site) -> None:
    async with site(TAVERNAI_BODY_BYTES_MAX="65536") as url, Person(url) as person:
        answer = await person.ask("POST", "/api/echo", data=b"x" * 65537)
        assert (answer.status, answer.json()["code"]) == (413, "too_large")
        assert (await person.ask("POST", "/api/echo", data=b"x" * 65536)).ok() == {"bytes": 65536}


@pytest.mark.parametrize("path", ["/api/echo", "/api/shape"])
async def test_a_body_of_unknown_length_is_cut_off_where_it_becomes_too_large(site: Site, path: str) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield b" " * 4096

    async with site(TAVERNAI_BODY_BYTES_MAX="65536") as url, Person(url) as person:
        headers = {"Content-Type": "application/json"}
        answer = await person.ask("POST", path, data=endless(), headers=headers)
        assert (answer.status, answer.json()["code"]) == (413, "too_large")


async def test_every_answer_carries_the_security_headers(nobody: Person) -> None:
    for path in ("/", "/api/setup", "/api/nothing", "/assets/app-1a2b.js", "/api/docs"):
        headers = (await nobody.get(path)).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "geolocation=()" in headers["Permissions-Policy"]


async def test_the_document_holds_every_operation_under_its_own_name(nobody: Person) -> None:
    document = json.loads((await nobody.get("/api/openapi.json")).body)
    names = [one["operationId"] for path in document["paths"].values() for one in path.values()]
    assert len(names) == len(set(names))
    assert "sign_in" in names
    assert document["paths"]["/api/auth/sign-in"]["post"]["security"] == []
    assert "/control/commands" not in document["paths"]
    refused = document["paths"]["/api/users"]["get"]["responses"]["default"]
    assert "application/problem+json" in refused["content"]

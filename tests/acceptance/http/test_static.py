"""The built page, served."""

import base64
import gzip
import hashlib
from pathlib import Path

import pytest

from tavernai.http.static import WebApp
from tests.acceptance.http.conftest import PAGE, SCRIPT, Site
from tests.support.people import Person

MISSING = (
    *("/api/x", "/v1/x", "/core", "/metrics", "/control/commands"),
    *("/assets/old-9f.js", "/favicon.ico", "/secret.txt.bak"),
    *("/../settings.py", "/%2e%2e/settings.py", "/assets/../../x.js"),
)
PLAIN = {"Accept-Encoding": "identity"}


@pytest.mark.parametrize("path", ["/", "/characters", "/chat/0190-abc/why", "/console/audit"])
async def test_every_address_the_app_routes_is_the_page(nobody: Person, path: str) -> None:
    answer = await nobody.get(path, headers=PLAIN)
    assert answer.status == 200
    assert answer.body.decode() == PAGE
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "path",
    MISSING,
)
async def test_what_is_not_there_is_a_problem_and_not_the_page(nobody: Person, path: str) -> None:
    answer = await nobody.get(path, headers=PLAIN)
    assert answer.status == 404
    assert answer.headers["Content-Type"] == "application/problem+json"


async def test_the_page_runs_under_a_policy_with_the_hashes_of_its_own_blocks(nobody: Person) -> None:
    policy = (await nobody.get("/")).headers["Content-Security-Policy"]
    for block in (b"boot()", b"b{color:red}"):
        assert f"'sha256-{base64.b64encode(hashlib.sha256(block).digest()).decode()}'" in policy
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy


async def test_hashed_files_are_kept_for_ever_and_others_asked_for_again(nobody: Person) -> None:
    assert "immutable" in (await nobody.get("/assets/app-1a2b.js")).headers["Cache-Control"]
    worker = await nobody.get("/sw.js")
    assert worker.headers["Cache-Control"] == "no-cache"
    assert worker.headers["Content-Type"] == "text/javascript; charset=utf-8"


async def test_the_service_worker_may_fetch_what_is_ours_and_nothing_else(nobody: Person) -> None:
    policy = (await nobody.get("/sw.js")).headers["Content-Security-Policy"]
    assert policy == "default-src 'none'; script-src 'self'; connect-src 'self'"


async def test_what_is_shared_past_the_worker_is_answered_by_the_page(nobody: Person) -> None:
    answer = await nobody.post("/share", data=b"--x--", allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/characters?shared=0")
    assert (await nobody.get("/share", headers=PLAIN)).body.decode() == PAGE


@pytest.mark.parametrize(
    ("accepted", "encoding", "body"),
    [
        ("gzip, br", "br", b"brotli script"),
        ("gzip", "gzip", gzip.compress(SCRIPT, mtime=0)),
        ("identity", None, SCRIPT),
    ],
)
async def test_a_file_comes_in_the_smallest_form_the_browser_takes(
    nobody: Person, accepted: str, encoding: str | None, body: bytes
) -> None:
    assert nobody._session is not None
    nobody._session._auto_decompress = False
    answer = await nobody.get("/assets/app-1a2b.js", headers={"Accept-Encoding": accepted})
    assert answer.headers.get("Content-Encoding") == encoding
    assert answer.body == body
    assert answer.headers["Vary"] == "Accept-Encoding"


async def test_what_the_browser_has_already_is_not_sent_again(nobody: Person) -> None:
    tag = (await nobody.get("/", headers=PLAIN)).headers["Etag"]
    answer = await nobody.get("/", headers=PLAIN | {"If-None-Match": f"W/{tag}"})
    assert (answer.status, answer.body) == (304, b"")


async def test_a_head_request_tells_the_length_and_sends_nothing(nobody: Person) -> None:
    answer = await nobody.ask("HEAD", "/", headers=PLAIN)
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["Content-Length"] == str(len(PAGE))


async def test_a_server_without_a_built_page_says_so_and_serves_the_api(site: Site, tmp_path: Path) -> None:
    async with site(web=WebApp(tmp_path / "nothing")) as url, Person(url) as person:
        page = await person.get("/")
        assert page.status == 200
        assert b"make run" in page.body
        assert (await person.get("/api/setup")).status == 200


async def test_the_api_has_a_page_of_its_own_with_nothing_from_elsewhere(nobody: Person) -> None:
    page = await nobody.get("/api/docs")
    assert page.status == 200
    assert b"//" not in page.body.replace(b"<!doctype html>", b"")
    for name in ("console.js", "console.css"):
        assert (await nobody.get(f"/api/docs/{name}")).status == 200
    assert (await nobody.get("/api/docs/other.js")).status == 404

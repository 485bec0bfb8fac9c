"""Fixtures every kind of test shares, and the report of what was skipped for want of something."""

import json
import os
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.requirements import WANTS, require
from tests.support.servers import Server, prepare, started_server

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

    from tavernai.storage.database import Database
    from tests.support.people import Person
    from tests.support.postgres import PostgresServer
    from tests.support.processes import Program

NewServer = Callable[..., Server]
_WANTED = "wanted"


# Storage: an empty one on each engine.


@pytest.fixture
async def sqlite_storage(tmp_path: Path) -> "AsyncIterator[Database]":
    from tavernai.engines.sqlite import SqliteDialog
    from tests.support.storage import opened

    async with opened(SqliteDialog(tmp_path / "edge.db")) as storage:
        yield storage


@pytest.fixture
async def postgres_storage(postgres_url: str) -> "AsyncIterator[Database]":
    from tavernai.engines.postgres import PostgresDialog
    from tests.support.storage import opened

    async with opened(PostgresDialog(postgres_url)) as storage:
        yield storage


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.needs("postgres"))])
def storage(request: pytest.FixtureRequest) -> "Database":
    """The same test on both engines."""
    found: Database = request.getfixturevalue(f"{request.param}_storage")
    return found


@pytest.fixture(scope="session")
def postgres_server() -> "Iterator[PostgresServer]":
    from tests.support.postgres import running_postgres

    with running_postgres(require("postgres")) as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: "PostgresServer") -> Iterator[str]:
    """A fresh, empty database."""
    with postgres_server.database() as url:
        yield url


# The product, running.


@pytest.fixture(scope="session")
def data_template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A data folder with an owner, and the owner's key: made once by the commands, copied for each server."""
    data = tmp_path_factory.mktemp("template") / "data"
    return data, prepare(data)


@pytest.fixture
def new_server(data_template: tuple[Path, str], tmp_path: Path) -> Iterator[NewServer]:
    """Start servers, each on data of its own: new_server("--role", "all", TAVERNAI_LOG_FORMAT="json")."""
    template, key = data_template
    servers: list[Server] = []

    def start(*options: str, **env: str) -> Server:
        data = tmp_path / f"server-{len(servers)}"
        if "DATABASE_URL" in env:
            servers.append(started_server(data, prepare(data, **env), *options, **env))
        else:
            servers.append(started_server(data, key, *options, template=template, **env))
        return servers[-1]

    yield start
    for server in servers:
        server.kill()


@pytest.fixture
def server(new_server: NewServer) -> Server:
    """A fresh server of this test's own."""
    return new_server()


@pytest.fixture(scope="session")
def shared_server(data_template: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests that mind neither its restart nor each other's objects."""
    template, key = data_template
    server = started_server(tmp_path_factory.mktemp("shared") / "data", key, template=template)
    yield server
    server.kill()


@pytest.fixture
async def owner(server: Server) -> "AsyncIterator[Person]":
    """The owner of this test's server, by key."""
    from tests.support.people import Person

    async with Person(server.url, key=server.key) as person:
        yield person


@pytest.fixture
def mock_upstream(tmp_path: Path) -> "Iterator[Program]":
    """A stand-in for a model's server, as fast as it can; POST /mock/config changes it."""
    from tests.support.processes import mock_upstream_program

    program = mock_upstream_program(tmp_path, "--tps", "0", "--tokens", "20", "--record", "50").start()
    yield program
    program.kill()


# The page.


@pytest.fixture
async def browser() -> "AsyncIterator[Browser]":
    from tests.support.browser import running_browser

    async with running_browser() as opened:
        yield opened


@pytest.fixture
async def page(browser: "Browser", server: Server) -> "AsyncIterator[Page]":
    """A page at this test's server, nobody signed in."""
    from tests.support.browser import opened_page

    async with opened_page(browser, server.url) as opened:
        yield opened


@pytest.fixture
async def owner_page(browser: "Browser", server: Server) -> "AsyncIterator[Page]":
    """A page at this test's server, the owner signed in."""
    from tests.support.browser import opened_page, sign_in

    async with opened_page(browser, server.url) as opened:
        await sign_in(opened, server.url, username=server.owner, password=server.password)
        yield opened


# What a machine lacks.


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("needs"):
        for name in mark.args:
            if not WANTS[name].find():
                item.user_properties.append((_WANTED, WANTS[name].remedy))
            require(name)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say loudly what was skipped for want of something, and leave the counts for tools/dev.py."""
    if hasattr(config, "workerinput"):
        return
    reports = terminalreporter.stats
    wants: dict[str, int] = {}
    for report in reports.get("skipped", []):
        for name, remedy in report.user_properties:
            if name == _WANTED:
                wants[remedy] = wants.get(remedy, 0) + 1
    for remedy, count in wants.items():
        terminalreporter.write_line(f"SKIPPED {count} tests for want of {remedy}", red=True, bold=True)
    if "TAVERNAI_TEST_REPORT" in os.environ:
        passed, failed = len(reports.get("passed", [])), len(reports.get("failed", [])) + len(reports.get("error", []))
        counts = {"passed": passed, "failed": failed, "skipped": len(reports.get("skipped", [])), "again": 0}
        if "TAVERNAI_TEST_AGAIN" in os.environ:  # each of these was counted as failed before
            counts |= {"failed": -passed, "again": passed + failed}
        _add_to_report(Path(os.environ["TAVERNAI_TEST_REPORT"]), counts, wants)


def _add_to_report(path: Path, counts: dict[str, int], wants: dict[str, int]) -> None:
    """Several runs of pytest make one report."""
    before = json.loads(path.read_text()) if path.is_file() else {"counts": {}, "wants": {}}
    report = {"counts": _added(before["counts"], counts), "wants": _added(before["wants"], wants)}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, indent=2))


def _added(one: dict[str, int], other: dict[str, int]) -> dict[str, int]:
    return {name: one.get(name, 0) + other.get(name, 0) for name in [*one, *(set(other) - set(one))]}

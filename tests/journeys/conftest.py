"""The journeys' people, screens and model."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from inspect import iscoroutinefunction
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.journeys.teller import Teller
from tests.journeys.visitor import DESK, PHONE, Look, Visitor
from tests.support.browser import opened_page, sign_in
from tests.support.limits import limited
from tests.support.people import Person
from tests.support.processes import mock_upstream_program
from tests.support.servers import Server

# The machine may be busy with other tests.
expect.set_options(timeout=15_000)

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every journey comes to an end: it fails when it has not reached its own in time."""
    for item in items:
        if isinstance(item, pytest.Function) and item.path.is_relative_to(HERE) and iscoroutinefunction(item.obj):
            item.obj = limited(item.obj)


Visit = Callable[..., AbstractAsyncContextManager[Visitor]]


@pytest.fixture(params=[DESK, PHONE], ids=["desk", "phone"])
def look(request: pytest.FixtureRequest) -> Look:
    """The same journey on both screens."""
    chosen: Look = request.param
    return chosen


@pytest.fixture
def teller(tmp_path: Path) -> Iterator[Teller]:
    program = mock_upstream_program(tmp_path, "--tps", "0", "--timestamps", "0").start()
    yield Teller(program)
    program.kill()


@pytest.fixture
async def keeper(shared_server: Server) -> AsyncIterator[Person]:
    """The owner of the shared server, by key: arranges what a journey begins with."""
    async with Person(shared_server.url, key=shared_server.key) as person:
        yield person


@pytest.fixture
def visit(browser: Browser) -> Visit:
    """Open a page at a server, the owner signed in: `async with visit(server, look) as visitor`."""

    @asynccontextmanager
    async def opened(server: Server, look: Look = DESK) -> AsyncIterator[Visitor]:
        async with opened_page(browser, server.url, **look.context) as page:
            await sign_in(page, server.url, username=server.owner, password=server.password)
            yield Visitor(page, look)

    return opened

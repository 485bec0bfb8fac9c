"""Networks that hold streams back: the page finds another way by itself, and nothing is lost or told twice."""

import asyncio

import pytest
from playwright.async_api import Page, expect

from tests.journeys.conftest import Visit
from tests.journeys.teller import GREETING, NAME, Teller, connect, conversation
from tests.journeys.visitor import Look
from tests.support.people import Person
from tests.support.proxies import Behind, Proxy, proxied
from tests.support.requirements import needs_chromium
from tests.support.servers import Server

pytestmark = needs_chromium
TALE = "One by one the lamps went out, and then, one by one, the stars."


@pytest.mark.parametrize(
    ("refuses_sockets", "word", "way"), [(False, "offline.by_ws", "WS "), (True, "offline.by_poll", "/poll")]
)
async def test_a_story_is_told_though_a_proxy_holds_streams_back(
    shared_server: Server,
    keeper: Person,
    teller: Teller,
    visit: Visit,
    look: Look,
    refuses_sockets: bool,
    word: str,
    way: str,
) -> None:
    await connect(keeper, teller)
    address = await conversation(keeper)
    async with (
        proxied(shared_server.url, refuses_sockets=refuses_sockets) as proxy,
        visit(Behind(shared_server, proxy), look) as reader,
    ):
        await reader.page.goto(address)
        await reader.reads(GREETING)
        await expect(reader.page.get_by_text(reader.words(word), exact=True)).to_be_attached(timeout=20_000)
        teller.says(TALE, tokens_per_second=15)
        await reader.write("What do you see?", to=NAME)
        await reader.reads(TALE)
        assert await reader.message(TALE).count() == 1
        await reader.looks_around()
        await _begins_with_what_worked(reader.page, proxy, way)


async def _begins_with_what_worked(page: Page, proxy: Proxy, way: str) -> None:
    proxy.asked.clear()
    await page.reload()
    async with asyncio.timeout(30):
        while not (streams := [one for one in proxy.asked if one.startswith(("GET /api/stream/", "WS "))]):
            await asyncio.sleep(0.1)
    assert all(way in one for one in streams), streams

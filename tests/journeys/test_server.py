"""This server on its owner's page, and what everybody sees when its disk takes nothing."""

import re

import pytest
from playwright.async_api import Locator, Page, Route, expect

from tests.journeys.conftest import Visit
from tests.journeys.visitor import Look
from tests.support.requirements import needs_chromium
from tests.support.servers import Server

pytestmark = needs_chromium


async def test_an_owner_backs_up_with_a_button_and_takes_the_file_along(
    server: Server, visit: Visit, look: Look
) -> None:
    async with visit(server, look) as guest:
        await guest.page.goto("/settings/server")
        await guest.button("server.backup_now").click()
        named = re.escape(guest.words("server.backup_download", when="@")).replace("@", ".+")
        download = guest.page.get_by_role("button", name=re.compile(named))
        await expect(download).to_be_visible(timeout=30_000)
        await guest.looks_around()
        async with guest.page.expect_download() as begun:
            await download.click()
        assert (await begun.value).suggested_filename.endswith("-manual.zip")


@pytest.mark.parametrize("state", ["full", "read_only"])
async def test_a_banner_says_that_nothing_is_kept_and_goes_by_itself(
    shared_server: Server, visit: Visit, look: Look, state: str
) -> None:
    async with visit(shared_server, look) as guest:
        answers = {"storage": state}

        async def health(route: Route) -> None:
            await route.fulfill(json={"status": "ok", "version": "1", **answers})

        await guest.page.route("**/api/health", health)
        await guest.page.goto("/chat")
        await expect(_banner(guest.page, guest.words(f"server.{state}"))).to_be_visible(timeout=15_000)
        await guest.looks_around()
        answers["storage"] = "ok"
        await expect(_banner(guest.page, guest.words(f"server.{state}"))).to_be_hidden(timeout=15_000)


def _banner(page: Page, words: str) -> Locator:
    return page.get_by_role("status").filter(has_text=words)

"""The API's own page in a real browser, under its policy."""

import asyncio

import pytest
from playwright.async_api import Browser, Route, expect

from tests.acceptance.http.conftest import Site
from tests.support.browser import axe_violations, opened_page

pytestmark = pytest.mark.needs("chromium")


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
async def test_an_operation_is_found_tried_and_answered(site: Site, browser: Browser, color_scheme: str) -> None:
    async with site() as url, opened_page(browser, url, color_scheme=color_scheme) as page:
        await page.goto("/api/docs")
        await page.get_by_label("Filter").fill("read_setup")
        await page.locator("details:not([hidden]) > summary").click()
        await page.get_by_role("button", name="Send").click()
        await expect(page.get_by_label("Answer")).to_contain_text('"needed": true')
        assert await axe_violations(page) == []


async def test_a_body_starts_from_what_is_required_and_the_session_is_used(site: Site, browser: Browser) -> None:
    async with site() as url, opened_page(browser, url) as page:
        await page.goto("/api/docs")
        await page.get_by_label("Filter").fill("set_up")
        await page.locator("details:not([hidden]) > summary").click()
        body = page.get_by_label("body")
        await expect(body).to_have_value('{\n  "username": "",\n  "password": ""\n}')
        await body.fill('{"username": "ada", "password": "correct horse"}')
        await page.get_by_role("button", name="Send").click()
        await expect(page.get_by_label("Answer")).to_contain_text("201 Created")
        await page.get_by_label("Filter").fill("issue_key")
        await page.locator("details:not([hidden]) > summary").click()
        shown = page.locator("details:not([hidden])")
        await shown.get_by_label("body").fill('{"label": "from the page"}')
        await shown.get_by_role("button", name="Send").click()
        await expect(shown.get_by_label("Answer")).to_contain_text("tvk_")


async def test_what_was_typed_before_the_document_came_filters_it(site: Site, browser: Browser) -> None:
    async with site() as url, opened_page(browser, url) as page:
        arrived = asyncio.Event()

        async def late(route: Route) -> None:
            await arrived.wait()
            await route.continue_()

        await page.route("**/api/openapi.json", late)
        await page.goto("/api/docs")
        await page.get_by_label("Filter").fill("read_setup")
        arrived.set()
        await expect(page.locator("details:not([hidden])")).to_have_count(1)

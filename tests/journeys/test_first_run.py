"""The first minutes with a new house."""

from pathlib import Path

from playwright.async_api import Browser, expect

from tests.journeys.visitor import REPLY_MS_MAX, STREAMING, Look, Visitor
from tests.support.browser import opened_page
from tests.support.processes import tavernai_program
from tests.support.requirements import needs_chromium

pytestmark = needs_chromium


async def test_a_newcomer_makes_an_owner_takes_the_demo_and_hears_a_first_reply(
    browser: Browser, tmp_path: Path, look: Look
) -> None:
    program = tavernai_program(tmp_path / "data").start()
    try:
        async with opened_page(browser, program.url, **look.context) as page:
            newcomer = Visitor(page, look)
            await _makes_the_owner(newcomer)
            await _takes_the_demo(newcomer)
            name = await _meets_a_sample(newcomer)
            await _is_answered(newcomer, name)
    finally:
        program.kill()


async def _makes_the_owner(newcomer: Visitor) -> None:
    await newcomer.page.goto("/")
    await expect(newcomer.heading("setup.owner.title")).to_be_visible()
    await newcomer.looks_around()
    await newcomer.field("auth.username").fill("innkeeper")
    await newcomer.field("auth.password").fill("short")
    await newcomer.button("common.continue").click()
    await expect(newcomer.page.get_by_text(newcomer.words("auth.fault.short"))).to_be_visible()
    await newcomer.looks_around()
    await newcomer.field("auth.password").fill("correct horse battery staple")
    await newcomer.button("common.continue").click()


async def _takes_the_demo(newcomer: Visitor) -> None:
    await expect(newcomer.heading("setup.model.title")).to_be_visible()
    await expect(newcomer.page.get_by_text(newcomer.words("setup.looking"))).to_be_hidden()
    await newcomer.radio("setup.demo").click()
    await newcomer.looks_around()
    await newcomer.button("common.continue").click()


async def _meets_a_sample(newcomer: Visitor) -> str:
    """Their name."""
    await expect(newcomer.heading("setup.character.title")).to_be_visible()
    first = newcomer.page.get_by_role("list", name=newcomer.words("characters.samples")).get_by_role("button").first
    name = await first.locator("span.font-medium").inner_text()
    await newcomer.looks_around()
    await first.click()
    await expect(newcomer.log.get_by_role("heading", name=name)).to_be_visible()
    await newcomer.looks_around()
    return name


async def _is_answered(newcomer: Visitor, name: str) -> None:
    await newcomer.write("Good evening! Is there a room left?", to=name)
    growing = newcomer.page.locator(STREAMING)
    await expect(growing).to_be_visible()
    await expect(growing.locator("p").first).not_to_be_empty()
    await newcomer.looks_around()
    await expect(growing).to_have_count(0, timeout=REPLY_MS_MAX)
    await expect(newcomer.log.get_by_role("heading", name=name)).to_have_count(2)
    await expect(newcomer.button("chat.write_again")).to_be_visible()
    await newcomer.looks_around()

"""Without a mouse, and on the smallest screen."""

import re

from playwright.async_api import Locator, expect

from tests.journeys.conftest import Visit
from tests.journeys.teller import GREETING, Teller, card_png, connect, conversation
from tests.journeys.visitor import SMALLEST, Visitor
from tests.support.people import Person
from tests.support.requirements import needs_chromium
from tests.support.servers import Server

pytestmark = needs_chromium
TABS_MAX = 400  # the list of conversations is as long as what other journeys left behind


async def test_a_story_is_told_with_the_keyboard_alone(
    shared_server: Server, keeper: Person, teller: Teller, visit: Visit
) -> None:
    await connect(keeper, teller)
    teller.says("You type well.")
    address = await conversation(keeper, "Lorcan")
    async with visit(shared_server) as typist:
        keys = typist.page.keyboard
        await typist.page.goto(address)
        await typist.reads(GREETING)
        composer = typist.field("chat.message_to", name="Lorcan")
        await _tabs_to(typist, composer)
        await keys.type("No mouse tonight.")
        await keys.press("Enter")
        await typist.reads("You type well.")
        await expect(composer).to_be_focused()
        await keys.press("ArrowUp")
        await expect(typist.log.get_by_role("textbox")).to_be_focused()
        await keys.press("Escape")
        await expect(composer).to_be_focused()
        await _opens_the_shortcuts(typist)


async def _tabs_to(typist: Visitor, wanted: Locator) -> None:
    for _ in range(TABS_MAX):
        await typist.page.keyboard.press("Tab")
        if await wanted.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError(f"{TABS_MAX} times Tab do not lead to the composer")


async def _opens_the_shortcuts(typist: Visitor) -> None:
    await typist.page.keyboard.press("Shift+Tab")
    await typist.page.keyboard.press("?")
    help_shown = typist.dialog("chat.shortcuts")
    await expect(help_shown).to_contain_text(typist.words("chat.key.newline"))
    await typist.looks_around()
    await typist.page.keyboard.press("Escape")
    await expect(help_shown).to_have_count(0)
    await typist.page.keyboard.press("/")
    await expect(typist.field("chat.message_to", name="Lorcan")).to_be_focused()


async def test_an_evening_needs_no_mouse(shared_server: Server, keeper: Person, teller: Teller, visit: Visit) -> None:
    await connect(keeper, teller)
    teller.says("The rain has stopped.")
    (await keeper.upload("/api/characters/import", ("w.png", card_png("Wilhelmina")))).ok()
    async with visit(shared_server) as typist:
        keys = typist.page.keyboard
        await typist.page.goto("/characters")
        await expect(typist.heading("shell.place.characters")).to_be_visible()
        await keys.press("Control+k")
        await keys.type("Wilhelmina")
        await expect(typist.page.get_by_text(re.compile("to start a chat"))).to_be_visible()
        await keys.press("Control+Enter")
        await typist.reads(GREETING)
        await keys.type("Is it raining?")
        await keys.press("Enter")
        await typist.reads("The rain has stopped.")
        teller.says("It pours.")
        await keys.press("ArrowRight")
        await typist.reads("It pours.")
        await keys.press("ArrowLeft")
        await typist.reads("The rain has stopped.")
        await _edits_deletes_and_takes_back(typist)


async def _edits_deletes_and_takes_back(typist: Visitor) -> None:
    keys = typist.page.keyboard
    await keys.press("ArrowUp")
    await expect(typist.log.get_by_role("textbox")).to_be_focused()
    await keys.press("End")
    await keys.type(" Still?")
    await keys.press("Control+Enter")
    await expect(typist.message("Is it raining? Still?")).to_be_visible()
    await typist.message("Is it raining?").locator("xpath=ancestor::*[@data-row]").focus()
    await keys.press("Delete")
    await expect(typist.message("Is it raining?")).to_have_count(0)
    await keys.press("Control+z")
    await expect(typist.message("Is it raining? Still?")).to_be_visible()
    assert await typist.page.evaluate("document.activeElement !== document.body")


async def test_nothing_scrolls_sideways_on_the_smallest_screen(
    shared_server: Server, keeper: Person, visit: Visit
) -> None:
    address = await conversation(keeper, "Anselm of the Interminably Long and Winding Name")
    async with visit(shared_server, SMALLEST) as guest:
        await guest.page.goto(address)
        await guest.reads(GREETING)
        await guest.looks_around()
        for place in ("chat", "characters", "connections"):
            await guest.page.goto(f"/{place}")
            await expect(guest.page.get_by_role("heading", level=1)).to_be_visible()
            await expect(guest.page.get_by_role("status", name=guest.words("common.loading"))).to_have_count(0)
            await guest.looks_around()
        for section in ("replies", "appearance", "account", "keys", "users", "about"):
            await guest.page.goto(f"/settings/{section}")
            await expect(guest.link(f"settings.section.{section}")).to_have_attribute("aria-current", "page")
            await guest.looks_around()

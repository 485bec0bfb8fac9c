"""Without a mouse, and on the smallest screen."""

from playwright.async_api import Locator, expect

from tests.journeys.conftest import Visit
from tests.journeys.teller import GREETING, Teller, connect, conversation
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

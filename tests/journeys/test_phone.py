"""The phone: every place has room for fingers, nothing sticks out, nothing jumps, the keyboard covers nothing."""

import pytest
from playwright.async_api import Page, expect

from tests.journeys.conftest import Visit
from tests.journeys.measures import SHIFT_MAX, shifts, small_targets, watch_shifts
from tests.journeys.teller import GREETING, Teller, connect, conversation
from tests.journeys.visitor import PHONE, Look, Visitor
from tests.support.people import Person
from tests.support.requirements import needs_chromium
from tests.support.servers import Server

pytestmark = needs_chromium

NARROW = Look(
    "en",
    {"viewport": {"width": 320, "height": 640}, "locale": "en-US", "has_touch": True, "is_mobile": True},
)
SECTIONS = ("replies", "appearance", "speech", "account", "keys", "users", "about")
SCREENS_MAX = 12
_ON = """() => {
  const one = document.querySelector('[role=log]') ?? document.querySelector('main')
  const before = one.scrollTop
  one.scrollBy(0, one.clientHeight * .7)
  return one.scrollTop !== before
}"""


async def _walked(page: Page) -> set[str]:
    """What is too small for a finger anywhere from the top of this page to its end."""
    found: set[str] = set()
    for _ in range(SCREENS_MAX):
        found |= set(await small_targets(page))
        if not await page.evaluate(_ON):
            break
        await page.wait_for_timeout(80)
    return found


async def _calm(page: Page) -> None:
    moved = await shifts(page)
    assert sum(one["value"] for one in moved) < SHIFT_MAX, moved


async def _stands_well(guest: Visitor, path: str) -> None:
    await guest.page.goto(path)
    await expect(guest.page.get_by_role("heading").first).to_be_attached()
    await expect(guest.page.get_by_role("status", name=guest.words("common.loading"))).to_have_count(0)
    await guest.page.wait_for_timeout(400)
    await guest.looks_around()
    await _calm(guest.page)
    found = await _walked(guest.page)
    assert not found, f"{path}: {sorted(found)}"


@pytest.mark.parametrize("look", [PHONE, NARROW], ids=["390", "320"])
async def test_every_place_has_room_for_a_finger_and_nothing_jumps(
    shared_server: Server, keeper: Person, visit: Visit, look: Look
) -> None:
    address = await conversation(keeper, "Anselm of the Interminably Long and Winding Name")
    told = (await keeper.get(f"/api/conversations/{address.rpartition('/')[2]}")).ok()
    character = f"/characters/{told['character_id']}"
    async with visit(shared_server, look) as guest:
        await watch_shifts(guest.page)
        places = ["/chat", address, "/characters", character, f"{character}/edit", "/connections"]
        for path in [*places, *(f"/settings/{section}" for section in SECTIONS)]:
            await _stands_well(guest, path)


async def test_a_reply_that_comes_moves_nothing_but_itself(
    shared_server: Server, keeper: Person, teller: Teller, visit: Visit
) -> None:
    await connect(keeper, teller)
    teller.says("*The rope creaks.* “Two coins,” she says, “or one story.”")
    address = await conversation(keeper, "Ilse")
    async with visit(shared_server, PHONE) as guest:
        await watch_shifts(guest.page)
        await guest.page.goto(address)
        await guest.reads(GREETING)
        await guest.write("A story, then.", to="Ilse")
        await guest.reads("or one story.")
        await _calm(guest.page)


async def test_the_keyboard_leaves_the_composer_in_sight(shared_server: Server, keeper: Person, visit: Visit) -> None:
    address = await conversation(keeper, "Ilse")
    async with visit(shared_server, PHONE) as guest:
        await guest.page.goto(address)
        await guest.reads(GREETING)
        composer = guest.field("chat.message_to", name="Ilse")
        # A browser that resizes the page for its keyboard: 844 px become 500.
        await guest.page.set_viewport_size({"width": 390, "height": 500})
        await composer.tap()
        await expect(composer).to_be_in_viewport(ratio=1)
        await guest.page.set_viewport_size({"width": 390, "height": 844})
        # And one that only tells how much of it is seen.
        await guest.page.evaluate(
            "() => { Object.defineProperty(visualViewport, 'height', {get: () => 500, configurable: true});"
            " visualViewport.dispatchEvent(new Event('resize')) }"
        )
        box = await composer.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 500


async def test_tabs_are_at_the_thumb_everywhere_but_inside_a_conversation(
    shared_server: Server, keeper: Person, visit: Visit
) -> None:
    address = await conversation(keeper, "Ilse")
    async with visit(shared_server, PHONE) as guest:
        tabs = guest.page.get_by_role("navigation", name=guest.words("shell.places"), exact=True)
        await guest.page.goto("/characters")
        await tabs.get_by_role("link", name=guest.words("shell.place.chat"), exact=True).tap()
        await expect(guest.heading("chat.conversations")).to_be_visible()
        await expect(tabs).to_be_visible()
        await guest.page.goto(address)
        await guest.reads(GREETING)
        await expect(tabs).to_have_count(0)

"""A finger that is held, moved or let go, with the browser's own touch events: a menu, a scroll, a selection."""

from playwright.async_api import expect

from tests.journeys.conftest import Visit
from tests.journeys.fingers import finger_on
from tests.journeys.teller import GREETING, NAME, conversation
from tests.journeys.visitor import PHONE, Visitor
from tests.support.people import Person
from tests.support.requirements import needs_chromium
from tests.support.servers import Server

pytestmark = needs_chromium
LONG = "A long line of the story, told to be scrolled past and not to be pressed. " * 8
_SELECTED = "() => getSelection().toString()"


async def _long_chat(keeper: Person) -> str:
    address = await conversation(keeper)
    told = {"conversation_id": address.rpartition("/")[2], "reply": False}
    for at in range(12):
        (await keeper.post("/v1/agent/messages", told | {"content": f"Line {at}. {LONG}"})).ok()
    return address


async def test_a_finger_held_on_a_message_opens_its_menu_and_selects_nothing(
    shared_server: Server, keeper: Person, visit: Visit
) -> None:
    address = await conversation(keeper)
    async with visit(shared_server, PHONE) as guest, finger_on(guest.page) as finger:
        await guest.page.goto(address)
        await guest.reads(GREETING)
        sheet = guest.dialog("chat.actions_of", name=NAME)
        await finger.hold(guest.message(GREETING).locator(".prose-rp").first)
        await expect(sheet).to_be_visible()
        await guest.page.wait_for_timeout(400)
        await expect(sheet).to_be_visible()
        assert await guest.page.evaluate(_SELECTED) == ""
        await guest.looks_around()
        await sheet.get_by_role("button", name=guest.words("chat.select_text")).tap()
        await guest.page.wait_for_function("() => getSelection().toString().length > 20")
        # What is selected is being worked with.
        await finger.hold(guest.message(GREETING).locator(".prose-rp").first)
        await expect(sheet).to_have_count(0)


async def test_a_finger_that_moves_scrolls_and_opens_nothing(
    shared_server: Server, keeper: Person, visit: Visit
) -> None:
    address = await _long_chat(keeper)
    async with visit(shared_server, PHONE) as guest, finger_on(guest.page) as finger:
        await guest.page.goto(address)
        await guest.reads("Line 11. A long line")
        last = guest.message("Line 11. A long line").locator(".prose-rp")
        before = await guest.log.evaluate("one => one.scrollTop")
        await finger.stroke(last, down=240, rest_ms=900)
        await guest.page.wait_for_timeout(300)
        assert await guest.log.evaluate("one => one.scrollTop") < before - 100
        await expect(guest.page.get_by_role("dialog")).to_have_count(0)
        assert await guest.page.evaluate(_SELECTED) == ""


async def test_a_short_tap_opens_nothing(shared_server: Server, keeper: Person, visit: Visit) -> None:
    address = await conversation(keeper)
    async with visit(shared_server, PHONE) as guest, finger_on(guest.page) as finger:
        await guest.page.goto(address)
        await guest.reads(GREETING)
        await finger.hold(guest.message(GREETING).locator(".prose-rp").first, ms=120)
        await guest.page.wait_for_timeout(700)
        await expect(guest.page.get_by_role("dialog")).to_have_count(0)


async def _three(keeper: Person) -> None:
    for name in ("Zadok One", "Zadok Two", "Zadok Three"):
        await conversation(keeper, name)


async def _listed(guest: Visitor) -> None:
    await guest.page.goto("/chat")
    await guest.field("chat.search").fill("Zadok")
    await expect(guest.page.get_by_role("listitem").filter(has_text="Zadok")).to_have_count(3)


async def test_several_chats_are_chosen_by_a_held_finger_thrown_away_and_brought_back(
    shared_server: Server, keeper: Person, visit: Visit
) -> None:
    await _three(keeper)
    async with visit(shared_server, PHONE) as guest, finger_on(guest.page) as finger:
        await _listed(guest)
        rows = guest.page.get_by_role("listitem").filter(has_text="Zadok")
        await finger.hold(rows.nth(0))
        chosen = guest.page.locator('[aria-pressed="true"]')
        await expect(chosen).to_have_count(1)
        assert guest.page.url.endswith("/chat")
        await rows.nth(2).get_by_role("button").tap()
        await expect(chosen).to_have_count(2)
        await guest.looks_around()
        await guest.button("chat.many.to_trash").tap()
        await expect(rows).to_have_count(1)
        await guest.button("common.undo").tap()
        await expect(rows).to_have_count(3)
        await _to_trash(keeper)


async def _to_trash(keeper: Person) -> None:
    found = (await keeper.get("/api/conversations?q=Zadok")).ok()["items"]
    (await keeper.post("/api/conversations:bulk", {"ids": [one["id"] for one in found], "action": "delete"})).ok()


async def test_several_chats_are_chosen_with_shift_and_keys_and_restored_from_the_trash(
    shared_server: Server, keeper: Person, visit: Visit
) -> None:
    await _three(keeper)
    async with visit(shared_server) as guest:
        await _listed(guest)
        rows = guest.page.get_by_role("listitem").filter(has_text="Zadok")
        await guest.button("chat.many.begin").click()
        choices = rows.locator("[aria-pressed]")  # outside of choosing, the only button of a row is its menu
        await choices.nth(0).click()
        await choices.nth(2).click(modifiers=["Shift"])
        chosen = guest.page.locator('[aria-pressed="true"]')
        await expect(chosen).to_have_count(3)
        await guest.page.keyboard.press("Escape")
        await expect(chosen).to_have_count(0)
        await guest.button("chat.many.begin").click()
        await guest.page.keyboard.press("Control+a")
        await expect(chosen).to_have_count(3)
        await guest.looks_around()
        await guest.button("chat.export").click()
        async with guest.page.expect_download() as coming:
            await guest.menu("chat.many.format.txt")
        assert "Zadok Two" in (await (await coming.value).path()).read_text(encoding="utf-8")
        await guest.button("chat.many.to_trash").click()
        await expect(rows).to_have_count(0)
        await guest.button("chat.trash").click()
        await expect(rows.first).to_be_visible()
        await rows.nth(0).get_by_role("button").first.click()
        await guest.menu("chat.select")
        await expect(chosen).to_have_count(1)
        await guest.page.keyboard.press("Control+a")
        await expect(chosen).to_have_count(await rows.count())
        await guest.button("common.restore").click()
        await expect(rows).to_have_count(0)
        await _to_trash(keeper)

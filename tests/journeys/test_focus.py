"""Who deletes something goes on from there: the focus is on what stands in its place, never nowhere."""

from typing import Any

import pytest
from playwright.async_api import expect

from tests.journeys.conftest import Visit
from tests.journeys.teller import GREETING, Teller, connect, conversation
from tests.journeys.visitor import Visitor
from tests.support.people import Person
from tests.support.requirements import needs_chromium
from tests.support.servers import Server

pytestmark = needs_chromium

NAMES = ("Amber", "Birch", "Cedar")
CONNECTION = {"kind": "openai", "base_url": "http://127.0.0.1:9/v1", "model": "none"}
PRESET = {"kind": "quick_reply", "data": {"qrList": []}}
LISTS: dict[str, tuple[str, str, dict[str, Any], str]] = {
    "books": ("/worlds", "/api/lorebooks", {}, "worlds.actions_of"),
    "presets": ("/presets?kind=quick_reply", "/api/presets", PRESET, "presets.actions_of"),
    "connections": ("/connections", "/api/connections", CONNECTION, "connections.more_named"),
}
WHERE = (
    "() => { const at = document.activeElement; return at.closest('li, [data-row], h1, h2')?.innerText ?? at.tagName }"
)


async def _focus_is_on(visitor: Visitor, text: str) -> None:
    for _ in range(50):
        if text in (at := await visitor.page.evaluate(WHERE)):
            return
        await visitor.page.wait_for_timeout(100)
    raise AssertionError(f"the focus is on {at!r}, not on {text!r}")


async def _chooses_last(visitor: Visitor) -> None:
    """The last of the menu whose button has the focus, and yes when that is asked back."""
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.page.get_by_role("menuitem").first).to_be_focused()
    await visitor.page.keyboard.press("End")
    await visitor.page.keyboard.press("Enter")


@pytest.mark.parametrize("what", LISTS)
async def test_the_next_of_a_list_has_the_focus(what: str, server: Server, owner: Person, visit: Visit) -> None:
    address, route, body, actions = LISTS[what]
    for name in NAMES:
        (await owner.post(route, body | {"name": name})).ok()
    async with visit(server) as keeper:
        await keeper.page.goto(address)
        buttons = [keeper.button(actions, name=name) for name in NAMES]
        await expect(buttons[0]).to_be_visible()
        texts = await keeper.page.get_by_role("listitem").all_inner_texts()
        order = [name for text in texts for name in NAMES if name in text]
        await keeper.button(actions, name=order[1]).focus()
        await _chooses_last(keeper)
        if what == "connections":
            await keeper.page.get_by_role("alertdialog").get_by_role("button").last.press("Enter")
        await expect(keeper.button(actions, name=order[1])).to_have_count(0)
        await _focus_is_on(keeper, order[2])


async def test_messages_and_chats_leave_the_focus_to_the_next(
    shared_server: Server, keeper: Person, teller: Teller, visit: Visit
) -> None:
    await connect(keeper, teller)
    teller.says("One may stay.")
    address = await conversation(keeper, "Focal")
    async with visit(shared_server) as typist:
        await typist.page.goto(address)
        await typist.reads(GREETING)
        await typist.write("May one stay?", to="Focal")
        await typist.reads("One may stay.")
        await typist.log.locator("[data-row]").nth(1).focus()
        await typist.page.keyboard.press("Delete")
        await expect(typist.message("May one stay?")).to_have_count(0)
        await _focus_is_on(typist, "One may stay.")
        await typist.page.keyboard.press("Delete")
        await _focus_is_on(typist, GREETING)
        rows = typist.page.get_by_role("region", name=typist.words("chat.conversations")).get_by_role("listitem")
        before = await rows.all_inner_texts()
        await rows.first.get_by_role("button").focus()
        await _chooses_last(typist)
        await _focus_is_on(typist, before[1] if len(before) > 1 else typist.words("chat.conversations"))


async def test_characters_and_personas_leave_the_focus_to_the_next(server: Server, owner: Person, visit: Visit) -> None:
    for name in NAMES:
        await conversation(owner, name)
        (await owner.post("/api/personas", {"name": f"{name} P"})).ok()
    async with visit(server) as keeper:
        page = keeper.page
        await page.goto("/characters")
        tiles = page.get_by_role("list", name=keeper.words("shell.place.characters")).get_by_role("listitem")
        await tiles.nth(1).get_by_role("link").focus()
        await page.keyboard.press("x")
        await keeper.button("characters.to_trash").press("Enter")
        await expect(tiles).to_have_count(2)
        await _focus_is_on(keeper, keeper.words("shell.place.characters"))
        await page.goto("/personas")
        await page.get_by_role("button").filter(has_text="Birch P").press("Enter")
        await (
            page.get_by_role("dialog")
            .get_by_role("button", name=keeper.words("common.delete"), exact=True)
            .press("Enter")
        )
        await expect(page.get_by_role("listitem").filter(has_text="Birch P")).to_have_count(0)
        await _focus_is_on(keeper, "Cedar P")

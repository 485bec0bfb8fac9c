"""The gallery: choosing many and taking it back, looking before opening, keeping one of two."""

import re

from playwright.async_api import expect

from tests.journeys.conftest import Visit
from tests.journeys.fingers import finger_on
from tests.journeys.visitor import Look
from tests.support.people import Person
from tests.support.requirements import needs_chromium
from tests.support.servers import Server

pytestmark = needs_chromium


async def known(keeper: Person, *names: str, tag: str, **fields: str) -> None:
    for name in names:
        (await keeper.post("/api/characters", {"card": {"name": name, "tags": [tag], **fields}})).ok()


async def test_many_are_chosen_tagged_and_taken_back_as_one(
    shared_server: Server, keeper: Person, visit: Visit, look: Look
) -> None:
    tag = f"harbour {look.language}{int(look.narrow)}"
    await known(keeper, "Ilse", "Jonas", "Kaya", tag=tag)
    async with visit(shared_server, look) as visitor:
        page = visitor.page
        await page.goto(f"/characters?tag={tag}")
        await expect(page.locator("[data-index]")).to_have_count(3)
        await page.locator("[data-index='0'] a").focus()
        await page.keyboard.press("x")
        await page.keyboard.press("Shift+ArrowRight")
        await visitor.button("characters.many.tags").click()
        await visitor.dialog("characters.many.tags").get_by_role("textbox").fill("night")
        await page.keyboard.press("Enter")
        await visitor.looks_around()
        await visitor.button("characters.many.add_tags").click()
        await expect(page.locator("[data-index]").filter(has_text="night")).to_have_count(2)
        await visitor.button("common.undo").click()
        await expect(page.locator("[data-index]").filter(has_text="night")).to_have_count(0)
        await visitor.looks_around()


async def test_a_character_is_looked_at_before_it_is_opened(
    shared_server: Server, keeper: Person, visit: Visit, look: Look
) -> None:
    tag, name = f"pier {look.language}{int(look.narrow)}", f"Quill {int(look.narrow)}"
    await known(keeper, name, tag=tag, first_mes="Mind the third step.", description="Keeps the pier.")
    async with visit(shared_server, look) as visitor:
        await visitor.page.goto(f"/characters?tag={tag}")
        tile = visitor.page.locator("[data-index='0']")
        if look.narrow:
            async with finger_on(visitor.page) as finger:
                await finger.hold(tile)
            shown = visitor.page.get_by_role("dialog", name=name)
        else:
            await tile.hover()
            shown = visitor.page.locator("[data-preview]")
        await expect(shown).to_contain_text("Mind the third step.")
        await expect(shown).to_be_in_viewport(ratio=1)
        await expect(visitor.page).to_have_url(re.compile("/characters[?]tag="))
        await visitor.looks_around()
        await visitor.page.keyboard.press("Escape")
        await visitor.page.mouse.move(1, 1)
        await expect(shown).to_have_count(0)


async def test_of_two_alike_one_is_kept(shared_server: Server, keeper: Person, visit: Visit, look: Look) -> None:
    name = f"Twin {look.language}{int(look.narrow)}"
    await known(keeper, name, tag="pair", creator="moth", description="Wry.")
    await known(keeper, name, tag="pair", creator="moth", description="Kind.")
    async with visit(shared_server, look) as visitor:
        page = visitor.page
        await page.goto("/characters/duplicates?by=name")
        group = page.get_by_role("region", name=name)
        await expect(group).to_contain_text("Kind.")
        await visitor.looks_around()
        await group.get_by_role("button").first.click()
        await expect(group).to_have_count(0)
        await visitor.button("common.undo").click()
        await expect(group).to_contain_text("Kind.")
        await page.goto("/characters?tag=pair")
        await expect(page.get_by_role("link", name=re.compile(name))).to_have_count(2)

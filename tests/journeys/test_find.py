"""Finding again: the palette by two keys or one thumb, and the page that searches everything."""

import re

from playwright.async_api import expect

from tests.journeys.conftest import Visit
from tests.journeys.teller import conversation
from tests.journeys.visitor import SMALLEST, Look, Visitor
from tests.support.people import Person
from tests.support.requirements import needs_chromium
from tests.support.servers import Server

pytestmark = needs_chromium


async def told(keeper: Person, name: str, *said: str) -> str:
    """A conversation with someone of this name in which this was said; its address."""
    address = await conversation(keeper, name)
    for text in said:
        body = {"conversation_id": address.rpartition("/")[2], "content": text}
        (await keeper.post("/v1/agent/messages", body)).ok()
    return address


async def open_palette(visitor: Visitor) -> None:
    """Two keys at a desk; a tab at the thumb on a phone."""
    await expect(visitor.page.get_by_role("heading", level=1)).to_be_visible()
    if visitor.look.narrow:
        await visitor.button("shell.place.search").click()
    else:
        await visitor.page.keyboard.press("Control+k")
    await expect(visitor.dialog("search.palette").get_by_role("combobox")).to_be_focused()


async def test_a_message_is_found_by_a_word_and_opened_where_it_stands(
    shared_server: Server, keeper: Person, visit: Visit, look: Look
) -> None:
    words = [f"filler {number}" for number in range(3)]
    address = await told(keeper, f"Ondine {look.language}", "我们在月光下的水晶宫里喝酒", *words)
    async with visit(shared_server, look) as visitor:
        await visitor.page.goto("/characters")
        await open_palette(visitor)
        await visitor.looks_around()
        await visitor.page.keyboard.insert_text("水晶宫")
        hit = visitor.page.get_by_role("option").filter(has_text="月光下的水晶宫").first
        await expect(hit.locator("mark")).to_have_text("水晶宫")
        await visitor.looks_around()
        await hit.click()
        await expect(visitor.page).to_have_url(re.compile(f"{address}/m/"))
        await expect(visitor.message("水晶宫").first).to_be_visible()


async def test_a_few_letters_and_enter_go_on_with_a_story_and_it_is_remembered(
    shared_server: Server, keeper: Person, visit: Visit, look: Look
) -> None:
    await conversation(keeper, "Zephyrine")
    async with visit(shared_server, look) as visitor:
        await visitor.page.goto("/connections")
        await open_palette(visitor)
        await visitor.page.keyboard.insert_text("zephyr")
        first = visitor.page.get_by_role("option").first
        await expect(first).to_contain_text("Zephyrine")
        await expect(first).to_have_attribute("aria-selected", "true")
        await visitor.page.keyboard.press("Enter")
        await expect(visitor.page).to_have_url(re.compile("/chat/"))
        await visitor.page.goto("/connections")
        await open_palette(visitor)
        recent = visitor.page.get_by_role("group", name=visitor.words("search.group.recent"))
        await expect(recent.get_by_role("option").first).to_contain_text("Zephyrine")
        await visitor.page.keyboard.press("Escape")
        await expect(visitor.page.get_by_role("dialog")).to_have_count(0)


async def test_everything_said_is_searched_with_filters_and_back_returns_to_it(
    shared_server: Server, keeper: Person, visit: Visit, look: Look
) -> None:
    name = f"Marrow {look.language}"
    await told(keeper, name, "The quicksilver clock struck nine.", "Nobody wound the quicksilver clock.")
    async with visit(shared_server, look) as visitor:
        await visitor.page.goto("/search")
        await expect(visitor.heading("shell.place.search")).to_be_visible()
        await visitor.looks_around()
        await visitor.field("search.field").fill('"quicksilver clock" -nine')
        hits = visitor.page.get_by_role("link").filter(has_text="Nobody wound").filter(has_text=name)
        await expect(hits).to_have_count(1)
        await expect(visitor.page.get_by_role("link").filter(has_text="struck nine")).to_have_count(0)
        await visitor.button("search.filters").click()
        await visitor.page.get_by_role("group").locator("label").last.click()
        await expect(visitor.page.get_by_text(visitor.words("search.none_narrowed"))).to_be_visible()
        await visitor.looks_around()
        await visitor.button("search.widen").click()
        await hits.click()
        await expect(visitor.message("Nobody wound").first).to_be_visible()
        await visitor.page.go_back()
        await expect(hits).to_have_count(1)


async def test_the_palette_and_the_search_fit_the_smallest_screen(
    shared_server: Server, keeper: Person, visit: Visit
) -> None:
    await told(keeper, "Longwindeda" * 5, "Verylongwordwithoutanyblank" * 8)
    async with visit(shared_server, SMALLEST) as visitor:
        await visitor.page.goto("/search?q=verylong&kind=message")
        await expect(visitor.page.get_by_role("link").filter(has_text="erylong").first).to_be_visible()
        await visitor.looks_around()
        await open_palette(visitor)
        await visitor.page.keyboard.insert_text("verylong")
        await expect(visitor.page.get_by_role("option").filter(has_text="erylong").first).to_be_visible()
        await visitor.looks_around()

"""Worlds and presets: a book that wakes, a preset that changes a prompt, a script that is tried out."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from playwright.async_api import Locator, expect

from tests.journeys.conftest import Visit
from tests.journeys.teller import Teller, connect, conversation
from tests.journeys.visitor import SMALLEST, Look, Visitor
from tests.support.people import Person
from tests.support.requirements import needs_chromium
from tests.support.servers import Server

pytestmark = needs_chromium


def part(visitor: Visitor, name: str) -> Locator:
    """The part of a page that is called so."""
    return visitor.page.get_by_role("region", name=visitor.words(name))


async def step_to(visitor: Visitor, side: str) -> None:
    """Another side of the book: its tab, or on a phone's list its place in the menu."""
    tab = visitor.page.get_by_role("tab", name=visitor.words(f"worlds.side.{side}"))
    if await tab.count():
        return await tab.click()
    await visitor.button("common.more_actions").first.click()
    return await visitor.menu(f"worlds.side.{side}")


async def test_a_book_is_written_tested_attached_and_wakes_in_a_reply(
    shared_server: Server, keeper: Person, teller: Teller, visit: Visit, look: Look
) -> None:
    await connect(keeper, teller)
    name, key = ("Isaura", "marzipan") if look.narrow else ("Corin", "gingerbread")
    address = await conversation(keeper, name)
    teller.says("Sweet indeed.")
    async with visit(shared_server, look) as writer:
        await _writes_an_entry(writer, key)
        await _tests_a_text(writer, key)
        await step_to(writer, "uses")
        await writer.page.get_by_role("switch", name=writer.words("worlds.use.everywhere")).click()
        await expect(writer.page.get_by_text(writer.words("worlds.use.everywhere_on")).first).to_be_visible()
        await writer.looks_around()
        await writer.page.goto(address)
        await writer.write(f"Is there {key} left?", to=name)
        await writer.reads("Sweet indeed.")
        await writer.write(f"Then tea with {key} will do.", to=name)
        await expect(writer.message("Sweet indeed.")).to_have_count(2)
        await writer.reads("Sweet indeed.")
        await writer.button("chat.inspector").click()
        woken = writer.page.get_by_role("list", name=writer.words("inspector.lore"))
        await expect(woken).to_contain_text(writer.words("inspector.by_key", key=key))
        await writer.looks_around()
        await _reads_the_exact_prompt(writer, f"The {key} is a lie.")


async def _writes_an_entry(writer: Visitor, key: str) -> None:
    await writer.page.goto("/worlds")
    await writer.button("worlds.add").click()
    await writer.button("worlds.entry_add").click()
    await writer.field("worlds.field.comment").fill(f"About {key}")
    await writer.field("worlds.field.key").fill(f"{key},/toffee(s)?/i,")
    await writer.field("worlds.field.content").fill(f"The {key} is a lie.")
    await writer.looks_around()
    await writer.button("common.save").click()
    await expect(writer.page.get_by_text(writer.words("common.saved")).first).to_be_visible()


async def _tests_a_text(writer: Visitor, key: str) -> None:
    await step_to(writer, "test")
    await writer.field("worlds.test.say").fill(f"So much {key.upper()} and none to eat.")
    await writer.button("worlds.test.run").click()
    await expect(writer.page.locator("mark")).to_have_text(key.upper())
    woken = writer.page.get_by_role("list", name=writer.words("worlds.test.woken"))
    await expect(woken).to_contain_text(writer.words("worlds.why.key", key=key))
    await writer.looks_around()


async def _reads_the_exact_prompt(reader: Visitor, text: str) -> None:
    await reader.button("inspector.open").click()
    window = reader.dialog("inspector.title")
    await expect(window.get_by_text(text).first).to_be_visible()
    await reader.looks_around()
    await window.get_by_role("tab", name=reader.words("inspector.compare")).click()
    await window.get_by_label(reader.words("inspector.with"), exact=True).select_option(index=1)
    await expect(window.get_by_text(reader.words("inspector.state.changed")).first).to_be_visible()
    await expect(window.locator("ins").first).to_contain_text("tea")
    await reader.looks_around()


async def kept(keeper: Person, kind: str, name: str, data: Mapping[str, Any]) -> str:
    """The address of a preset that is there already."""
    made = (await keeper.post("/api/presets", {"kind": kind, "name": name, "data": dict(data)})).ok()
    return f"/presets/{made['id']}"


async def test_a_preset_is_changed_and_the_prompt_beside_it_changes(
    shared_server: Server, keeper: Person, teller: Teller, visit: Visit, look: Look
) -> None:
    await connect(keeper, teller)
    await conversation(keeper, "Oriel" if look.narrow else "Basil")
    main = {
        "identifier": "main",
        "name": "Main",
        "role": "system",
        "content": "Speak in riddles.",
        "system_prompt": True,
    }
    address = await kept(keeper, "chat", f"Riddles {look.language}", {"prompts": [main], "temperature": 1})
    async with visit(shared_server, look) as writer:
        await writer.page.goto(address)
        await _shows_in_the_prompt(writer, "Speak in riddles.")
        prompts = writer.page.get_by_role("list", name=writer.words("presets.prompts"))
        await prompts.get_by_role("button").filter(has_text="Main").first.click()
        await writer.field("presets.prompt_text").fill("Speak in rhymes.")
        await writer.looks_around()
        await _shows_in_the_prompt(writer, "Speak in rhymes.")
        await writer.button("common.save").click()
        await expect(writer.page.get_by_text(writer.words("common.saved")).first).to_be_visible()


async def _shows_in_the_prompt(writer: Visitor, text: str) -> None:
    """On a phone the prompt stands behind the writing."""
    if writer.look.narrow:
        await writer.radio("presets.side.preview").click()
    await expect(part(writer, "presets.preview.title").get_by_text(text)).to_be_visible()
    await writer.looks_around()
    if writer.look.narrow:
        await writer.radio("presets.side.write").click()


async def test_a_script_is_tried_on_a_text(shared_server: Server, keeper: Person, visit: Visit, look: Look) -> None:
    name = f"Spelling {look.language}"
    address = await kept(
        keeper, "script", name, {"scriptName": name, "findRegex": "", "replaceString": "", "placement": [2]}
    )
    async with visit(shared_server, look) as writer:
        await writer.page.goto(address)
        await writer.field("presets.script.find").fill("/colou?r/g")
        await writer.field("presets.script.replace").fill("hue")
        if look.narrow:  # no room beside the script
            await writer.page.get_by_role("radio", name=writer.words("presets.side.test"), exact=True).check(force=True)
        await writer.field("presets.script.test_text").fill("The colour of color.")
        result = writer.page.get_by_role("group", name=writer.words("presets.script.result"))
        await expect(result).to_have_text("The hue of hue.")
        await expect(writer.page.locator("mark")).to_have_text(["colour", "color"])
        await writer.looks_around()


async def test_every_shelf_fits_the_smallest_screen(shared_server: Server, keeper: Person, visit: Visit) -> None:
    (await keeper.post("/api/lorebooks", {"name": "A book with quite a long name indeed"})).ok()
    async with visit(shared_server, SMALLEST) as visitor:
        for place in ("/characters", "/personas", "/worlds", "/presets"):
            await visitor.page.goto(place)
            await expect(visitor.page.get_by_role("heading", level=1)).to_be_visible()
            await visitor.looks_around()
        words = visitor.page.locator(".tab-bar li span")
        boxes = [box for one in await words.all() if (box := await one.bounding_box())]
        assert all(left["x"] + left["width"] < right["x"] for left, right in pairwise(boxes))

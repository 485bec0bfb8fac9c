"""Why a reply says what it says."""

from playwright.async_api import expect

from tests.journeys.conftest import Visit
from tests.journeys.teller import Teller, connect, conversation
from tests.journeys.visitor import Look, Visitor
from tests.support.people import Person
from tests.support.requirements import needs_chromium
from tests.support.servers import Server

pytestmark = needs_chromium
LONG = "and so the road went on past one more milestone " * 40


async def test_the_panel_shows_what_the_model_read_what_was_left_out_and_what_happened(
    shared_server: Server, keeper: Person, teller: Teller, visit: Visit, look: Look
) -> None:
    await connect(keeper, teller, context_tokens=1024, reply_tokens=64)
    name = "Ysolt" if look.narrow else "Bram"
    address = await conversation(keeper, name)
    teller.says("Far enough.")
    async with visit(shared_server, look) as reader:
        await reader.page.goto(address)
        for number in (1, 2, 3):
            await reader.write(f"Part {number}: {LONG}", to=name)
            await reader.reads("Far enough.")
            await expect(reader.message("Far enough.")).to_have_count(number)
        await reader.button("chat.inspector").click()
        await _reads_the_prompt(reader, name)
        await _walks_the_events(reader)


async def _reads_the_prompt(reader: Visitor, name: str) -> None:
    parts = reader.page.get_by_role("list", name=reader.words("chat.parts"))
    await expect(parts).to_contain_text(reader.words("chat.source.history"))
    await expect(reader.heading("chat.left_out")).to_be_visible()
    await expect(reader.page.get_by_text(reader.words("chat.cut.budget")).first).to_be_visible()
    await reader.looks_around()
    await parts.get_by_role("button").filter(has_text=reader.words("chat.part.description")).click()
    await expect(parts).to_contain_text(f"{name} keeps an inn")
    await reader.looks_around()


async def _walks_the_events(reader: Visitor) -> None:
    await reader.page.get_by_role("tab", name=reader.words("chat.panel.events")).click()
    events = reader.page.get_by_role("tree")
    for told in ("message_added", "plan_made", "completion_done"):
        await expect(events).to_contain_text(reader.words(f"chat.event.{told}"))
    await events.get_by_role("treeitem").filter(has_text=reader.words("chat.event.plan_made")).click()
    details = reader.page.get_by_role("region", name=reader.words("chat.event_details"))
    await expect(details).to_contain_text("plan.made")
    await reader.looks_around()
    await reader.page.get_by_role("tab", name=reader.words("chat.panel.character")).click()
    await expect(reader.link("chat.open_character")).to_be_visible()
    await reader.looks_around()

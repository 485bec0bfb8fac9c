"""What happens to a story when the page, the server or somebody else gets in between."""

from playwright.async_api import expect

from tests.conftest import NewServer
from tests.journeys.conftest import Visit
from tests.journeys.teller import GREETING, NAME, Teller, connect, conversation
from tests.journeys.visitor import STREAMING, Visitor
from tests.support.people import Person
from tests.support.requirements import needs_chromium
from tests.support.servers import Server

pytestmark = needs_chromium
TALE = "First came the rain, then the riders, then the long silence, and last of all the morning."


async def test_a_reply_outlives_a_reload_and_the_conversation_outlives_the_server(
    new_server: NewServer, teller: Teller, visit: Visit
) -> None:
    server = new_server()
    async with Person(server.url, key=server.key) as owner:
        await connect(owner, teller)
        address = await conversation(owner)
    async with visit(server) as reader:
        await reader.page.goto(address)
        teller.says(TALE, tokens_per_second=8)
        await reader.write("What happened that night?", to=NAME)
        await expect(reader.page.locator(STREAMING)).to_contain_text("First came")
        await reader.page.reload()
        await reader.reads(TALE)
        await reader.looks_around()
        await _loses_the_server(reader, server)
        await _goes_on(reader, server, teller)


async def _loses_the_server(reader: Visitor, server: Server) -> None:
    server.kill()
    await expect(reader.button("chat.line.reconnecting")).to_be_visible()
    await reader.field("chat.message_to", name=NAME).fill("Are you still there?")
    await reader.button("chat.send").click()
    await expect(reader.page.get_by_text(reader.words("chat.waiting"))).to_be_visible()
    await expect(reader.page.get_by_text(reader.words("shell.unreachable"))).to_be_visible()
    await reader.looks_around()


async def _goes_on(reader: Visitor, server: Server, teller: Teller) -> None:
    teller.says("I never left.")
    server.start()
    await expect(reader.button("chat.line.reconnecting")).to_have_count(0, timeout=30_000)
    await reader.reads("I never left.")
    await expect(reader.message("Are you still there?")).to_have_count(1)
    await expect(reader.page.get_by_text(reader.words("chat.waiting"))).to_have_count(0)
    await expect(reader.page.get_by_text(reader.words("shell.unreachable"))).to_have_count(0)
    await reader.looks_around()


async def test_two_tabs_tell_the_same_story_and_neither_loses_words_of_the_other(
    shared_server: Server, keeper: Person, teller: Teller, visit: Visit
) -> None:
    await connect(keeper, teller)
    address = await conversation(keeper, "Isolde")
    async with visit(shared_server) as one:
        other = Visitor(await one.page.context.new_page(), one.look)
        for tab in (one, other):
            await tab.page.goto(address)
            await tab.reads(GREETING)
        teller.says("Both of you are welcome.")
        await one.write("We are two.", to="Isolde")
        for tab in (one, other):
            await tab.reads("Both of you are welcome.")
        await _both_edit(one, other)


async def _both_edit(one: Visitor, other: Visitor) -> None:
    for tab in (one, other):
        await tab.page.bring_to_front()
        await tab.asks("We are two.", "common.edit")
    await other.log.get_by_role("textbox").fill("We are three.")
    await other.button("common.save").click()
    await other.reads("We are three.")
    await one.page.bring_to_front()
    await one.log.get_by_role("textbox").fill("We are many.")
    await one.button("common.save").click()
    choice = one.dialog("chat.conflict_title")
    await expect(choice.get_by_role("deletion")).to_contain_text("three")
    await expect(choice.get_by_role("insertion")).to_contain_text("many")
    await one.looks_around()
    await one.button("chat.conflict_keep_both").click()
    for tab in (one, other):
        await tab.page.bring_to_front()
        await tab.message("We are three.").hover()
        await expect(tab.message("We are three.").get_by_text("1 / 2", exact=True)).to_be_visible()

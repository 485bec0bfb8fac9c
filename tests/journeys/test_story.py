"""From a card in a file to a story with branches."""

from playwright.async_api import Browser, expect

from tests.journeys.teller import GREETING, OTHER_GREETING, Teller, card_png, connect
from tests.journeys.visitor import STREAMING, Look, Visitor
from tests.support.browser import opened_page
from tests.support.people import Person
from tests.support.requirements import needs_chromium
from tests.support.servers import Server

pytestmark = needs_chromium
SLOW = "One slow word after another she counts the barrels in the cellar and never seems to come to an end of it " * 3


async def test_a_card_from_a_file_becomes_a_story_that_is_stopped_retold_mended_and_branched(
    browser: Browser, shared_server: Server, keeper: Person, teller: Teller, look: Look
) -> None:
    await connect(keeper, teller)
    async with opened_page(browser, shared_server.url, **look.context) as page:
        reader = Visitor(page, look)
        name = "Odile" if look.narrow else "Corwin"
        await _signs_in(reader, shared_server)
        await _imports(reader, name)
        await _swipes_the_greeting(reader)
        await _stops_a_reply(reader, teller, name)
        await _has_it_told_again(reader, teller)
        await _edits_and_takes_it_back(reader)
        await _branches_and_returns(reader, teller, name)


async def _signs_in(reader: Visitor, server: Server) -> None:
    await reader.page.goto("/characters")
    await expect(reader.heading("auth.welcome_back")).to_be_visible()
    await reader.looks_around()
    await reader.field("auth.username").fill(server.owner)
    await reader.field("auth.password").fill("not this one")
    await reader.button("auth.sign_in").click()
    await expect(reader.page.get_by_role("alert")).to_be_visible()
    await reader.looks_around()
    await reader.field("auth.password").fill(server.password)
    await reader.button("auth.sign_in").click()
    await expect(reader.heading("shell.place.characters")).to_be_visible()


async def _imports(reader: Visitor, name: str) -> None:
    file = {"name": f"{name}.png", "mimeType": "image/png", "buffer": card_png(name)}
    await reader.page.get_by_label(reader.words("characters.import"), exact=True).first.set_input_files(file)
    await expect(reader.page.get_by_role("link", name=name).first).to_be_visible()
    await reader.looks_around()
    await reader.button("characters.open").click()
    await expect(reader.page.get_by_role("heading", name=name, exact=True)).to_be_visible()
    await expect(reader.page.get_by_text(GREETING)).to_be_visible()
    await reader.looks_around()
    await reader.button("characters.start_chat").click()


async def _swipes_the_greeting(reader: Visitor) -> None:
    await reader.reads(GREETING)
    await reader.looks_around()
    await reader.button("chat.version_next").click()
    await reader.reads(OTHER_GREETING)
    await reader.button("chat.version_before").click()
    await reader.reads(GREETING)


async def _stops_a_reply(reader: Visitor, teller: Teller, name: str) -> None:
    teller.says(SLOW, tokens_per_second=8)
    await reader.write("Tell me about the cellar.", to=name)
    await expect(reader.page.locator(STREAMING)).to_contain_text("One slow word")
    await reader.looks_around()
    await reader.button("chat.stop").click()
    await expect(reader.page.get_by_text(reader.words("chat.interrupted"), exact=True)).to_be_visible()
    await expect(reader.page.locator(STREAMING)).to_have_count(0)
    await reader.looks_around()


async def _has_it_told_again(reader: Visitor, teller: Teller) -> None:
    teller.says("The cellar is dry, and it keeps its secrets.")
    await reader.button("chat.write_again").click()
    await reader.reads("keeps its secrets")
    await expect(reader.page.get_by_text("2 / 2", exact=True)).to_be_visible()
    await reader.button("chat.version_before").click()
    await reader.reads("One slow word")
    await expect(reader.page.get_by_text("1 / 2", exact=True)).to_be_visible()
    await reader.looks_around()
    await reader.button("chat.version_next").click()
    await reader.reads("keeps its secrets")


async def _edits_and_takes_it_back(reader: Visitor) -> None:
    await reader.asks("Tell me about the cellar.", "common.edit")
    await expect(reader.button("common.save")).to_be_visible()
    await reader.looks_around()
    await reader.log.get_by_role("textbox").fill("Tell me about the attic.")
    await reader.button("common.save").click()
    await reader.reads("Tell me about the attic.")
    await expect(reader.log.get_by_text(reader.words("chat.edited"), exact=True)).to_be_visible()
    await reader.looks_around()
    await reader.header("chat.undo")
    await reader.reads("Tell me about the cellar.")


async def _branches_and_returns(reader: Visitor, teller: Teller, name: str) -> None:
    await reader.asks(GREETING, "chat.branch")
    await expect(reader.message("Tell me about the cellar.")).to_have_count(0)
    teller.says("The roof leaks in three places.")
    await reader.write("Tell me about the roof.", to=name)
    await reader.reads("The roof leaks")
    await expect(reader.button("chat.branches_here", n=2)).to_be_visible()
    await reader.header("chat.branches")
    tree = reader.page.get_by_role("tree", name=reader.words("chat.branches"))
    await expect(tree.get_by_role("treeitem")).to_have_count(3)
    await reader.looks_around()
    await tree.get_by_role("treeitem").filter(has_text="keeps its secrets").click()
    await reader.reads("keeps its secrets")
    await expect(reader.message("The roof leaks")).to_have_count(0)
    await reader.looks_around()

"""Several characters in one chat: a group is made, edited, chatted with, and its members are let speak."""

import re

from playwright.async_api import Locator, expect

from tests.journeys.conftest import Visit
from tests.journeys.teller import Teller, card_png, connect
from tests.journeys.visitor import Look, Visitor
from tests.support.people import Person
from tests.support.requirements import needs_chromium
from tests.support.servers import Server

pytestmark = needs_chromium


def rows(writer: Visitor) -> Locator:
    """The members, in order."""
    return writer.page.get_by_role("list", name=writer.words("groups.members"), exact=True).get_by_role("listitem")


def said_by(writer: Visitor, name: str) -> Locator:
    """Messages under this name."""
    heading = writer.page.get_by_role("heading", name=name, exact=True)
    return writer.log.locator('[role=group][aria-labelledby^="name-"]').filter(has=heading)


async def test_a_group_is_made_edited_and_speaks_as_its_person_wants(
    shared_server: Server, keeper: Person, teller: Teller, visit: Visit, look: Look
) -> None:
    await connect(keeper, teller)
    first, second, group = ("林安", "阿舟", "守夜人") if look.narrow else ("Orsolya", "Bertil", "Night watch")
    for name in (first, second):
        greeting = f"{name} lifts the lamp."
        file = card_png(name, first_mes=greeting, alternate_greetings=[])
        assert (await keeper.upload("/api/characters/import", (f"{name}.png", file))).status == 200
    async with visit(shared_server, look) as writer:
        await _makes(writer, group, (first, second))
        await _edits(writer, second)
        await _chats(writer, group, (first, second), teller)
        await _lets_speak(writer, second, teller)
        await _throws_away(writer, group)


async def _makes(writer: Visitor, group: str, names: tuple[str, str]) -> None:
    await writer.page.goto("/groups")
    await writer.button("groups.add").first.click()
    picker = writer.dialog("groups.add")
    for name in names:
        await picker.get_by_role("searchbox").fill(name)
        await picker.get_by_role("button", name=name, exact=True).click()
    await picker.get_by_role("textbox").first.fill(group)
    await writer.looks_around()
    await writer.button("groups.make").click()
    await expect(writer.page.get_by_role("heading", name=group, exact=True)).to_be_visible()
    await expect(rows(writer)).to_have_text([re.compile(name) for name in names])


async def _edits(writer: Visitor, second: str) -> None:
    """The second member comes first by the keyboard, is muted and heard again, and all answer in order."""
    mute = writer.button("groups.mute_named", name=second)
    await mute.click()
    await expect(mute).to_have_attribute("aria-pressed", "true")
    await mute.click()
    await expect(mute).to_have_attribute("aria-pressed", "false")
    await writer.page.get_by_role("link", name=re.compile(second)).focus()
    await writer.page.keyboard.press("Alt+ArrowUp")
    await expect(rows(writer).first).to_contain_text(second)
    await writer.looks_around()
    await writer.page.get_by_role("tab", name=writer.words("groups.tab.rules")).click()
    await writer.radio("groups.strategy_hint.list").click()
    await writer.looks_around()
    await writer.page.get_by_role("tab", name=writer.words("groups.tab.versions")).click()
    await expect(writer.page.get_by_text(writer.words("groups.field.strategy")).first).to_be_visible()
    await writer.looks_around()


async def _chats(writer: Visitor, group: str, names: tuple[str, str], teller: Teller) -> None:
    first, second = names
    await writer.button("groups.start").click()
    for name in names:
        await expect(said_by(writer, name)).to_contain_text(f"{name} lifts the lamp.")
    await writer.looks_around()
    teller.says("All quiet here.")
    await writer.write("Report, please.", to=group)
    await expect(writer.message("All quiet here.")).to_have_count(2, timeout=20_000)
    await writer.reads("All quiet here.")
    await expect(said_by(writer, first)).to_have_count(2)
    await expect(said_by(writer, second)).to_have_count(2)


async def _lets_speak(writer: Visitor, second: str, teller: Teller) -> None:
    """By the composer for the next message, by its button without one, and from the list of members."""
    teller.says("I saw a light.")
    await writer.button("groups.next", name=writer.words("groups.by_rules")).click()
    await writer.page.get_by_role("menuitem", name=second, exact=True).click()
    await writer.looks_around()
    await writer.button("groups.let_speak", name=second).click()
    await writer.reads("I saw a light.")
    await expect(said_by(writer, second)).to_have_count(3)
    await writer.button("chat.inspector").first.click()
    await writer.page.get_by_role("tab", name=writer.words("groups.members"), exact=True).click()
    await expect(rows(writer)).to_have_count(2)
    await writer.looks_around()
    await writer.button("groups.let_speak", name=second).first.click()
    await expect(said_by(writer, second)).to_have_count(4, timeout=20_000)
    await writer.reads("I saw a light.")


async def _throws_away(writer: Visitor, group: str) -> None:
    await writer.page.goto("/groups")
    await writer.looks_around()
    await writer.page.get_by_role("link", name=re.compile(group)).click()
    await writer.button("common.more_actions").click()
    await writer.menu("common.delete")
    await writer.button("common.undo").click()
    await expect(writer.page.get_by_text(writer.words("groups.restored", name=group)).first).to_be_visible()
    await expect(writer.page.get_by_role("link", name=re.compile(group))).to_be_visible()

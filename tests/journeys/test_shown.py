"""What is shown, and when: display scripts, what other pages of one person do, new versions, a first visit."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.journeys.conftest import Visit
from tests.journeys.teller import GREETING, NAME, Teller, connect, conversation
from tests.journeys.visitor import DESK, PHONE, Look, Visitor
from tests.support.browser import opened_page
from tests.support.people import Person
from tests.support.requirements import needs_chromium
from tests.support.servers import Server

pytestmark = needs_chromium
# Every word that was ever painted in the log: what a mutation brings is on the screen at the next frame.
_WATCH = """() => { window.painted = []
  const look = () => { const log = document.querySelector('[role=log]')
    for (const one of log?.querySelectorAll('.prose-rp') ?? []) {
      if (one.checkVisibility({opacityProperty: true})) window.painted.push(one.textContent) } }
  const tick = () => { look(); requestAnimationFrame(tick) }
  requestAnimationFrame(tick) }"""


async def tune(person: Person, path: str, value: Any) -> None:
    ops = [{"op": "set", "path": path, "value": value}]
    (await person.post("/api/config/revisions", {"scope": {"type": "user"}, "ops": ops})).ok()


async def script(person: Person, find: str, put: str, **more: Any) -> str:
    data = {"scriptName": find, "findRegex": find, "replaceString": put, "placement": [1, 2], **more}
    made = (await person.post("/api/presets", {"kind": "script", "name": find, "data": data})).ok()
    return str(made["id"])


@pytest.fixture
async def scripted(keeper: Person) -> AsyncIterator[Person]:
    """The keeper reads lanterns as lamps, until the journey ends."""
    await tune(keeper, "/scripts/enabled", [await script(keeper, "/lantern/g", "*lamp*", markdownOnly=True)])
    yield keeper
    await tune(keeper, "/scripts/enabled", [])


async def test_what_scripts_show_is_read_and_what_is_stored_is_edited(
    shared_server: Server, scripted: Person, teller: Teller, visit: Visit, look: Look
) -> None:
    await connect(scripted, teller)
    address = await conversation(scripted)
    async with visit(shared_server, look) as reader:
        await reader.page.goto(address)
        await reader.reads("The lamp is lit.")
        await reader.page.add_init_script(f"({_WATCH})()")
        asked: list[str] = []
        reader.page.on("request", lambda request: asked.append(request.url) if ":display" in request.url else None)
        await reader.page.reload()
        await reader.reads("The lamp is lit.")
        painted = await reader.page.evaluate("() => window.painted")
        assert painted
        assert not [text for text in painted if "lantern" in text]
        assert len(asked) == 1
        teller.says("One lantern more.")
        await reader.write("And a lantern here?", to=NAME)
        await reader.reads("One lamp more.")
        await expect(reader.message("And a lamp here?")).to_be_visible()
        assert len(asked) <= 4
        await reader.looks_around()
        await reader.asks("And a lamp here?", "common.edit")
        await expect(reader.log.get_by_role("textbox")).to_have_value("And a lantern here?")


async def test_other_pages_of_one_person_hear_of_scripts_and_settings_at_once(
    shared_server: Server, keeper: Person, visit: Visit
) -> None:
    address = await conversation(keeper)
    async with visit(shared_server) as reader:
        await reader.page.goto(address)
        await reader.reads(GREETING)
        await tune(keeper, "/scripts/enabled", [await script(keeper, "/lit/g", "*out*", markdownOnly=True)])
        await reader.reads("The lantern is out.")
        await tune(keeper, "/scripts/enabled", [])
        await reader.reads("The lantern is lit.")


async def test_a_draft_appears_on_the_other_page_and_never_over_what_is_typed_there(
    shared_server: Server, keeper: Person, visit: Visit
) -> None:
    address = await conversation(keeper)
    async with visit(shared_server, DESK) as desk, visit(shared_server, PHONE) as phone:
        boxes = []
        for one in (desk, phone):
            await one.page.goto(address)
            await one.reads(GREETING)
            boxes.append(one.field("chat.message_to", name=NAME))
        await boxes[0].fill("From the desk.")
        await expect(boxes[1]).to_have_value("From the desk.")
        await phone.page.route("**/draft", lambda route: route.fulfill(status=503, json={}))
        await boxes[1].fill("From the bus.")
        await boxes[0].fill("From the desk, later.")
        await expect(phone.page.get_by_text("From the desk, later.")).to_be_visible()
        await expect(boxes[1]).to_have_value("From the bus.")
        await phone.looks_around()


async def test_a_first_visit_leaves_the_console_empty(shared_server: Server, browser: Browser) -> None:
    async with opened_page(browser, shared_server.url) as page:
        said: list[str] = []
        page.on("console", lambda one: said.append(one.text) if one.type in ("error", "warning") else None)
        await page.goto("/")
        await expect(Visitor(page, DESK).button("auth.sign_in")).to_be_visible()
        assert said == []

"""Keeping the house: connections and settings."""

import re

from playwright.async_api import expect

from tests.journeys.conftest import Visit
from tests.journeys.teller import Teller, conversation
from tests.journeys.visitor import DESK, PHONE, Visitor
from tests.support.people import Person
from tests.support.processes import free_port
from tests.support.requirements import needs_chromium
from tests.support.servers import Server

pytestmark = needs_chromium


async def test_a_connection_is_tried_saved_preferred_and_answers(
    shared_server: Server, keeper: Person, teller: Teller, visit: Visit
) -> None:
    (await keeper.post("/api/connections", {"name": "Demo", "kind": "demo"})).ok()
    address = await conversation(keeper, "Wenna")
    async with visit(shared_server) as owner:
        await owner.page.goto("/connections")
        await owner.button("connections.add").click()
        await _tries(owner, teller)
        await owner.button("connections.more_named", name="My model").click()
        await owner.menu("connections.prefer")
        row = owner.page.get_by_role("listitem").filter(has_text="My model")
        await expect(row.get_by_text(owner.words("connections.default"), exact=True)).to_be_visible()
        await owner.looks_around()
        teller.says("A model of your own speaks.")
        await owner.page.goto(address)
        await owner.write("Who speaks?", to="Wenna")
        await owner.reads("A model of your own speaks.")
        await expect(owner.button("chat.connection", name="mock")).to_be_visible()


async def _tries(owner: Visitor, teller: Teller) -> None:
    dialog = owner.dialog("connections.add")
    test = dialog.get_by_role("button", name=owner.words("connections.test"), exact=True)
    await dialog.get_by_label(owner.words("connections.field.name"), exact=True).fill("My model")
    address = dialog.get_by_label(owner.words("connections.field.base_url"), exact=True)
    await address.fill(f"http://127.0.0.1:{free_port()}/v1")
    await test.click()
    await expect(dialog.locator(".text-bad")).not_to_be_empty()
    await owner.looks_around()
    await address.fill(teller.base_url)
    await test.click()
    await expect(dialog.get_by_role("status")).to_contain_text(owner.words("connections.works", ms="").split("  ")[0])
    await expect(dialog.get_by_label(owner.words("connections.field.model"), exact=True)).to_have_value("mock")
    await owner.looks_around()
    await dialog.get_by_role("button", name=owner.words("common.save"), exact=True).click()
    await expect(dialog).to_have_count(0)


async def test_the_house_looks_as_liked_gives_a_key_once_and_lets_one_leave(
    shared_server: Server, visit: Visit
) -> None:
    async with visit(shared_server) as owner:
        await owner.page.goto("/settings/appearance")
        await owner.looks_around()
        await owner.radio("shell.theme.dark").click()
        await expect(owner.page.locator("html")).to_have_class(re.compile(r"\bdark\b"))
        await owner.looks_around()
        await owner.page.locator("label").filter(has_text="中文").click()
        owner = Visitor(owner.page, DESK.speaking(PHONE.language))
        await expect(owner.heading("shell.place.settings")).to_be_visible()
        await owner.page.reload()
        await expect(owner.page.locator("html")).to_have_attribute("lang", "zh-CN")
        await expect(owner.page.locator("html")).to_have_class(re.compile(r"\bdark\b"))
        await owner.looks_around()
        await _gets_a_key(owner, shared_server)
        await _leaves(owner)


async def _gets_a_key(owner: Visitor, server: Server) -> None:
    await owner.link("settings.section.keys").click()
    await owner.button("settings.key_add").click()
    await owner.field("settings.key_label").fill("My script")
    await owner.looks_around()
    await owner.button("settings.key_make").click()
    shown = owner.field_named("My script")
    await expect(owner.page.get_by_text(owner.words("settings.key_once"))).to_be_visible()
    key = await shown.input_value()
    await owner.looks_around()
    async with Person(server.url, key=key) as program:
        (await program.get("/api/characters")).ok()
    await owner.button("settings.key_kept").click()
    await expect(shown).to_have_count(0)
    await expect(owner.page.get_by_text("My script", exact=True)).to_be_visible()
    await owner.looks_around()
    await owner.page.reload()
    await expect(owner.page.get_by_text("My script", exact=True)).to_be_visible()
    assert key not in await owner.page.content()


async def _leaves(owner: Visitor) -> None:
    await owner.link("settings.section.account").click()
    await expect(owner.heading("settings.devices")).to_be_visible()
    await owner.looks_around()
    await owner.button("auth.sign_out").click()
    await expect(owner.heading("auth.welcome_back")).to_be_visible()
    await owner.looks_around()
    await owner.page.goto("/settings")
    await expect(owner.heading("auth.welcome_back")).to_be_visible()

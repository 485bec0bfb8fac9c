"""Models that fail are stood in for, and the reply says so."""

from playwright.async_api import expect

from tests.journeys.conftest import Visit
from tests.journeys.teller import Teller, conversation
from tests.journeys.visitor import Look, Visitor
from tests.support.people import Person
from tests.support.processes import free_port
from tests.support.requirements import needs_chromium
from tests.support.servers import Server

pytestmark = needs_chromium


async def test_another_connection_answers_and_the_reply_says_for_whom_and_what_it_cost(
    shared_server: Server, keeper: Person, teller: Teller, visit: Visit, look: Look
) -> None:
    away = {"name": "Attic", "kind": "openai", "base_url": f"http://127.0.0.1:{free_port()}/v1", "model": "mock"}
    spare = {"name": "Cellar", "kind": "text", "base_url": teller.base_url, "model": "mock"}
    made = [(await keeper.post("/api/connections", one)).ok() for one in (away | {"is_default": True}, spare)]
    address = await conversation(keeper, "Wenna")
    async with visit(shared_server, look) as owner:
        await owner.page.goto("/connections")
        await _stands_in(owner)
        await _is_paid(owner)
        teller.says("The cellar answers.")
        await owner.page.goto(address)
        await owner.write("Who speaks?", to="Wenna")
        await owner.reads("The cellar answers.")
        await expect(owner.log.get_by_text("Attic")).to_contain_text("Cellar")
        await owner.looks_around()
    for one in made:
        await keeper.delete(f"/api/connections/{one['id']}")


async def _opened(owner: Visitor, name: str) -> None:
    await owner.button("connections.more_named", name=name).click()
    await owner.menu("common.edit")
    await owner.page.get_by_role("dialog").get_by_text(owner.words("connections.more"), exact=True).click()


async def _saved(owner: Visitor) -> None:
    dialog = owner.page.get_by_role("dialog")
    await dialog.get_by_role("button", name=owner.words("common.save"), exact=True).click()
    await expect(dialog).to_have_count(0)


async def _stands_in(owner: Visitor) -> None:
    await _opened(owner, "Attic")
    dialog = owner.page.get_by_role("dialog")
    await dialog.get_by_role("combobox", name=owner.words("connections.fallbacks.add")).select_option(label="Cellar")
    await expect(dialog.get_by_role("listitem")).to_contain_text("Cellar")
    await owner.looks_around()
    await _saved(owner)


async def _is_paid(owner: Visitor) -> None:
    await _opened(owner, "Cellar")
    dialog = owner.page.get_by_role("dialog")
    await dialog.get_by_label(owner.words("connections.prices.output"), exact=True).fill("15")
    await dialog.get_by_label(owner.words("connections.prices.input"), exact=True).fill("3")
    await owner.looks_around()
    await _saved(owner)

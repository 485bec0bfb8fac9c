"""Tuning replies and playing personas, at a desk and on a phone."""

from playwright.async_api import expect

from tests.journeys.conftest import Visit
from tests.journeys.teller import Teller, connect, conversation
from tests.journeys.visitor import Look, Visitor
from tests.support.people import Person
from tests.support.requirements import needs_chromium
from tests.support.servers import Server

pytestmark = needs_chromium


async def character_of(keeper: Person, address: str) -> str:
    told = (await keeper.get(f"/api/conversations/{address.rpartition('/')[2]}")).ok()
    return str(told["character_id"])


async def test_a_character_is_tuned_by_words_and_by_numbers_and_the_reply_tells(
    shared_server: Server, keeper: Person, teller: Teller, visit: Visit, look: Look
) -> None:
    await connect(keeper, teller)
    name = "Odile" if look.narrow else "Perrin"
    address = await conversation(keeper, name)
    teller.says("Short and calm.")
    async with visit(shared_server, look) as visitor:
        await visitor.page.goto(f"/characters/{await character_of(keeper, address)}?tab=replies")
        await visitor.radio("config.length_hint.short").click()
        await expect(visitor.page.get_by_text(visitor.words("config.set_done", name=label(visitor, "reply.length")))
                     .first).to_be_visible()  # fmt: skip
        await visitor.looks_around()
        await visitor.radio("config.view.expert").click()
        number = visitor.page.get_by_role("spinbutton", name=label(visitor, "generation.temperature"))
        await number.fill("0.35")
        await number.press("Tab")
        reset = visitor.words("config.reset_to", name=label(visitor, "generation.temperature"),
                              layer=visitor.words("config.source.default"))  # fmt: skip
        await expect(visitor.page.get_by_role("button", name=reset)).to_be_visible()
        await visitor.looks_around()
        await visitor.page.goto(address)
        await visitor.write("Well?", to=name)
        await visitor.reads("Short and calm.")
        await visitor.button("chat.inspector").click()
        await _tells_the_layer(visitor)


async def _tells_the_layer(visitor: Visitor) -> None:
    await expect(visitor.heading("config.why.title")).to_be_visible()
    row = visitor.page.locator("dl > div").filter(has_text=label(visitor, "generation.temperature"))
    await expect(row).to_contain_text("0.35")
    await expect(row).to_contain_text(visitor.words("config.source.character"))
    await visitor.looks_around()


async def test_a_persona_is_made_locked_to_a_character_and_taken_back_from_the_trash(
    shared_server: Server, keeper: Person, teller: Teller, visit: Visit, look: Look
) -> None:
    await connect(keeper, teller)
    who, me = ("Sunniva", "Kestrel") if look.narrow else ("Tamsin", "Heron")
    address = await conversation(keeper, who)
    teller.says("Welcome.")
    async with visit(shared_server, look) as visitor:
        await visitor.page.goto("/personas")
        await visitor.button("personas.add").click()
        await visitor.field("personas.name").fill(me)
        await visitor.button("common.save").click()
        await visitor.field("personas.lock_to").fill(who)
        await visitor.button("personas.lock_named", name=who).click()
        await expect(visitor.button("personas.unlock", where=who)).to_be_visible()
        await visitor.looks_around()
        await visitor.page.goto(address)
        await visitor.write("Good evening.", to=who)
        await visitor.reads("Welcome.")
        await expect(visitor.message("Good evening.")).to_contain_text(me)
        await visitor.page.goto("/personas")
        await visitor.page.get_by_role("button", name=me).first.click()
        await visitor.button("common.delete").click()
        await visitor.button("common.undo").click()
        await expect(visitor.page.get_by_role("button", name=me).first).to_be_visible()
        await visitor.looks_around()


def label(visitor: Visitor, path: str) -> str:
    return visitor.words(f"config.path.{path}.label")

"""How it looks: six themes without a fault, four ways to set a chat, a picture behind it, a tour to be skipped."""

import json
from io import BytesIO

import pytest
from PIL import Image
from playwright.async_api import Locator, expect

from tests.journeys.conftest import Visit
from tests.journeys.teller import GREETING, conversation
from tests.journeys.visitor import DESK, PHONE, Look, Visitor
from tests.support.people import Person
from tests.support.requirements import needs_chromium
from tests.support.servers import Server

pytestmark = needs_chromium

THEMES = ("light", "dark", "contrast", "candle", "ink", "sea")
PLACES = ("/chat", "/characters", "/personas", "/presets", "/search", "/connections")
SECTIONS = ("/settings/replies", "/settings/appearance", "/settings/speech")


def _notices(guest: Visitor) -> Locator:
    return guest.page.get_by_role("region", name=guest.words("common.notices"))


async def _wears(guest: Visitor, **look: str) -> None:
    """Chosen before: what the boot script finds."""
    kept = json.dumps(json.dumps(look))
    await guest.page.add_init_script(f"localStorage.setItem('tavern.look', {kept})")


@pytest.mark.parametrize("theme", THEMES)
async def test_a_theme_is_worn_from_the_first_paint_and_reads_well_everywhere(
    shared_server: Server, keeper: Person, visit: Visit, theme: str
) -> None:
    address = await conversation(keeper, "Ilse")
    async with visit(shared_server, Look("en", PHONE.context | {"locale": "en-US"})) as guest:
        await _wears(guest, theme=theme)
        await guest.page.goto(address, wait_until="commit")
        await expect(guest.page.locator("html")).to_have_attribute("data-theme", theme)
        await guest.reads(GREETING)
        await guest.looks_around()
        for place in (*PLACES, *SECTIONS):
            await guest.page.goto(place)
            await expect(guest.page.get_by_role("heading", level=1)).to_be_visible()
            await guest.page.wait_for_timeout(300)
            await guest.looks_around()


@pytest.mark.parametrize("style", ["bubbles", "document", "novel"])
async def test_a_chat_is_set_in_the_style_that_was_chosen(
    shared_server: Server, keeper: Person, visit: Visit, look: Look, style: str
) -> None:
    address = await conversation(keeper, "Ilse")
    async with visit(shared_server, look) as guest:
        await guest.page.goto("/settings/appearance")
        await guest.radio(f"look.chat.{style}").click()
        await guest.page.goto(address)
        await guest.reads(GREETING)
        await expect(guest.page.locator(f"[data-chat={style}]")).to_be_visible()
        await expect(guest.page.locator(".chat-stage")).to_have_count(1 if style == "novel" else 0)
        await expect(guest.field("chat.message_to", name="Ilse")).to_be_in_viewport(ratio=1)
        await guest.looks_around()


async def test_a_picture_stands_behind_the_chats_and_can_be_taken_away(
    shared_server: Server, keeper: Person, visit: Visit
) -> None:
    address = await conversation(keeper, "Ilse")
    told = (await keeper.get(f"/api/conversations/{address.rpartition('/')[2]}")).ok()
    picture = BytesIO()
    Image.new("RGB", (64, 48), (250, 240, 120)).save(picture, "PNG")
    async with visit(shared_server, DESK) as guest:
        await guest.page.goto(f"/characters/{told['character_id']}/edit")
        chooser = guest.page.get_by_label(guest.words("look.background.choose"))
        await chooser.set_input_files({"name": "dusk.png", "mimeType": "image/png", "buffer": picture.getvalue()})
        await expect(guest.button("look.background.remove")).to_be_visible()
        await guest.page.goto(address)
        await guest.reads(GREETING)
        await expect(guest.page.locator(".chat-backdrop img")).to_be_visible()
        await guest.looks_around()
        await guest.page.goto(f"/characters/{told['character_id']}/edit")
        await guest.button("look.background.remove").click()
        await expect(guest.button("look.background.remove")).to_have_count(0)
        await guest.page.goto(address)
        await guest.reads(GREETING)
        await expect(guest.page.locator(".chat-backdrop")).to_have_count(0)


async def test_a_look_goes_to_every_device(shared_server: Server, visit: Visit) -> None:
    async with (
        visit(shared_server, DESK) as desk,
        visit(shared_server, Look("en", PHONE.context | {"locale": "en-US"})) as phone,
    ):
        await desk.page.goto("/settings/appearance")
        await desk.radio("shell.theme.ink").click()
        await desk.button("look.every_device.label").click()
        await expect(_notices(desk)).to_contain_text(desk.words("look.every_device.done"))
        await phone.page.goto("/characters")
        await expect(phone.page.locator("html")).to_have_attribute("data-theme", "ink")
        await expect(_notices(phone)).to_contain_text(phone.words("look.every_device.taken"))
        foot = await _notices(phone).bounding_box()
        assert foot is not None
        assert foot["y"] > PHONE.context["viewport"]["height"] / 2


async def test_the_tour_is_found_again_and_skipped_with_one_press(
    shared_server: Server, visit: Visit, look: Look
) -> None:
    async with visit(shared_server, look) as guest:
        await guest.page.goto("/settings/about")
        await guest.button("tour.again").click()
        tour = guest.page.get_by_role("complementary", name=guest.words("tour.label"))
        await expect(tour).to_contain_text(guest.words("tour.meet.title"))
        await guest.looks_around()
        for title in ("story", "models", "sillytavern"):
            await guest.button("tour.next").click()
            await expect(tour).to_contain_text(guest.words(f"tour.{title}.title"))
        await guest.button("tour.skip").click()
        await expect(tour).to_have_count(0)
        await guest.page.reload()
        await expect(guest.button("tour.again")).to_be_visible()
        await expect(tour).to_have_count(0)

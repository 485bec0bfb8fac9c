"""Pictures from elsewhere: none before somebody allowed them, and then without a jump; and those a card brought."""

import base64
import json
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.async_api import Locator, expect

from tests.journeys.conftest import Visit
from tests.journeys.teller import Teller, connect
from tests.journeys.visitor import Look, Visitor
from tests.support.elsewhere import HOST, House, house
from tests.support.requirements import needs_chromium

pytestmark = needs_chromium
NAME = "Marlow"


def drawn(width: int, height: int) -> bytes:
    out = BytesIO()
    Image.linear_gradient("L").resize((width, height)).save(out, "PNG")
    return out.getvalue()


async def _card(home: House) -> tuple[str, str]:
    """A character whose greeting and notes name pictures and whose card brought one; its id and a conversation's."""
    sad = f"data:image/png;base64,{base64.b64encode(drawn(300, 400)).decode()}"
    data = {
        "name": NAME,
        "first_mes": f"Two charts. ![the bay]({home.host.url('/bay.png')}) ![the isle]({home.host.url('/isle.png')})",
        "creator_notes": f"How he looks: ![a sketch]({home.host.url('/notes.png')})",
        "assets": [{"type": "emotion", "name": "sad", "ext": "png", "uri": sad}],
    }
    card = json.dumps({"spec": "chara_card_v3", "spec_version": "3.0", "data": data}).encode()
    told = (await home.person.upload("/api/characters/import", ("marlow.json", card))).ok()["results"][0]
    chat = (await home.person.post("/api/conversations", {"character_id": told["character_id"]})).ok()["id"]
    return str(told["character_id"]), str(chat)


async def test_pictures_come_when_they_are_wanted(tmp_path: Path, visit: Visit, look: Look, teller: Teller) -> None:
    async with house(tmp_path / "data", serving=True) as home:
        home.host.body = drawn(900, 600)
        character_id, chat = await _card(home)
        await connect(home.person, teller)
        async with visit(home, look) as reader:
            await reader.page.goto(f"/chat/{chat}")
            await _nothing_comes_by_itself(reader, home, teller)
            await _one_is_shown(reader, home)
            await _all_of_this_chat_are_shown(reader, home)
            await _a_picture_is_enlarged(reader)
            await _one_that_fails_says_so(reader, home, chat)
            await _it_is_taken_back(reader, home)
            await _the_characters_page_asks_for_itself(reader, home, character_id)


def _chip(reader: Visitor, name: str) -> Locator:
    return reader.page.locator(".picture-chip").filter(has_text=name)


async def _nothing_comes_by_itself(reader: Visitor, home: House, teller: Teller) -> None:
    await expect(_chip(reader, "the bay")).to_contain_text(
        reader.words("pictures.from", host=f"{HOST}:{home.host.port}")
    )
    teller.says(f"Look at this. ![the cave]({home.host.url('/cave.png')}) Beautiful.")
    await reader.write("What else?", to=NAME)
    await reader.reads("Beautiful.")
    await expect(_chip(reader, "the cave")).to_be_visible()
    await reader.looks_around()
    assert home.host.asked == []


async def _one_is_shown(reader: Visitor, home: House) -> None:
    await _chip(reader, "the bay").get_by_role("button").first.click()
    await expect(reader.page.get_by_role("img", name="the bay")).to_be_visible()
    await expect(reader.page.locator(".picture-open").first).to_be_focused()
    await expect(_chip(reader, "the isle")).to_be_visible()
    assert home.host.asked == ["/bay.png"]


async def _all_of_this_chat_are_shown(reader: Visitor, home: House) -> None:
    await _chip(reader, "the isle").get_by_role("button").nth(1).focus()
    await reader.page.keyboard.press("Enter")
    for name in ("the bay", "the isle", "the cave"):
        await _came(reader, name)
    await expect(reader.page.locator(".picture-chip")).to_have_count(0)
    await reader.looks_around()
    # The next time they have their place before they come.
    frames = reader.page.locator(".picture-frame")
    held = await frames.evaluate_all("all => all.map(one => one.offsetHeight)")
    await reader.page.reload()
    await expect(frames).to_have_count(3)
    assert await frames.evaluate_all("all => all.map(one => one.offsetHeight)") == held
    await _came(reader, "the cave")
    assert await frames.evaluate_all("all => all.map(one => one.offsetHeight)") == held


async def _came(reader: Visitor, name: str) -> None:
    picture = reader.page.get_by_role("img", name=name)
    await expect(picture).to_have_count(1)
    await picture.evaluate("one => one.scrollIntoView({block: 'center'})")
    await expect(picture).to_have_js_property("naturalWidth", 900)


async def _a_picture_is_enlarged(reader: Visitor) -> None:
    await reader.page.get_by_role("button", name=reader.words("pictures.enlarge", what="the cave")).click()
    window = reader.page.get_by_role("dialog", name="the cave")
    await expect(window.get_by_role("img")).to_have_js_property("naturalWidth", 900)
    await reader.looks_around()
    await reader.page.keyboard.press("Escape")
    await expect(window).to_have_count(0)


async def _one_that_fails_says_so(reader: Visitor, home: House, chat: str) -> None:
    await reader.log.evaluate("one => one.scrollTo(0, one.scrollHeight)")  # from its end it follows what comes
    text = f"![a ghost]({home.host.url('/status/404')})"
    told = {"content": text, "conversation_id": chat, "reply": False}
    (await home.person.post("/v1/agent/messages", told)).ok()
    ghost = reader.page.locator('[data-picture*="/status/404"]')
    await expect(ghost).to_have_count(1)
    await ghost.evaluate("one => one.scrollIntoView()")
    failed = reader.page.locator(".picture-failed")
    await expect(failed).to_contain_text(reader.words("pictures.failed", host=f"{HOST}:{home.host.port}"))
    await expect(failed.get_by_role("button")).to_have_text(reader.words("common.retry"))
    await reader.looks_around()


async def _it_is_taken_back(reader: Visitor, home: House) -> None:
    await reader.button("composer.settings").first.click()
    await reader.page.get_by_role("switch", name=reader.words("config.path.chat.remote_pictures.label")).click()
    await reader.page.keyboard.press("Escape")
    await expect(_chip(reader, "the cave")).to_be_visible()
    asked = list(home.host.asked)
    await reader.page.reload()
    await expect(_chip(reader, "the cave")).to_be_visible()
    assert home.host.asked == asked


async def _the_characters_page_asks_for_itself(reader: Visitor, home: House, character_id: str) -> None:
    await reader.page.goto(f"/characters/{character_id}?tab=description")
    await _chip(reader, "a sketch").get_by_role("button").last.click()
    await _came(reader, "a sketch")
    assert home.host.asked[-1] == "/notes.png"
    await expect(reader.heading("pictures.of_card")).to_be_visible()
    await reader.page.get_by_role("button", name="sad").click()
    window = reader.page.get_by_role("dialog", name="sad")
    await expect(window.get_by_role("img")).to_have_js_property("naturalWidth", 300)
    await reader.looks_around()

"""What nobody asked for stands still: what is read while a reply grows, a page that shall be calm. Waiting is told."""

import asyncio
import json

import pytest
from playwright.async_api import expect

from tests.acceptance.agent.test_fallbacks import LoadingServer
from tests.journeys.conftest import Visit
from tests.journeys.teller import Teller, connect, conversation
from tests.journeys.visitor import DESK, REPLY_MS_MAX, STREAMING, Look, Visitor
from tests.support.people import Person
from tests.support.requirements import needs_chromium
from tests.support.servers import Server

pytestmark = needs_chromium

TALE = " ".join(f"Wave {number} came in and went out again over the stones." for number in range(120))
NAME = "Hesper"

# The row that is read stays under the eye: how far it went at most, and how much grew below it meanwhile.
_WATCH = """async ms => {
  const box = document.querySelector('[role=log]'), top = box.getBoundingClientRect().top
  const row = [...box.querySelectorAll('[data-row]')].find(one => one.getBoundingClientRect().top > top + 10)
  const [at, below, end] = [row.getBoundingClientRect().top, box.scrollHeight, performance.now() + ms]
  let worst = 0
  while (performance.now() < end) {
    await new Promise(requestAnimationFrame)
    worst = row.isConnected ? Math.max(worst, Math.abs(row.getBoundingClientRect().top - at)) : Infinity
  }
  return [worst, box.scrollHeight - below]
}"""
# What goes on for longer than an eye follows; an animation without end never finishes.
_MOVING = """() => document.getAnimations()
  .filter(one => one.playState === 'running' && one.effect.getComputedTiming().endTime > 20)
  .map(one => `${one.animationName ?? one.transitionProperty}: ${one.effect.target?.className}`)"""


async def _long_chat(keeper: Person) -> str:
    """Its address: forty messages, several windows high."""
    address = await conversation(keeper, NAME)
    told = {"conversation_id": address.rpartition("/")[2], "reply": False}
    for number in range(40):
        (await keeper.post("/v1/agent/messages", told | {"content": f"({number}) " + "Salt and rope. " * 30})).ok()
    return address


async def test_what_is_read_stays_while_a_reply_grows_below(
    shared_server: Server, keeper: Person, teller: Teller, visit: Visit, look: Look
) -> None:
    await connect(keeper, teller)
    address = await _long_chat(keeper)
    teller.says(TALE, tokens_per_second=60)
    async with visit(shared_server, look) as reader:
        await reader.page.goto(address)
        await reader.write("Tell me of the sea.", to=NAME)
        await expect(reader.page.locator(STREAMING)).to_contain_text("Wave 3 ")
        await _looks_back(reader)
        moved, grown = await reader.page.evaluate(_WATCH, 3_000)
        assert moved <= 1, f"what was read moved by {moved} px"
        assert grown > 40, f"the reply below grew by {grown} px only"
        await expect(reader.button("chat.to_end")).to_be_visible()
        pill = reader.button("chat.new_below")
        await expect(pill).to_be_visible(timeout=REPLY_MS_MAX)  # the reply is whole now
        await pill.click()
        await expect(reader.message(TALE[-40:])).to_be_in_viewport()
        await expect(pill).to_have_count(0)


async def _looks_back(reader: Visitor) -> None:
    await reader.log.hover()
    for _ in range(2):
        await reader.page.mouse.wheel(0, -400)
        await reader.page.wait_for_timeout(100)
    await reader.page.wait_for_timeout(500)


@pytest.mark.parametrize("asked", ["of the system", "of the page"])
async def test_a_page_that_is_to_be_still_is_still_while_it_works(
    shared_server: Server, keeper: Person, teller: Teller, visit: Visit, asked: str
) -> None:
    await connect(keeper, teller)
    address = await conversation(keeper, NAME)
    teller.says(TALE, tokens_per_second=30)
    calm = {"reduced_motion": "reduce"} if asked == "of the system" else {}
    async with visit(shared_server, Look("en", DESK.context | calm)) as reader:
        if not calm:
            kept = json.dumps(json.dumps({"motion": "still"}))
            await reader.page.add_init_script(f"localStorage.setItem('tavern.look', {kept})")
        await reader.page.goto(address)
        await reader.write("Tell me of the sea.", to=NAME)
        await expect(reader.page.locator(STREAMING)).to_be_visible()
        # A pulse where the text will stand, and one that does not end where something is on its way.
        await reader.page.evaluate("() => document.body.insertAdjacentHTML('beforeend', '<i class=\"skel\">…</i>')")
        for _ in range(10):
            await reader.page.wait_for_timeout(60)
            assert await reader.page.evaluate(_MOVING) == []


async def test_a_model_that_is_being_loaded_is_shown_as_such(
    shared_server: Server, keeper: Person, teller: Teller, visit: Visit, look: Look
) -> None:
    loading = await asyncio.start_server(LoadingServer(teller.base_url).serve, "127.0.0.1", 0)
    port = loading.sockets[0].getsockname()[1]
    name = f"Attic {port}"
    body = {"name": name, "kind": "openai", "base_url": f"http://127.0.0.1:{port}/v1", "model": "mock"}
    async with loading, visit(shared_server, look) as reader:
        (await keeper.post("/api/connections", body | {"is_default": True})).ok()
        await reader.page.goto(await conversation(keeper, NAME))
        await reader.write("Are you awake?", to=NAME)
        shown = reader.page.get_by_text(reader.words("chat.loading_model", name=name))
        await expect(shown).to_be_visible()
        await reader.looks_around()
        await reader.reads("Ready.")
        await expect(shown).to_have_count(0)

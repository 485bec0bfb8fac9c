"""The house that is pictured: the sample characters, a chat with each, every clock standing still."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from playwright.async_api import Error, Page, Request, Route

from tests.journeys.teller import Teller
from tests.support.people import Person

NOW = "2026-03-14T20:20:00Z"
THEN = "2026-03-14T19:55:00Z"
SAID = "What did the harbour bring in that cannot be entered?"
REPLY = """*Maren turns the ledger round on the bar so that you can read it.* "One compass, brass."

| Day | What | From |
| --- | --- | --- |
| Monday | a bell | the north |
| Tuesday | a compass | nowhere |

```python
def bearing(compass):
    return compass.north or "elsewhere"
```

“Only there is **T. T.** on the lid.” 她把它推过桌布：“它从未指过北。”"""
OTHER = "*Tansy's eyes go from saucers to moons.* “You are early. Would you hold this ladder?”"

# Times, addresses and measures are the machine's; the pictures have one of each.
_STEADY = (
    (re.compile(r'"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|\+00:00)"'), f'"{THEN}"'),
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:8080"),
    (re.compile(r'"(first_token_ms|total_ms|latency_ms)": ?[\d.]+'), r'"\1":1200'),
)


async def furnish(owner: Person, teller: Teller) -> dict[str, str]:
    """Bring everything that is pictured; each screen's address by its name."""
    body = {"name": "House model", "kind": "openai", "base_url": teller.base_url, "model": "house-12b"}
    (await owner.post("/api/connections", body | {"is_default": True})).ok()
    for sample in (await owner.get("/api/characters/samples")).ok()["items"]:
        (await owner.post(f"/api/characters/samples/{sample['name']}:add")).ok()
    maren, tansy = (await owner.get("/api/characters?sort=name")).ok()["items"]
    teller.says(OTHER)
    await _converse(owner, tansy["id"], "Who are you, and why are you talking to a pear tree?")
    teller.says(REPLY)
    chat = await _converse(owner, maren["id"], SAID)
    return _places(chat, maren["id"])


def _places(chat: str, character: str) -> dict[str, str]:
    plain = ("characters", "personas", "worlds", "presets", "import", "connections")
    places = {name: f"/{name}" for name in plain} | {"chats": "/chat", "chat": f"/chat/{chat}"}
    places |= {"prompt": f"/chat/{chat}?panel=prompt", "search": "/search?q=compass", "missing": "/nowhere"}
    places |= {"character": f"/characters/{character}", "edit": f"/characters/{character}/edit"}
    return places | {f"settings-{part}": f"/settings/{part}" for part in ("replies", "appearance", "speech")}


async def _converse(owner: Person, character_id: str, line: str) -> str:
    posted = (await owner.post("/api/conversations", {"character_id": character_id})).ok()
    async with owner.say(conversation_id=posted["id"], content=line) as frames:
        assert [frame async for frame in frames][-1].event == "complete"
    return str(posted["id"])


@asynccontextmanager
async def standing_still(page: Page) -> AsyncIterator[None]:
    """The page's clock stops, and the server's answers tell of no other time."""
    await page.clock.set_fixed_time(NOW)
    await page.route(re.compile(r"/(api|v1)/"), _steadied)
    yield
    await page.unroute_all(behavior="ignoreErrors")


async def _steadied(route: Route, request: Request) -> None:
    with suppress(Error):  # a page that was left meanwhile wants no answer any more
        await _answer_steadily(route, request)


async def _answer_steadily(route: Route, request: Request) -> None:
    if "text/event-stream" in request.headers.get("accept", "") or request.resource_type in ("image", "websocket"):
        return await route.continue_()
    answer = await route.fetch()
    if "json" not in answer.headers.get("content-type", ""):
        return await route.fulfill(response=answer)
    text = await answer.text()
    for pattern, instead in _STEADY:
        text = pattern.sub(instead, text)
    return await route.fulfill(response=answer, body=text)


async def fonts_of(page: Page) -> dict[str, Any]:
    """How wide the fonts of this machine set some words: other fonts, other pictures."""
    found: dict[str, Any] = json.loads(await page.evaluate(_MEASURE_FONTS))
    return found


_MEASURE_FONTS = """() => {
  const pen = document.createElement('canvas').getContext('2d')
  const wide = () => Math.round(pen.measureText('Lighthouse 灯塔 “at dusk”').width)
  const width = font => { pen.font = `20px ${font}`; return wide() }
  return JSON.stringify(Object.fromEntries(['serif', 'sans-serif', 'monospace'].map(font => [font, width(font)])))
}"""

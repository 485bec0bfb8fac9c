"""Pictures for the documentation, taken of the real product: a fresh server, the sample characters, scripted replies.

python tools/screenshots.py             writes docs/pictures/*.png
python tools/screenshots.py --review    writes review/*.png: every main screen at the desk and on a phone, by day and by
                                        night, in both languages; the folder is for looking at and is not kept
"""

import contextlib
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import smoke
from playwright.sync_api import APIResponse, Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

from tests.support.browser import ARGUMENTS, PHONE  # noqa: E402 - needs the path above
from tests.support.processes import mock_upstream_program  # noqa: E402
from tests.support.requirements import chromium  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
REVIEW = ROOT / "review"
DESKTOP = {"width": 1440, "height": 900}
PERSON = {"username": "Ada", "password": "lighthouse at dusk"}
REPLY_SECONDS_MAX = 60
SIZES: dict[str, dict[str, Any]] = {
    "desk": {"viewport": {"width": 1280, "height": 800}},
    "phone": {"viewport": PHONE, "is_mobile": True},
}
# What is worn where: by day in English, by night in Chinese, and each theme once.
LOOKS = {
    "light": {"theme": "light", "language": "en"},
    "dark": {"theme": "dark", "language": "zh-CN"},
    "candle": {"theme": "candle", "language": "en", "chat": "novel"},
    "ink": {"theme": "ink", "language": "zh-CN", "chat": "document"},
    "sea": {"theme": "sea", "language": "en", "chat": "bubbles"},
    "contrast": {"theme": "contrast", "language": "en"},
}
SECTIONS = ("replies", "appearance", "speech", "account", "keys", "users", "about")
SAID = "What did the harbour bring in that cannot be entered?"
SCRIPT = [
    {
        "match": SAID.rstrip("?"),
        "reply": "*Maren turns the ledger round on the bar so that you can read it. The page is dated, and empty.*\n\n"
        "“One compass, brass. Nothing odd in that; the sea is careless with compasses.”\n\n"
        "*She slides it across the cloth. It is dry, although everything else on this coast is wet tonight.*\n\n"
        "“Only there is **T. T.** on the lid. And it has not once pointed *north* since it came through that door.”",
    },
    {
        "match": "pear",
        "reply": "*Tansy's eyes go from saucers to moons.* “You are early. Eighty years, if the calendar is to be"
        " believed, and I have always found it a little smug. Would you hold this ladder?”",
    },
]


class Visitor:
    """The API through the browser's own cookies."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.context = context
        self.headers = {"Origin": url}
        self.headers["X-CSRF-Token"] = self.post("/api/setup", PERSON)["csrf_token"]

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        return self._told(self.context.request.post(path, data=body or {}, headers=self.headers))

    def get(self, path: str) -> Any:
        return self._told(self.context.request.get(path))

    def settle(self, model_url: str) -> str:
        """A connection, the samples, a conversation with each; the id of the one to show."""
        model = {
            "name": "House model",
            "kind": "openai",
            "base_url": f"{model_url}/v1",
            "model": "house-12b",
            "is_default": True,
        }
        self.post("/api/connections", model)
        for sample in self.get("/api/characters/samples")["items"]:
            self.post(f"/api/characters/samples/{sample['name']}:add")
        maren, tansy = self.get("/api/characters?sort=name")["items"]
        self.converse(tansy["id"], "Who are you, and why are you talking to a pear tree?")
        return self.converse(maren["id"], SAID)

    def converse(self, character_id: str, line: str) -> str:
        """A new conversation in which this line is answered; its id."""
        posted = self.post("/v1/agent/messages", {"character_id": character_id, "content": line})
        end = time.monotonic() + REPLY_SECONDS_MAX
        while self.get(f"/v1/agent/tasks/{posted['task_id']}")["status"] != "completed":
            if time.monotonic() > end:
                sys.exit("the model did not answer")
            time.sleep(0.2)
        return str(posted["conversation_id"])

    def _told(self, answer: APIResponse) -> Any:
        if not answer.ok:
            sys.exit(f"{answer.url} answered {answer.status}: {answer.text()}")
        return answer.json() if answer.body() else None


@contextlib.contextmanager
def scripted_model() -> Iterator[str]:
    """A model's server that answers as written above."""
    with tempfile.TemporaryDirectory(prefix="tavernai-pictures-") as folder:
        script = Path(folder, "script.json")
        script.write_text(json.dumps(SCRIPT), encoding="utf-8")
        program = mock_upstream_program(
            Path(folder), "--tps", "60", "--ttft-ms", "400", "--models", "house-12b", "--script", str(script)
        ).start()
        try:
            yield program.url
        finally:
            program.kill()


def shot(page: Page, name: str) -> None:
    """One picture, once pictures and fonts have settled."""
    page.wait_for_timeout(1_500)
    page.screenshot(path=PICTURES / name)
    print(f"docs/pictures/{name}")


def places(visitor: Visitor, conversation: str) -> dict[str, str]:
    """Every main screen by a name for its file."""
    character = visitor.get(f"/api/conversations/{conversation}")["character_id"]
    found = {"chats": "/chat", "chat": f"/chat/{conversation}", "why": f"/chat/{conversation}?panel=prompt"}
    found |= {"gallery": "/characters", "character": f"/characters/{character}"}
    found |= {"character-edit": f"/characters/{character}/edit", "connections": "/connections", "missing": "/nowhere"}
    return found | {f"settings-{section}": f"/settings/{section}" for section in SECTIONS}


def review(browser: Browser, url: str, model_url: str) -> None:
    """Pictures of all that people see; the rarer looks only of the chat."""
    REVIEW.mkdir(exist_ok=True)
    first = browser.new_context(base_url=url)
    visitor = Visitor(first, url)
    screens = places(visitor, visitor.settle(model_url))
    for (size, window), (look, kept) in product(SIZES.items(), LOOKS.items()):
        context = browser.new_context(base_url=url, storage_state=first.storage_state(), **window)
        worn = json.dumps(json.dumps(kept))
        context.add_init_script(f"localStorage.setItem('tavern.look', {worn})")
        page = context.new_page()
        for name in screens if look in ("light", "dark") else ("chat",):
            page.goto(screens[name])
            page.wait_for_timeout(1_200)
            page.screenshot(path=REVIEW / f"{name}-{size}-{look}.png")
        context.close()
    print(f"{len(list(REVIEW.glob('*.png')))} pictures in {REVIEW.name}/")


def main() -> None:
    with scripted_model() as model_url, smoke.started() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        if "--review" in sys.argv[1:]:
            review(browser, url, model_url)
        else:
            illustrate(browser, url, model_url)
        browser.close()


def illustrate(browser: Browser, url: str, model_url: str) -> None:
    """The few pictures that the documentation shows."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    desktop = browser.new_context(base_url=url, viewport=DESKTOP, locale="en-US")
    conversation = Visitor(desktop, url).settle(model_url)
    page = desktop.new_page()
    page.goto(f"/chat/{conversation}")
    page.get_by_role("button", name="Why this reply").first.click()
    page.get_by_role("tab", name="Prompt").click()
    shot(page, "chat.png")
    page.goto("/characters")
    shot(page, "characters.png")
    phone = browser.new_context(
        base_url=url,
        storage_state=desktop.storage_state(),
        locale="en-US",
        viewport=PHONE,
        device_scale_factor=2,
        color_scheme="dark",
    )
    page = phone.new_page()
    page.goto(f"/chat/{conversation}")
    shot(page, "chat-phone.png")


if __name__ == "__main__":
    main()

"""Pictures for the documentation, taken of the real product: a fresh server, the sample characters, scripted replies.

python tools/screenshots.py         writes docs/pictures/*.png
"""

import contextlib
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import smoke
from playwright.sync_api import APIResponse, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

from tests.support.browser import ARGUMENTS, PHONE  # noqa: E402 - needs the path above
from tests.support.processes import mock_upstream_program  # noqa: E402
from tests.support.requirements import chromium  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
DESKTOP = {"width": 1440, "height": 900}
PERSON = {"username": "Ada", "password": "lighthouse at dusk"}
REPLY_SECONDS_MAX = 60
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


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with scripted_model() as model_url, smoke.started() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        desktop = browser.new_context(base_url=url, viewport=DESKTOP, locale="en-US")
        conversation = Visitor(desktop, url).settle(model_url)
        page = desktop.new_page()
        page.goto(f"/chat/{conversation}")
        page.get_by_role("button", name="Why this reply").first.click()
        page.get_by_role("tab", name="Prompt").click()
        shot(page, "chat.png")
        page.goto("/characters")
        shot(page, "characters.png")
        signed_in = {"base_url": url, "storage_state": desktop.storage_state(), "locale": "en-US"}
        phone = browser.new_context(viewport=PHONE, device_scale_factor=2, color_scheme="dark", **signed_in)
        page = phone.new_page()
        page.goto(f"/chat/{conversation}")
        shot(page, "chat-phone.png")
        browser.close()


if __name__ == "__main__":
    main()

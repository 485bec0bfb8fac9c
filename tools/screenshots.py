"""Pictures for the documentation, taken of the real product: a fresh server, a sample character, a demo reply.

python tools/screenshots.py         writes docs/pictures/*.png
"""

import sys
import time
from pathlib import Path
from typing import Any

import smoke
from playwright.sync_api import APIResponse, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

from tests.support.browser import ARGUMENTS, DESKTOP, PHONE  # noqa: E402 - needs the path above
from tests.support.requirements import chromium  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
PERSON = {"username": "ada", "password": "lighthouse at dusk"}
LINES = ("Good evening. Is there still a light for somebody who comes in late?", "Tell me about this place.")
REPLY_SECONDS_MAX = 60


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

    def converse(self) -> str:
        """A conversation with the first sample character, both lines answered; its id."""
        self.post("/api/connections", {"name": "Demo", "kind": "demo", "is_default": True})
        for sample in self.get("/api/characters/samples")["items"]:
            self.post(f"/api/characters/samples/{sample['name']}:add")
        character = self.get("/api/characters?sort=name")["items"][0]
        conversation = self.post("/api/conversations", {"character_id": character["id"]})
        for line in LINES:
            self.wait(self.post("/v1/agent/messages", {"conversation_id": conversation["id"], "content": line}))
        return str(conversation["id"])

    def wait(self, posted: dict[str, Any]) -> None:
        end = time.monotonic() + REPLY_SECONDS_MAX
        while self.get(f"/v1/agent/tasks/{posted['task_id']}")["status"] != "completed":
            if time.monotonic() > end:
                sys.exit("the demo did not answer")
            time.sleep(0.2)

    def _told(self, answer: APIResponse) -> Any:
        if not answer.ok:
            sys.exit(f"{answer.url} answered {answer.status}: {answer.text()}")
        return answer.json() if answer.body() else None


def shot(page: Page, path: str, name: str) -> None:
    """One picture, once the network is quiet and the fonts are there."""
    page.goto(path)
    page.wait_for_load_state("networkidle", timeout=10_000) if "/chat" not in path else page.wait_for_timeout(2_000)
    page.evaluate("document.fonts.ready.then(() => true)")
    page.screenshot(path=PICTURES / name)
    print(f"docs/pictures/{name}")


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with smoke.started() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        desktop = browser.new_context(base_url=url, viewport=DESKTOP, locale="en-US")
        conversation = Visitor(desktop, url).converse()
        page = desktop.new_page()
        shot(page, f"/chat/{conversation}", "chat.png")
        shot(page, "/characters", "characters.png")
        state = desktop.storage_state()
        phone = browser.new_context(
            base_url=url,
            viewport=PHONE,
            device_scale_factor=2,
            color_scheme="dark",
            storage_state=state,
            locale="en-US",
        )
        shot(phone.new_page(), f"/chat/{conversation}", "chat-phone.png")
        browser.close()


if __name__ == "__main__":
    main()

"""Debian's Chromium under Playwright, and axe inside the page."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

from tests.support.requirements import AXE, require

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
ACTION_MS_MAX = 10_000


@asynccontextmanager
async def running_browser() -> AsyncIterator[Browser]:
    """One Chromium; pages come from its contexts."""
    where = require("chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=where, args=ARGUMENTS)
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def opened_page(browser: Browser, base_url: str, **context: Any) -> AsyncIterator[Page]:
    """A page in a context of its own (viewport=, color_scheme=, locale= …). It fails on what the console shouts."""
    settings = {"viewport": DESKTOP, "locale": "en-US"} | context
    async with await browser.new_context(base_url=base_url, **settings) as opened:
        opened.set_default_timeout(ACTION_MS_MAX)
        page = await opened.new_page()
        shouted: list[str] = []
        page.on("pageerror", lambda error: shouted.append(str(error)))
        page.on("console", lambda said: shouted.append(said.text) if _is_shout(said.type, said.text) else None)
        yield page
        assert not shouted, "the page's console shows errors:\n" + "\n".join(shouted)


async def sign_in(page: Page, url: str, *, username: str, password: str) -> None:
    """Sign in without the sign-in page: the cookie goes to the page's context."""
    who = {"username": username, "password": password}
    answer = await page.context.request.post("/api/auth/sign-in", data=who, headers={"Origin": url})
    assert answer.ok, await answer.text()


def _is_shout(kind: str, text: str) -> bool:
    # Chromium writes every answer of 400 and above to the console; refusals are part of what journeys try.
    return kind == "error" and not text.startswith(("Failed to load resource", "WebSocket connection to"))


async def axe_violations(page: Page) -> list[str]:
    """What axe-core finds wrong on the page as it stands, one line each with the elements; empty is good.

    The script goes in over the debugging protocol into a world of its own, so the page's strict CSP stays as it is.
    """
    cdp = await page.context.new_cdp_session(page)
    frame = (await cdp.send("Page.getFrameTree"))["frameTree"]["frame"]["id"]
    world = await cdp.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": "axe"})
    ask = {"contextId": world["executionContextId"], "awaitPromise": True, "returnByValue": True}
    await cdp.send("Runtime.evaluate", {"expression": AXE.read_text(), **ask, "returnByValue": False})
    answer = await cdp.send("Runtime.evaluate", {"expression": _RUN_AXE, **ask})
    await cdp.detach()
    assert "exceptionDetails" not in answer, answer
    return [
        f"{found['id']} ({found['impact']}): {found['help']}\n    " + "\n    ".join(found["nodes"])
        for found in json.loads(answer["result"]["value"])
    ]


_RUN_AXE = """
axe.run(document, {resultTypes: ['violations']}).then(result => JSON.stringify(result.violations.map(
  violation => ({id: violation.id, impact: violation.impact, help: violation.help,
                 nodes: violation.nodes.map(node => node.target.join(' ') + '  ' + node.failureSummary)}))))
"""

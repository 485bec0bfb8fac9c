"""Debian's Chromium under Playwright, and axe inside the page."""

import json
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from playwright.async_api import Browser, Error, Page, async_playwright

from tests.support.limits import closed
from tests.support.requirements import AXE, require
from tests.support.sight import REVIEW

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
            await closed(browser.close())


@asynccontextmanager
async def opened_page(browser: Browser, base_url: str, **context: Any) -> AsyncIterator[Page]:
    """A page in a context of its own (viewport=, color_scheme=, locale= …). It fails on what the console shouts.

    What was on the screen when a test failed, and what was done until then, lies in review/ afterwards.
    """
    settings = {"viewport": DESKTOP, "locale": "en-US"} | context
    opened = await browser.new_context(base_url=base_url, **settings)
    try:
        opened.set_default_timeout(ACTION_MS_MAX)
        await opened.tracing.start()  # without its pictures, which a slow machine would notice
        page = await opened.new_page()
        shouted: list[str] = []
        page.on("pageerror", lambda error: shouted.append(str(error)))
        page.on("console", lambda said: shouted.append(said.text) if _is_shout(said.type, said.text) else None)
        try:
            yield page
        except BaseException:  # a test that took too long is cancelled
            await _leave_for_review(page)
            raise
        assert not shouted, "the page's console shows errors:\n" + "\n".join(shouted)
    finally:
        await closed(opened.close())


async def _leave_for_review(page: Page) -> None:
    """A picture of the page and the trace (`playwright show-trace`), under the test's name."""
    test = re.sub(r"\W+", "-", os.environ.get("PYTEST_CURRENT_TEST", "page").rpartition("/")[2].partition(" ")[0])
    with suppress(Error):
        await closed(page.context.tracing.stop(path=REVIEW / f"{test}.zip"))
        await closed(page.screenshot(path=REVIEW / f"{test}.png", animations="disabled"))


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

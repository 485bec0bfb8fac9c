"""The page: what it fetches, how much, and how soon one can read and type, from a cold cache.

    python benchmarks/page.py [--rounds 3] [--phone] [--save]

Workload: a server with a conversation of 200 messages; Chromium, signed in, nothing cached, no service worker, opens
the conversation's address over loopback. Usable: the newest message stands in sight and the composer takes text, by
the page's own clock from the navigation's start. Requests and bytes are those until then and until the line is quiet,
bytes as they came over the wire (compressed). CLS is the sum of layout shifts without input. Blocking scripts are
those in the document that are neither module, async nor defer. What SillyTavern 1.12 does: 349 requests, 3.76 MB,
3.85 s (same class of machine). Not measured: networks, a graphics card, the second visit.
"""

import argparse
import asyncio
import time
from typing import Any

from _measured import Server, machine, product, save, spread
from playwright.async_api import Browser, CDPSession, Page

from tests.support import history
from tests.support.browser import running_browser, sign_in

MESSAGES = 200
USABLE_SECONDS_MAX = 30
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
BARS = {"requests": 40, "bytes": 500_000, "usable_ms": 1_000, "layout_shift": 0.05, "blocking_scripts": 0}
# Runs before the page's own scripts: looks in every frame whether both stand, and adds layout shifts up.
WATCH = """() => {
  window.__measured = {usable: null, shift: 0}
  new PerformanceObserver((list) => { for (const one of list.getEntries()) if (!one.hadRecentInput) window.__measured.shift += one.value }).observe({type: 'layout-shift', buffered: true})
  const look = () => {
    const rows = document.querySelectorAll('[role=log] [role=group]')
    const last = rows[rows.length - 1], field = document.querySelector('form textarea, [role=textbox]')
    const seen = last && last.getBoundingClientRect().bottom > 0 && last.textContent.trim()
    if (seen && field && !field.disabled && !field.readOnly) window.__measured.usable = performance.now()
    else requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
}"""  # noqa: E501 - one script
BLOCKING = "document.querySelectorAll('script[src]:not([type=module]):not([async]):not([defer])').length"


class Traffic:
    """What came over the wire, as the debugging protocol counts it."""

    def __init__(self, line: CDPSession) -> None:
        self.requests, self.bytes = 0, 0
        line.on("Network.responseReceived", self._answered)
        line.on("Network.loadingFinished", self._finished)

    def _answered(self, told: dict[str, Any]) -> None:
        self.requests += not told["response"]["url"].startswith(("data:", "blob:"))

    def _finished(self, told: dict[str, Any]) -> None:
        self.bytes += int(told["encodedDataLength"])


async def visit(browser: Browser, server: Server, address: str, *, phone: bool) -> dict[str, float]:
    context = await browser.new_context(
        base_url=server.url, locale="en-US", service_workers="block", **(PHONE if phone else DESK)
    )
    page = await context.new_page()
    await sign_in(page, server.url, username=server.owner, password=server.password)
    await page.add_init_script(f"({WATCH})()")
    line = await context.new_cdp_session(page)
    traffic = Traffic(line)
    await line.send("Network.enable")
    await line.send("Network.setCacheDisabled", {"cacheDisabled": True})
    await page.goto(address)
    async with asyncio.timeout(USABLE_SECONDS_MAX):
        while await page.evaluate("window.__measured.usable") is None:
            await page.wait_for_timeout(20)
    until_usable = (traffic.requests, traffic.bytes)
    await _quiet(page, traffic)
    told = await page.evaluate("window.__measured")
    blocking = await page.evaluate(BLOCKING)
    await context.close()
    return {
        "usable_ms": told["usable"],
        "requests_until_usable": until_usable[0],
        "bytes_until_usable": until_usable[1],
        "requests": traffic.requests,
        "bytes": traffic.bytes,
        "layout_shift": told["shift"],
        "blocking_scripts": blocking,
    }


async def _quiet(page: Page, traffic: Traffic) -> None:
    """Until nothing was fetched for a second and a half; the open stream does not count."""
    seen = -1
    while seen != traffic.requests:
        seen = traffic.requests
        await page.wait_for_timeout(1_500)


async def measured(server: Server, address: str, *, rounds: int, phone: bool) -> list[dict[str, float]]:
    async with running_browser() as browser:
        return [await visit(browser, server, address, phone=phone) for _ in range(rounds)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--phone", action="store_true", help="a phone's screen and touch instead of a desk's")
    parser.add_argument("--save", action="store_true", help="keep the result under benchmarks/results")
    wanted = parser.parse_args()
    about = machine()
    with product() as server:
        server.stop()
        conversation_id = history.fill(server.data, MESSAGES, until_ms=int(time.time() * 1000))
        server.start()
        rounds = asyncio.run(measured(server, f"/chat/{conversation_id}", rounds=wanted.rounds, phone=wanted.phone))
    name = "page_phone" if wanted.phone else "page"
    result = {one: spread([round_[one] for round_ in rounds]) for one in rounds[0]}
    command = "python benchmarks/page.py" + (" --phone" if wanted.phone else "")
    save(name, {**about, "command": command, "bars": BARS, **result}, keep=wanted.save)


if __name__ == "__main__":
    main()

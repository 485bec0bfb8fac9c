"""Scrolling a long chat on the page: how many frames come late, and how soon its first screen stands.

    python benchmarks/page_scroll.py [--messages 10000] [--rounds 3] [--phone]

Workload: a conversation of `messages` texts from a line to several paragraphs, some with lists and code, written as
facts before the server starts; the page as it was built. In Chromium the newest screen is awaited from a cold cache,
then a wheel turns upwards at 3,000 px/s for ten seconds (older pages are read on the way), then downwards again.
A frame is late when more than 33 ms passed since the one before it.
Not measured: a graphics card (software rendering), networks.
"""

import argparse
import asyncio
import statistics
import time
from typing import Any

from _measured import machine, product, save, spread
from playwright.async_api import Browser, Page

from tests.support import history
from tests.support.browser import running_browser, sign_in
from tests.support.servers import Server

LATE_MS = 33
SCROLL_SECONDS = 10
PX_PER_SECOND = 3000
DESK = {"viewport": {"width": 1280, "height": 800}, "locale": "en-US"}
PHONE = {"viewport": {"width": 390, "height": 844}, "locale": "en-US", "has_touch": True, "is_mobile": True}
LOG = "[role=log]"
# The clock of frames runs in the page. The wheel's turns are made there too: events from outside come unevenly.
SCROLL = """async ([by, seconds, log]) => {
  const box = document.querySelector(log)
  const gaps = [], began = performance.now()
  let before = began
  while (performance.now() - began < seconds * 1000) {
    const now = await new Promise(requestAnimationFrame)
    if (before !== began) gaps.push(now - before)
    const passed = Math.min(100, now - before)
    before = now
    box.dispatchEvent(new WheelEvent('wheel', {bubbles: true}))
    box.scrollBy(0, by * passed / 1000)
  }
  return {gaps, rows: box.querySelectorAll('[data-row]').length, nodes: document.querySelectorAll('*').length}
}"""


async def first_screen(page: Page, address: str) -> float:
    """Milliseconds from asking for the page until its newest message stands in sight."""
    since = time.perf_counter()
    await page.goto(address, wait_until="commit")
    await page.locator(f"{LOG} [role=group]").last.wait_for(state="visible")
    return (time.perf_counter() - since) * 1000


def late(gaps: list[float]) -> float:
    """The share of late frames, in percent."""
    return 100 * sum(gap > LATE_MS for gap in gaps) / max(1, len(gaps))


async def scrolled(page: Page, by: int) -> dict[str, Any]:
    told = await page.evaluate(SCROLL, [by, SCROLL_SECONDS, LOG])
    gaps = told["gaps"]
    return {
        **told,
        "late": late(gaps),
        "p95": statistics.quantiles(gaps, n=20)[-1],
        "fps": 1000 / statistics.mean(gaps),
    }


async def visit(browser: Browser, server: Server, address: str, *, phone: bool) -> dict[str, float]:
    context = await browser.new_context(base_url=server.url, **(PHONE if phone else DESK))
    page = await context.new_page()
    await sign_in(page, server.url, username=server.owner, password=server.password)
    first = await first_screen(page, address)
    await page.wait_for_timeout(1500)
    up = await scrolled(page, -PX_PER_SECOND)
    down = await scrolled(page, PX_PER_SECOND)
    await context.close()
    return {
        "first_screen_ms": first,
        "late_frames_up_percent": up["late"],
        "late_frames_down_percent": down["late"],
        "frame_up_ms_p95": up["p95"],
        "frames_per_second_up": up["fps"],
        "elements": up["nodes"],
    }


async def measured(server: Server, address: str, *, rounds: int, phone: bool) -> list[dict[str, float]]:
    async with running_browser() as browser:
        return [await visit(browser, server, address, phone=phone) for _ in range(rounds)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--phone", action="store_true", help="a phone's screen and touch instead of a desk's")
    wanted = parser.parse_args()
    about = machine()
    with product() as server:
        server.stop()
        conversation = history.fill(server.data, wanted.messages, until_ms=int(time.time() * 1000))
        server.start()
        rounds = asyncio.run(measured(server, f"/chat/{conversation}", rounds=wanted.rounds, phone=wanted.phone))
    save(
        "page_scroll_phone" if wanted.phone else "page_scroll",
        {
            **about,
            "command": "python benchmarks/page_scroll.py" + (" --phone" if wanted.phone else ""),
            "messages": wanted.messages,
            "late_is_over_ms": LATE_MS,
            **{name: spread([one[name] for one in rounds]) for name in rounds[0]},
        },
    )


if __name__ == "__main__":
    main()

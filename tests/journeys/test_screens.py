"""Every main screen looks as it did: at a desk and on a phone, by day and by night.

After a change that was meant, `make screens` takes the kept pictures again; look at what it changed before you commit.
"""

import json
import time
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Browser, Page, expect

from tests.journeys.scenery import fonts_of, furnish, standing_still
from tests.journeys.teller import Teller
from tests.journeys.visitor import AT_REST, DESK, PHONE, Look
from tests.support.browser import opened_page, sign_in
from tests.support.people import Person
from tests.support.requirements import needs_chromium
from tests.support.servers import Server
from tests.support.sight import FONTS, POINTS_MAX, Album, renewing

pytestmark = needs_chromium

SETTLE_SECONDS_MAX = 12
LIKENESS_SECONDS_MAX = 6
LOOKS = {
    f"{size}-{scheme}": Look("en", look.context | {"locale": "en-US", "color_scheme": scheme})
    for size, look in (("desk", DESK), ("phone", PHONE))
    for scheme in ("light", "dark")
}
STEADY = {"timezone_id": "UTC", "reduced_motion": "reduce", "service_workers": "block"}
BUSY = "[aria-busy=true], .animate-pulse, .animate-spin"
Deed = Callable[[Page], Awaitable[None]]


async def _palette(page: Page) -> None:
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("dialog").get_by_role("option").first).to_be_visible()


# What is done at an address before the picture is taken, and what the picture is called then.
DEEDS: dict[str, tuple[str, Deed]] = {"palette": ("chat", _palette)}


@pytest.mark.parametrize("name", LOOKS)
async def test_every_main_screen_looks_as_it_did(
    browser: Browser, server: Server, owner: Person, teller: Teller, name: str, request: pytest.FixtureRequest
) -> None:
    places = await furnish(owner, teller)
    async with opened_page(browser, server.url, **LOOKS[name].context, **STEADY) as page:
        await _with_the_same_fonts(page, request)
        camera = _Camera(page, Album(name))
        async with standing_still(page):
            await camera.takes("sign-in", "/login")
            await sign_in(page, server.url, username=server.owner, password=server.password)
            for screen, address in places.items():
                await camera.takes(screen, address)
            for screen, (place, deed) in DEEDS.items():
                await camera.takes(screen, places[place], deed)
    assert not camera.unlike, "no longer as kept (make screens, if it was meant):\n" + "\n".join(camera.unlike)


async def _with_the_same_fonts(page: Page, request: pytest.FixtureRequest) -> None:
    """Pictures of other letters cannot be compared: skipped, loudly."""
    found = await fonts_of(page)
    if renewing():
        FONTS.parent.mkdir(parents=True, exist_ok=True)
        FONTS.write_text(json.dumps(found, indent=2) + "\n")
    elif found != json.loads(FONTS.read_text()):
        why = "the fonts that the pictures of the screens were taken with (`make screens` takes them with yours)"
        request.node.user_properties.append(("wanted", why))
        pytest.skip(why)


class _Camera:
    """Takes a picture of each screen once it rests, and keeps it or compares it with the kept one."""

    def __init__(self, page: Page, album: Album) -> None:
        self.page = page
        self.album = album
        self.unlike: list[str] = []

    async def takes(self, screen: str, address: str, deed: Deed | None = None) -> None:
        await self.page.goto(address)
        await expect(self.page.locator("h1").first).to_be_attached()
        if deed:
            await deed(self.page)
        if renewing():
            return self.album.keep(screen, await self._settled())
        # Taken until it is as kept: what comes late on a busy machine is given its time, what fits is not waited for.
        end = time.monotonic() + LIKENESS_SECONDS_MAX
        while (apart := self.album.apart(screen, png := await self._shot())) > POINTS_MAX and time.monotonic() < end:
            await self.page.wait_for_timeout(150)
        if not 0 <= apart <= POINTS_MAX:
            left = self.album.leave_for_review(screen, png)
            self.unlike.append(f"{screen}: {'none kept' if apart < 0 else f'{apart} points apart'}, see {left}")
        return None

    async def _settled(self) -> bytes:
        """The screen when nothing is on its way and two looks at it see the same."""
        end = time.monotonic() + SETTLE_SECONDS_MAX
        last, seen = b"", await self._shot()
        while (seen != last or await self.page.locator(BUSY).count()) and time.monotonic() < end:
            await self.page.wait_for_timeout(300)
            last, seen = seen, await self._shot()
        return seen

    async def _shot(self) -> bytes:
        await self.page.evaluate("() => document.fonts.ready.then(() => 0)")
        await self.page.evaluate(AT_REST)
        return await self.page.screenshot(animations="disabled", caret="hide")

"""Fingers on a screen, as the browser's own input: what is felt goes through all that a real touch goes through."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from playwright.async_api import CDPSession, Locator, Page

HELD_MS = 900
STEP_MS = 16


@dataclass(frozen=True)
class Finger:
    """One finger, by the debugging protocol."""

    page: Page
    cdp: CDPSession

    async def down(self, x: float, y: float) -> None:
        await self._touch("touchStart", [{"x": x, "y": y}])

    async def move(self, x: float, y: float) -> None:
        await self._touch("touchMove", [{"x": x, "y": y}])

    async def up(self) -> None:
        await self._touch("touchEnd", [])

    async def hold(self, place: Locator, *, ms: int = HELD_MS) -> None:
        """Press on a place, stay, let go."""
        await self.down(*await middle(place))
        await self.page.wait_for_timeout(ms)
        await self.up()

    async def stroke(self, place: Locator, *, across: float = 0, down: float = 0, rest_ms: int = 0) -> None:
        """Press on a place, go somewhere, rest there and let go."""
        x, y = await middle(place)
        await self.down(x, y)
        for step in range(1, 11):
            await self.move(x + across * step / 10, y + down * step / 10)
            await self.page.wait_for_timeout(STEP_MS)
        await self.page.wait_for_timeout(rest_ms)
        await self.up()

    async def _touch(self, kind: str, points: list[dict[str, float]]) -> None:
        await self.cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


async def middle(place: Locator) -> tuple[float, float]:
    box = await place.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@asynccontextmanager
async def finger_on(page: Page) -> AsyncIterator[Finger]:
    cdp = await page.context.new_cdp_session(page)
    yield Finger(page, cdp)
    await cdp.detach()

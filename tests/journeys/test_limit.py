"""A journey that hangs ends all the same, and leaves behind what it saw."""

from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.async_api import Browser

from tests.support import browser as browsers
from tests.support import limits
from tests.support.browser import opened_page
from tests.support.limits import limited
from tests.support.requirements import needs_chromium

pytestmark = needs_chromium
HANGS = "() => new Promise(() => {})"


@pytest.fixture(autouse=True)
def review(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(browsers, "REVIEW", tmp_path)
    return tmp_path


async def test_a_journey_that_hangs_fails_with_a_picture_and_a_trace(browser: Browser, review: Path) -> None:
    async def journey() -> None:
        async with opened_page(browser, "http://127.0.0.1") as page:
            await page.set_content("<h1>Here it hung</h1>")
            await page.evaluate(HANGS)

    with pytest.raises(TimeoutError, match=r"not at its end after 1\.5 s"):
        await limited(journey, seconds=1.5)()
    assert sorted(left.suffix for left in review.iterdir()) == [".png", ".zip"]
    trace = next(review.glob("*.zip"))
    assert "Here it hung" in ZipFile(trace).read("trace.trace").decode()


async def test_a_page_that_does_not_answer_any_more_is_left_in_time(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "CLOSING_SECONDS_MAX", 0.5)

    async def journey() -> None:
        async with opened_page(browser, "http://127.0.0.1") as page:
            await page.evaluate("() => { for (;;) {} }")

    with pytest.raises(TimeoutError):
        await limited(journey, seconds=1)()


def test_every_journey_has_the_limit(request: pytest.FixtureRequest) -> None:
    journeys = [
        item for item in request.session.items if isinstance(item, pytest.Function) and "journeys" in item.path.parts
    ]
    assert all(hasattr(one.obj, "__wrapped__") for one in journeys if one.name != request.node.name)

"""Somebody at the page: finds things by the words they read, and looks around with axe's eyes wherever they come by."""

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from playwright.async_api import Locator, Page, expect

from tests.support.browser import axe_violations
from tests.support.requirements import ROOT

LOCALES = ROOT / "web" / "src" / "locales"
REPLY_MS_MAX = 20_000
STREAMING = '[role=log] [aria-busy="true"]'

# What moves is looked at when it has come to rest; a spinner never does.
AT_REST = """() => Promise.all(document.getAnimations()
  .filter(one => Number.isFinite(one.effect.getComputedTiming().endTime)).map(one => one.finished.catch(() => {})))"""
_TOO_WIDE = """() => [document.documentElement, ...document.querySelectorAll('main, [role=log], [role=dialog]')]
  .filter(one => one.scrollWidth > one.clientWidth).map(one => `${one.tagName}: ${one.scrollWidth} px`)"""


@dataclass(frozen=True)
class Look:
    """A screen and how its owner likes it."""

    language: str
    context: dict[str, Any]

    @property
    def narrow(self) -> bool:
        return bool(self.context["viewport"]["width"] < 768)

    def speaking(self, language: str) -> "Look":
        """The same screen after the language was changed."""
        return Look(language, self.context)


DESK = Look("en", {"viewport": {"width": 1440, "height": 900}, "locale": "en-US", "color_scheme": "light"})
PHONE = Look(
    "zh-CN",
    {
        "viewport": {"width": 390, "height": 844},
        "locale": "zh-CN",
        "color_scheme": "dark",
        "has_touch": True,
        "is_mobile": True,
    },
)
SMALLEST = Look("en", {"viewport": {"width": 320, "height": 640}, "locale": "en-US", "has_touch": True})


@cache
def _texts(language: str, area: str) -> dict[str, Any]:
    texts: dict[str, Any] = json.loads((LOCALES / language / f"{area}.json").read_text(encoding="utf-8"))
    return texts


@dataclass(frozen=True)
class Visitor:
    """One page and the words its language has for things."""

    page: Page
    look: Look

    def words(self, name: str, /, **facts: object) -> str:
        """The page's own words: words("chat.message_to", name="Ava")."""
        area, *path = name.split(".")
        found: Any = _texts(self.look.language, area)
        for step in path:
            found = found[step]
        return re.sub(r"\{(\w+)\}", lambda match: str(facts[match[1]]), str(found))

    def button(self, name: str, /, **facts: object) -> Locator:
        return self.page.get_by_role("button", name=self.words(name, **facts), exact=True)

    def link(self, name: str, /, **facts: object) -> Locator:
        return self.page.get_by_role("link", name=self.words(name, **facts), exact=True)

    def field(self, name: str, /, **facts: object) -> Locator:
        return self.field_named(self.words(name, **facts))

    def field_named(self, label: str) -> Locator:
        return self.page.get_by_label(label, exact=True)

    def heading(self, name: str, /, **facts: object) -> Locator:
        return self.page.get_by_role("heading", name=self.words(name, **facts), exact=True)

    def dialog(self, name: str, /, **facts: object) -> Locator:
        return self.page.get_by_role("dialog", name=self.words(name, **facts))

    def radio(self, name: str) -> Locator:
        """The label of a choice, as it is pressed; the radio itself is drawn by it."""
        return self.page.locator("label").filter(has_text=self.words(name))

    async def menu(self, name: str, /, **facts: object) -> None:
        await self.page.get_by_role("menuitem", name=self.words(name, **facts), exact=True).click()

    # The conversation.

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log", name=self.words("chat.log"))

    def message(self, text: str) -> Locator:
        """The message that reads so."""
        named = self.log.locator('[role=group][aria-labelledby^="name-"]')
        return named.filter(has_text=text)

    async def write(self, text: str, *, to: str) -> None:
        """Type into the composer and send."""
        await self.field("chat.message_to", name=to).fill(text)
        await self.button("chat.send").click()
        await expect(self.message(text)).to_be_visible()

    async def reads(self, text: str) -> None:
        """A finished message that says so stands in the log."""
        await expect(self.message(text).last).to_be_visible(timeout=REPLY_MS_MAX)
        await expect(self.page.locator(STREAMING)).to_have_count(0, timeout=REPLY_MS_MAX)

    async def asks(self, text: str, deed: str) -> None:
        """Do something with an older message: its tools at a desk, its sheet on a phone."""
        message = self.message(text)
        if self.look.narrow:
            await message.locator("header").get_by_role("button").last.click()
            return await self.dialog("chat.actions_of", name="").get_by_role("button", name=self.words(deed)).click()
        await message.hover()
        return await message.get_by_role("button", name=self.words(deed), exact=True).click()

    async def header(self, name: str) -> None:
        """Press what a desk has in the conversation's header; a phone has it behind a button."""
        if not self.look.narrow:
            return await self.button(name).first.click()
        await self.page.locator("header").get_by_role("button", name=self.words("common.more_actions")).first.click()
        return await self.menu(name)

    # How it all stands.

    async def looks_around(self) -> None:
        """Nothing is wrong for anybody here, and nothing sticks out at the side."""
        await expect(self.page.locator("h1").first).to_be_attached()  # a screen's code may still be on its way
        await self.page.evaluate(AT_REST)
        found = await axe_violations(self.page)
        assert not found, f"{self.page.url}\n" + "\n".join(found)
        wide = await self.page.evaluate(_TOO_WIDE)
        assert not wide, f"{self.page.url} scrolls sideways: {wide}"

"""What a chat's file name says to a person: SillyTavern names most of them by the clock."""

import re
from typing import Final

CLOCK: Final = r"\d{4}-\d{1,2}-\d{1,2} ?@ ?\d{1,2}h ?\d{1,2}m ?\d{1,2}s(?: ?\d{1,3}ms)?"
BY_THE_CLOCK: Final = re.compile(rf"\d{{10,}}|{CLOCK}(?: imported)?", re.IGNORECASE)
"""The whole name: "2023-5-12 @21h 32m 29s 224ms", a group's "1795217930507"."""
STAMPED: Final = re.compile(rf"(?P<given>.*\S) - {CLOCK}(?: imported)?", re.IGNORECASE)
"""The character's name, or what a person named, with the time behind it: "Before the ridge - 2026-11-20@23h38m45s"."""
CHAT_ITSELF: Final = re.compile(rf"^.* - {CLOCK} - (?=\S)", re.IGNORECASE)
"""The chat that a branch comes from, before the branch's own name."""


def title_of(name: str, *, called: str) -> str:
    """The title of a chat whose file is called `name`; "" when only the clock named it.

    `called`: the character or the group, whose name says nothing in a list of its own chats.
    """
    name = CHAT_ITSELF.sub("", name.strip())
    stamped = STAMPED.fullmatch(name)
    if stamped:
        return "" if stamped["given"] == called else stamped["given"]
    return "" if BY_THE_CLOCK.fullmatch(name) else name

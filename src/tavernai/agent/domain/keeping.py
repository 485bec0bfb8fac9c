"""A stranger's words keep to their chat: what they say of variables that hold everywhere is said of the chat's. Pure.

SillyTavern lets any card read and change the person's global variables. Here the words of a card, and of whoever speaks
in its part, name the chat's own variables instead, unless the person allows it (ALLOWED). The engine knows nothing of
it: it is handed other words.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

ALLOWED: Final = "/macros/global_variables"
LOCAL: Final[Mapping[str, str]] = {
    "setglobalvar": "setvar", "getglobalvar": "getvar", "addglobalvar": "addvar", "incglobalvar": "incvar",
    "decglobalvar": "decvar", "hasglobalvar": "hasvar", "globalvarexists": "varexists",
    "deleteglobalvar": "deletevar", "flushglobalvar": "flushvar",
}  # fmt: skip
"""Macros of variables that hold everywhere, and their twins of one chat."""

_FLAGS: Final = r"\{\{[#/!?~>\s]*"
_NAMED: Final = re.compile(rf"({_FLAGS})({'|'.join(LOCAL)})(?![A-Za-z0-9_-])", re.IGNORECASE)
_SHORT: Final = re.compile(rf"({_FLAGS})\$(?=\s*[A-Za-z])")
_ASKED: Final = re.compile(rf"({_FLAGS}if(?:\s*::?|\s)\s*!?\s*)\$(?=\s*[A-Za-z])", re.IGNORECASE)
_MARKS: Final = re.compile(r"globalvar|\$", re.IGNORECASE)
DEPTH_MAX: Final = 60


def kept(text: str) -> str:
    """The text with its macros naming variables of the chat."""
    if "{{" not in text or _MARKS.search(text) is None:
        return text
    text = _NAMED.sub(lambda found: found[1] + LOCAL[found[2].lower()], text)
    return _ASKED.sub(r"\1.", _SHORT.sub(r"\1.", text))


def kept_in(value: Any, *, depth: int = 0) -> Any:
    """Every text of a card, however deep it stands."""
    if isinstance(value, str):
        return kept(value)
    if depth > DEPTH_MAX:
        return None
    if isinstance(value, Mapping):
        return {name: kept_in(one, depth=depth + 1) for name, one in value.items()}
    if isinstance(value, list):
        return [kept_in(one, depth=depth + 1) for one in value]
    return value

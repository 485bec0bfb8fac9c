"""Fields of entries as the wild writes them, made what they mean: texts for switches, names for positions.

What has the right kind is left as it is. Source: shared contract 2.2 and 8.2.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from tavernai.characters.domain.coerce import number
from tavernai.characters.lorebooks.domain.entries import NEW_ENTRY, Entry

Told = Callable[[str, str], object]
"""Called with the repair's code and the field."""

YES: Final = frozenset({"true", "1", "yes", "on"})
SWITCHES: Final = frozenset(name for name, value in NEW_ENTRY.items() if isinstance(value, bool))
THREE_WAY: Final = frozenset({"caseSensitive", "matchWholeWords", "useGroupScoring"})
"""Switches that may also be left to the general setting."""
NUMBERS: Final = frozenset({
    "selectiveLogic", "order", "position", "depth", "role", "probability", "groupWeight", "scanDepth", "sticky",
    "cooldown", "delay", "delayUntilRecursion",
})  # fmt: skip
HIGHEST: Final = {"selectiveLogic": 3, "position": 7, "role": 2}
"""Fields that choose from a list; what lies outside means the first."""
NAMES: Final[Mapping[str, Mapping[str, int]]] = {
    "position": {
        "before_char": 0, "after_char": 1, "before": 0, "after": 1, "an_top": 2, "before_an": 2, "an_bottom": 3,
        "after_an": 3, "at_depth": 4, "in_chat": 4, "em_top": 5, "before_em": 5, "em_bottom": 6, "after_em": 6,
        "outlet": 7,
    },
    "role": {"system": 0, "user": 1, "assistant": 2},
    "selectiveLogic": {"and_any": 0, "not_all": 1, "not_any": 2, "and_all": 3},
}  # fmt: skip


def put_right(entry: Entry, *, told: Told = lambda code, field: None) -> Entry:
    """The same entry, its fields of the kind they should have."""
    for name, value in entry.items():
        made = value
        if name in SWITCHES and not isinstance(value, bool):
            made = is_on(value, otherwise=bool(NEW_ENTRY[name]))
        elif name in THREE_WAY and value is not None and not isinstance(value, bool):
            made = None if value == "" else is_on(value, otherwise=False)
        elif name in NUMBERS and not isinstance(value, bool):
            made = _number(name, value)
        if made is not value and (made != value or type(made) is not type(value)):
            told("value_clamped" if name in HIGHEST and not isinstance(value, str) else "field_converted", name)
            entry[name] = made
    return entry


def is_on(value: Any, *, otherwise: bool) -> bool:
    """A switch: true, 1, "true", "1"; `otherwise` when it is nothing at all."""
    if value is None or value == "":
        return otherwise
    return value.strip().lower() in YES if isinstance(value, str) else bool(value)


def _number(name: str, value: Any) -> Any:
    if isinstance(value, str):
        text = value.strip().lower()
        known = NAMES.get(name, {}).get(text)
        found = float(known) if known is not None else 1.0 if text == "true" else number(value)
        value = NEW_ENTRY[name] if found is None else int(found) if found.is_integer() else found
    if name in HIGHEST and not (isinstance(value, int | float) and 0 <= value <= HIGHEST[name]):
        return 0
    return value if value is None or isinstance(value, int | float) else NEW_ENTRY[name]


def split_keys(text: str) -> list[str]:
    """Keys of one text, split at commas that do not stand inside an expression."""
    return [key for part in _parts(text) if (key := part.strip())]


def _parts(text: str) -> Iterator[str]:
    part, inside, is_escaped = "", False, False
    for character in text:
        if character == "/" and not is_escaped and (inside or not part.strip()):
            inside = not inside
        is_escaped = inside and character == "\\" and not is_escaped
        if character == "," and not inside:
            yield part
            part = ""
        else:
            part += character
    yield part

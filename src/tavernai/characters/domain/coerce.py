"""From what strangers write to what a field is: one small function a kind of field, used by the tables in card.py.

Each takes the value, the field's name for the report and the report; None means the field was absent and is silent.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tavernai.characters.domain.repairs import Repairs

Coerce = Callable[[Any, str, Repairs], Any]

LARGE_FIELD_CHARS = 100_000
MANY_GREETINGS = 100
DEPTH_DEFAULT = 4
ROLES = ("system", "user", "assistant")
MILLISECONDS_FROM = 100_000_000_000
"""Seconds reach this in the year 5138; anything larger was meant as milliseconds."""

_SILLYTAVERN_DATE = re.compile(r"\s*(\d{4})-(\d{1,2})-(\d{1,2})\s*@\s*(\d{1,2})h\s*(\d{1,2})m\s*(\d{1,2})s")
_NUMERIC = re.compile(r"\s*[+-]?\d+(\.\d+)?\s*")


def kind_of(value: Any) -> str:
    """The value's kind in words for people."""
    return next(word for kinds, word in _KINDS if isinstance(value, kinds))


_KINDS: tuple[tuple[Any, str], ...] = (
    (bool, "a boolean"),
    (int | float, "a number"),
    (str, "text"),
    (list, "a list"),
    (dict, "an object"),
    (object, "empty"),
)


def text(value: Any, field: str, repairs: Repairs) -> str:
    """Text; scalars are written out, a list is joined by line breaks, an object gives its one telling text."""
    if value is None:
        return ""
    if not isinstance(value, str):
        made = _as_text(value)
        if made or value not in ([], {}):
            repairs.add("field_converted" if made else "field_dropped", field, detail=kind_of(value))
        return made
    if len(value) > LARGE_FIELD_CHARS:
        repairs.add("large_field", field, detail=len(value))
    return value


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "\n".join(filter(None, (_as_text(item) for item in value if isinstance(item, str | int | float))))
    if isinstance(value, dict):
        return next((value[key] for key in ("text", "content", "value") if isinstance(value.get(key), str)), "")
    return ""


def texts(value: Any, field: str, repairs: Repairs) -> list[str]:
    """A list of texts in order; nulls are left out, a lone text becomes a list of one."""
    if value is None:
        return []
    if isinstance(value, dict):
        repairs.add("field_converted", field, detail=kind_of(value))
        value = list(value.values())
    if not isinstance(value, list):
        repairs.add("field_converted", field, detail=kind_of(value))
        return [made] if (made := _as_text(value)).strip() else []
    kept = [_as_text(item) for item in value if isinstance(item, str | int | float)]
    if len(kept) < len(value):
        repairs.add("items_dropped", field, detail=len(value) - len(kept))
    return kept


def greetings(value: Any, field: str, repairs: Repairs) -> list[str]:
    """Greetings; a site once exported a number here instead of the list, which is no greeting."""
    if isinstance(value, int | float) or (isinstance(value, str) and _NUMERIC.fullmatch(value)):
        repairs.add("field_dropped", field, detail=kind_of(value))
        return []
    kept = texts(value, field, repairs)
    if len(kept) > MANY_GREETINGS:
        repairs.add("many_greetings", field, detail=len(kept))
    return kept


def tags(value: Any, field: str, repairs: Repairs) -> list[str]:
    """Tags, trimmed and not empty; text is split at commas."""
    if isinstance(value, str):
        if value.strip():
            repairs.add("field_converted", field, detail=kind_of(value))
        value = value.split(",")
    return [tag for item in texts(value, field, repairs) if (tag := item.strip())]


def thing(value: Any, field: str, repairs: Repairs) -> dict[str, Any]:
    """An object, {} when it is none."""
    if isinstance(value, dict):
        return value
    if value not in (None, [], ""):
        repairs.add("field_dropped", field, detail=kind_of(value))
    return {}


def languages(value: Any, field: str, repairs: Repairs) -> dict[str, str]:
    """Text by language."""
    found = thing(value, field, repairs)
    kept = {language: item for language, item in found.items() if isinstance(item, str)}
    if len(kept) < len(found):
        repairs.add("items_dropped", field, detail=len(found) - len(kept))
    return kept


def things(value: Any, field: str, repairs: Repairs) -> list[dict[str, Any]]:
    """A list of objects."""
    if value in (None, {}, ""):
        return []
    if not isinstance(value, list):
        repairs.add("field_dropped", field, detail=kind_of(value))
        return []
    kept = [item for item in value if isinstance(item, dict)]
    if len(kept) < len(value):
        repairs.add("items_dropped", field, detail=len(value) - len(kept))
    return kept


def book(value: Any, field: str, repairs: Repairs) -> dict[str, Any] | None:
    """An embedded lorebook exactly as it is, or None; a bare list of entries is put into one."""
    if value in (None, "", [], False):
        return None
    if isinstance(value, list):
        repairs.add("field_converted", field, detail=kind_of(value))
        return {"entries": things(value, field, repairs), "extensions": {}}
    if isinstance(value, dict):
        return value
    repairs.add("field_dropped", field, detail=kind_of(value))
    return None


def moment(value: Any, field: str, repairs: Repairs) -> int | None:
    """Unix seconds, from seconds, milliseconds, numeric text or an ISO date."""
    if value is None or value == "":
        return None
    seconds = _seconds(value)
    if seconds is None:
        repairs.add("field_dropped", field, detail=kind_of(value))
    elif type(value) is not int or seconds != value:
        repairs.add("field_converted", field, detail=kind_of(value))
    return seconds


def _seconds(value: Any) -> int | None:
    if isinstance(value, str):
        if _NUMERIC.fullmatch(value):
            return _seconds(float(value))
        return _iso_seconds(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    seconds = int(value // 1000) if abs(value) >= MILLISECONDS_FROM else int(value)
    return seconds if abs(seconds) < MILLISECONDS_FROM else None


def _iso_seconds(value: str) -> int | None:
    # "2023-5-12 @21h 32m 29s 228ms" is how SillyTavern wrote dates until 2025.
    parts = _SILLYTAVERN_DATE.match(value)
    try:
        when = _moment_of(parts) if parts else datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return int((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp())


def _moment_of(parts: re.Match[str]) -> datetime:
    year, month, day, hour, minute, second = map(int, parts.groups())
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


def number(value: Any) -> float | None:
    """A number, or text that is one; None for everything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    return float(value) if isinstance(value, str) and _NUMERIC.fullmatch(value) else None


def talkativeness(value: Any, field: str, repairs: Repairs) -> Any:
    """0 to 1. Numeric text within range stays text, because that is how SillyTavern writes it."""
    found = number(value)
    if found is not None and 0 <= found <= 1:
        return value
    repaired = 0.5 if found is None else int(min(max(found, 0), 1))
    repairs.add("value_clamped", field, detail=repaired)
    return repaired


def depth_prompt(value: Any, field: str, repairs: Repairs) -> dict[str, Any]:
    """`{prompt, depth, role}` with a depth from 0 and a known role; other keys stay."""
    found = value if isinstance(value, dict) else {"prompt": text(value, field, repairs)}
    made = dict(found)
    made["prompt"] = text(found.get("prompt"), f"{field}.prompt", repairs)
    made["depth"] = _depth(found.get("depth"))
    made["role"] = found["role"] if found.get("role") in ROLES else "system"
    for key in ("depth", "role"):
        if made[key] != found.get(key):
            repairs.add("value_clamped", f"{field}.{key}", detail=made[key])
    return made


def _depth(value: Any) -> int:
    found = number(value)
    return DEPTH_DEFAULT if found is None else max(0, min(int(found), 100_000))

"""When a message was sent, in every way SillyTavern and its neighbours have written it. Source: shared contract 3.4."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any, Final

from tavernai.kernel.clock import rfc3339

YEAR_10000_MS: Final = 253_402_300_800_000
SECONDS_BELOW: Final = 100_000_000_000
"""Numbers below this are seconds of foreign formats; as milliseconds they would lie before 1973."""

MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WORDS = re.compile(
    r"\s*([A-Za-z]{3,9})\.?\s+(\d{1,2}),?\s+(\d{4}),?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([ap]m)?\s*", re.IGNORECASE
)
_HUMANISED = re.compile(
    r"\s*(\d{4})-(\d{1,2})-(\d{1,2})\s*@\s*(\d{1,2})h\s*(\d{1,2})m(?:\s*(\d{1,2})s)?(?:\s*(\d{1,3})ms)?\s*"
)
_NUMBER = re.compile(r"\s*\d{9,15}(\.\d+)?\s*")


def sent_at(value: Any, *, zone: tzinfo = UTC) -> int | None:
    """Milliseconds since 1970, UTC; None when the value is no date.

    Args:
        zone: of dates in words, which were written in the local time of the writer's machine.
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return _from_number(value)
    if not isinstance(value, str) or len(value) > 100:
        return None
    if _NUMBER.fullmatch(value):
        return _from_number(float(value))
    for read in (_iso, _humanised, _words):
        try:
            when = read(value, zone)
        except (ValueError, OverflowError):
            continue
        if when is not None:
            return round(when.timestamp() * 1000)
    return None


def written(ms: int) -> str:
    """As SillyTavern writes it since 1.15."""
    return rfc3339(ms)


def filled(times: Sequence[int | None], *, otherwise: int) -> list[int]:
    """A time for every message: unknown ones lie between their neighbours, in order; no order is changed.

    Args:
        otherwise: ms for a chat that has no time at all.
    """
    known = [(index, time) for index, time in enumerate(times) if time is not None]
    if not known:
        return [otherwise + index for index in range(len(times))]
    made: list[int] = []
    later = iter(known)
    left, right = (-1, known[0][1] - known[0][0] - 1), next(later, None)
    for index, time in enumerate(times):
        if time is not None:
            made.append(time)
            left, right = (index, time), next(later, None)
        elif right is None:
            made.append(left[1] + index - left[0])
        else:
            made.append(left[1] + (right[1] - left[1]) * (index - left[0]) // (right[0] - left[0]))
    return made


def _from_number(value: float) -> int | None:
    if not 0 < value < YEAR_10000_MS:
        return None
    return int(value * 1000) if value < SECONDS_BELOW and value > 10**8 else int(value)


def _iso(text: str, zone: tzinfo) -> datetime | None:
    when = datetime.fromisoformat(text.strip())
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _humanised(text: str, zone: tzinfo) -> datetime | None:
    found = _HUMANISED.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, ms = (int(part or 0) for part in found.groups())
    return datetime(year, month, day, hour, minute, second, ms * 1000, tzinfo=UTC)


def _words(text: str, zone: tzinfo) -> datetime | None:
    found = _WORDS.fullmatch(text)
    if found is None or found[1][:3].lower() not in MONTHS:
        return None
    hour = int(found[4])
    if found[7]:
        hour = hour % 12 + (12 if found[7].lower() == "pm" else 0)
    month = MONTHS.index(found[1][:3].lower()) + 1
    return datetime(int(found[3]), month, int(found[2]), hour, int(found[5]), int(found[6] or 0), tzinfo=zone)

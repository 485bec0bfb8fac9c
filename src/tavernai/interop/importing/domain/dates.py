"""`send_date` in all its forms, and dates for lines that have none. Source: shared contract 3.4."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

MONTHS: Final = {
    name: number
    for number, name in enumerate(
        ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
         "december"),
        start=1,
    )
}  # fmt: skip
SPOKEN: Final = re.compile(r"^\s*([A-Za-z]+) (\d{1,2}), (\d{4}) (\d{1,2}):(\d{2})\s*(am|pm)\s*$", re.IGNORECASE)
FILED: Final = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})\s?@\s?(\d{1,2})h\s?(\d{1,2})m\s?(?:(\d{1,2})s)?\s?(?:(\d{1,3})ms)?"
)
NUMBER: Final = re.compile(r"^\s*(\d{11,14})(?:\.\d+)?\s*$")
EARLIEST: Final = 946_684_800_000
LATEST: Final = 32_503_680_000_000
STEP_MS: Final = 1_000


def moment(value: Any) -> int | None:
    """Milliseconds since 1970, or None when nothing can be read. What names no zone is taken as UTC."""
    found = _number(value) if isinstance(value, int | float) else _text(value) if isinstance(value, str) else None
    return found if found is not None and EARLIEST <= found <= LATEST else None


def filled(known: Sequence[int | None], *, begin: int) -> list[int]:
    """A date for every line: the known ones as they are, the others evenly between their neighbours.

    Args:
        begin: the date before all lines, used when none is known at the start.
    """
    told: list[int] = []
    index = 0
    while index < len(known):
        value = known[index]
        if value is not None:
            told.append(value)
            index += 1
            continue
        end = next((place for place in range(index, len(known)) if known[place] is not None), len(known))
        told += _between(told[-1] if told else None, known[end] if end < len(known) else None, end - index, begin)
        index = end
    return told


def _between(before: int | None, after: int | None, count: int, begin: int) -> list[int]:
    if before is None:
        first = begin if after is None else after - STEP_MS * count
        return [first + STEP_MS * place for place in range(count)]
    if after is None or after <= before:
        return [before + STEP_MS * (place + 1) for place in range(count)]
    return [before + (after - before) * (place + 1) // (count + 1) for place in range(count)]


def _number(value: float) -> int | None:
    return None if isinstance(value, bool) or value != value or abs(value) > LATEST else int(value)


def _text(text: str) -> int | None:
    text = text[:64]
    if plain := NUMBER.match(text):
        return int(plain[1])
    for read in (_spoken, _filed, _iso):
        try:
            found = read(text)
        except ValueError:
            continue
        if found is not None:
            return int(found.timestamp() * 1000)
    return None


def _spoken(text: str) -> datetime | None:
    found = SPOKEN.match(text)
    if found is None or found[1].lower() not in MONTHS:
        return None
    hour = int(found[4]) % 12 + (12 if found[6].lower() == "pm" else 0)
    return datetime(int(found[3]), MONTHS[found[1].lower()], int(found[2]), hour, int(found[5]), tzinfo=UTC)


def _filed(text: str) -> datetime | None:
    found = FILED.search(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, thousandth = (int(part or 0) for part in found.groups())
    return datetime(year, month, day, hour, minute, second, thousandth * 1000, tzinfo=UTC)


def _iso(text: str) -> datetime | None:
    if "-" not in text:
        return None
    found = datetime.fromisoformat(text.strip())
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)

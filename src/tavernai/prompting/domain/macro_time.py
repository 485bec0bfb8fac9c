"""Times in macros: moment.js formats and spans in words, in English. Source: shared contract 5.2."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
OFFSET: Final = re.compile(r"UTC\s*([+-]?\d{1,2})(?::(\d{2}))?", re.IGNORECASE)
TOKEN: Final = re.compile(
    r"\[[^\[\]]*\]|\\.|YYYY|YY|Y|MMMM|MMM|MM|Mo|M|DDDD|DDDo|DDD|DD|Do|D|dddd|ddd|dd|do|d|E|e|HH|H|hh|h|kk|k|mm|m|"
    r"SSS|SS|S|ss|s|A|a|ZZ|Z|X|x|Qo|Q|WW|Wo|W|GGGG|GG|LTS|LT|LLLL|LLL|LL|L|llll|lll|ll|l"
)
LONG: Final = {
    "LT": "h:mm A", "LTS": "h:mm:ss A", "L": "MM/DD/YYYY", "LL": "MMMM D, YYYY", "LLL": "MMMM D, YYYY h:mm A",
    "LLLL": "dddd, MMMM D, YYYY h:mm A", "l": "M/D/YYYY", "ll": "MMM D, YYYY", "lll": "MMM D, YYYY h:mm A",
    "llll": "ddd, MMM D, YYYY h:mm A",
}  # fmt: skip

FIELDS: Final[dict[str, Callable[[datetime], object]]] = {
    "YYYY": lambda t: f"{t.year:04d}",
    "YY": lambda t: f"{t.year % 100:02d}",
    "Y": lambda t: t.year,
    "Q": lambda t: (t.month + 2) // 3,
    "Qo": lambda t: ordinal((t.month + 2) // 3),
    "MMMM": lambda t: MONTHS[t.month - 1],
    "MMM": lambda t: MONTHS[t.month - 1][:3],
    "MM": lambda t: f"{t.month:02d}",
    "Mo": lambda t: ordinal(t.month),
    "M": lambda t: t.month,
    "DDDD": lambda t: f"{t.timetuple().tm_yday:03d}",
    "DDDo": lambda t: ordinal(t.timetuple().tm_yday),
    "DDD": lambda t: t.timetuple().tm_yday,
    "DD": lambda t: f"{t.day:02d}",
    "Do": lambda t: ordinal(t.day),
    "D": lambda t: t.day,
    "dddd": lambda t: DAYS[t.weekday()],
    "ddd": lambda t: DAYS[t.weekday()][:3],
    "dd": lambda t: DAYS[t.weekday()][:2],
    "do": lambda t: ordinal(t.isoweekday() % 7),
    "d": lambda t: t.isoweekday() % 7,
    "e": lambda t: t.isoweekday() % 7,
    "E": lambda t: t.isoweekday(),
    "WW": lambda t: f"{t.isocalendar().week:02d}",
    "Wo": lambda t: ordinal(t.isocalendar().week),
    "W": lambda t: t.isocalendar().week,
    "GGGG": lambda t: f"{t.isocalendar().year:04d}",
    "GG": lambda t: f"{t.isocalendar().year % 100:02d}",
    "HH": lambda t: f"{t.hour:02d}",
    "H": lambda t: t.hour,
    "hh": lambda t: f"{t.hour % 12 or 12:02d}",
    "h": lambda t: t.hour % 12 or 12,
    "kk": lambda t: f"{t.hour or 24:02d}",
    "k": lambda t: t.hour or 24,
    "mm": lambda t: f"{t.minute:02d}",
    "m": lambda t: t.minute,
    "ss": lambda t: f"{t.second:02d}",
    "s": lambda t: t.second,
    "SSS": lambda t: f"{t.microsecond // 1_000:03d}",
    "SS": lambda t: f"{t.microsecond // 10_000:02d}",
    "S": lambda t: t.microsecond // 100_000,
    "A": lambda t: "AM" if t.hour < 12 else "PM",
    "a": lambda t: "am" if t.hour < 12 else "pm",
    "Z": lambda t: t.strftime("%z")[:3] + ":" + t.strftime("%z")[3:5],
    "ZZ": lambda t: t.strftime("%z"),
    "X": lambda t: int(t.timestamp()),
    "x": lambda t: int(t.timestamp() * 1000),
}

SPANS: Final[tuple[tuple[str, float, int, str, str], ...]] = (
    # unit, seconds in it, up to how many, one of it, many of it
    ("second", 1, 44, "a few seconds", "a few seconds"),
    ("minute", 60, 44, "a minute", "{} minutes"),
    ("hour", 3_600, 21, "an hour", "{} hours"),
    ("day", 86_400, 25, "a day", "{} days"),
    ("month", 86_400 * 146_097 / 4_800, 10, "a month", "{} months"),
    ("year", 86_400 * 146_097 / 400, 10**9, "a year", "{} years"),
)


def at(now_ms: int, *, offset_minutes: int) -> datetime:
    """A moment on the person's wall clock."""
    zone = timezone(timedelta(minutes=offset_minutes)) if offset_minutes else UTC
    return datetime.fromtimestamp(now_ms / 1000, zone)


@lru_cache(64)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def zone_offset(name: str, now_ms: int) -> int:
    """Minutes east of Greenwich in a zone such as `Europe/Berlin` at this moment; 0 for none and for unknown ones."""
    zone = _zone(name.strip()) if name.strip() else None
    offset = datetime.fromtimestamp(now_ms / 1000, zone).utcoffset() if zone is not None else None
    return int(offset.total_seconds() // 60) if offset is not None else 0


def offset_of(text: str) -> int | None:
    """Minutes east of Greenwich from `UTC+2`, None for anything else."""
    found = OFFSET.fullmatch(text.strip())
    if found is None:
        return None
    hours = int(found.group(1))
    minutes = int(found.group(2) or 0)
    total = hours * 60 + (-minutes if found.group(1).startswith("-") else minutes)
    return total if abs(total) < 24 * 60 else None


def formatted(moment: datetime, pattern: str) -> str:
    """The moment by a moment.js pattern; `[text]` stands as it is, letters without meaning too."""

    def one(found: re.Match[str]) -> str:
        token = found.group()
        if token[0] == "[":
            return token[1:-1]
        if token[0] == "\\":
            return token[1:]
        if token in LONG:
            return formatted(moment, LONG[token])
        return str(FIELDS[token](moment))

    return TOKEN.sub(one, pattern)


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th …"""
    if number % 100 // 10 == 1:
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def in_words(milliseconds: float) -> str:
    """The length of a span, rounded as people say it: "2 hours"."""
    seconds = abs(milliseconds) / 1000
    for _, size, most, one, many in SPANS:
        count = int(seconds / size + 0.5)
        if count <= most:
            return one if count <= 1 else many.format(count)
    return SPANS[-1][4].format(int(seconds / SPANS[-1][1] + 0.5))


def difference(first: str, second: str) -> str | None:
    """How far the first moment lies from the second: "in 4 days", "3 days ago"; None when one is no date."""
    moments = [_parsed(first), _parsed(second)]
    if moments[0] is None or moments[1] is None:
        return None
    milliseconds = (moments[0] - moments[1]).total_seconds() * 1000
    words = in_words(milliseconds)
    return f"in {words}" if milliseconds > 0 else f"{words} ago"


def _parsed(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

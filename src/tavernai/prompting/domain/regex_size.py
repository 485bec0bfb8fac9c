"""How large an expression becomes when our engine lays it out.

The engine writes what must be repeated so often out that many times, and does it while it compiles, where no time limit
reaches: forty pairs of brackets with a `+` each are a trillion copies. So the copies are counted first.
"""

import re
from dataclasses import dataclass
from typing import Final

COPIES_MAX: Final = 10_000
"""About a tenth of a second of compiling; expressions people write have a few dozen."""
DIGITS_READ: Final = 9
"""A longer number is as much too large as this one."""

TOKEN: Final = re.compile(
    r"\\.|\[(?:\\.|[^\]\\])*\]|(?P<opens>\((?:\?(?:[:=!]|<[=!]|<[^>]*>|[ims-]*:))?)|(?P<closes>\))"
    r"|(?P<more>\+)|\{(?P<least>\d+)(?:,\d*)?\}|(?P<any>[*?])|.",
    re.DOTALL,
)


@dataclass(slots=True)
class _Level:
    """What stands between one pair of brackets: how much it is, and the last thing in it, which may be repeated."""

    size: int = 0
    last: int = 0
    is_group: bool = False


def copies(source: str) -> int:
    """How many copies of its parts a valid expression is laid out in, about; counting ends above COPIES_MAX."""
    levels, total = [_Level()], 0
    for token in TOKEN.finditer(source):
        level, kind = levels[-1], token.lastgroup
        if kind == "opens":
            levels.append(_Level())
        elif kind == "closes" and len(levels) > 1:
            inner = levels.pop()
            _put(levels[-1], max(inner.size, 1), is_group=True)
        elif kind in ("more", "least"):
            total += _repeat(level, 1 if kind == "more" else int(token["least"][:DIGITS_READ]))
        elif kind != "any":
            _put(level, 1, is_group=False)
        if total > COPIES_MAX:
            break
    return total


def _put(level: _Level, size: int, *, is_group: bool) -> None:
    level.size += size
    level.last, level.is_group = size, is_group


def _repeat(level: _Level, least: int) -> int:
    """Repeat the last thing; how many copies that makes. One character by itself is repeated without copies."""
    grown = level.last * (least + 1) if least else level.last
    level.size += grown - level.last
    level.last = grown
    return grown if level.is_group and least else 0

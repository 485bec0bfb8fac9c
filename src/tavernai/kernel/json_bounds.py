"""How much a stranger's JSON may hold, seen before it is parsed: a small file of empty lists fills any memory."""

from typing import Final

CONTAINERS_MAX: Final = 500_000
"""Lists and objects; a lorebook of 5,000 entries has some 30,000. Braces in texts count too."""
VALUES_MAX: Final = 4_000_000
"""Commas, of which texts have one in fifty letters."""


def holds_too_much(data: bytes) -> bool:
    """Whether parsing would make more values than any honest file has."""
    return data.count(b"[") + data.count(b"{") > CONTAINERS_MAX or data.count(b",") > VALUES_MAX

"""Chance in macros: dice, and the choice that stays the same for a place in a chat.

`{{pick}}` must choose what SillyTavern chose for the same chat, so two public algorithms are kept to the bit: cyrb53 (a
53-bit hash by bryc, public domain) and seedrandom (David Bau's ARC4 generator). Source: shared contract 5.4.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

DICE: Final = re.compile(r"(\d{0,4})\s*d\s*(\d{1,9})\s*([+-]\s*\d{1,9})?", re.IGNORECASE)
DICE_MAX: Final = 1_000
MASK: Final = 0xFFFFFFFF


def roll(formula: str, *, random: Callable[[], float]) -> int | None:
    """The sum of `[n]d<faces>[±k]`, or of one die when only a number is given. None: no such dice."""
    text = formula.strip()
    if text.isascii() and text.isdigit():
        text = f"1d{text}"
    found = DICE.fullmatch(text)
    if found is None:
        return None
    count, faces = int(found.group(1) or 1), int(found.group(2))
    if not 1 <= count <= DICE_MAX or faces < 1:
        return None
    bonus = int((found.group(3) or "0").replace(" ", ""))
    return sum(1 + int(random() * faces) for _ in range(count)) + bonus


def choices(arguments: list[str]) -> list[str]:
    r"""The items of a list macro. One argument is split at `::`, else at commas (`\,` is a comma)."""
    if len(arguments) != 1:
        return arguments
    [text] = arguments
    if not text:
        return []
    if "::" in text:
        return [item.strip() for item in text.split("::")]
    return [item.replace("\\,", ",").strip() for item in re.split(r"(?<!\\),", text)]


@lru_cache(64)
def cyrb53(text: str) -> int:
    """53 bits from the UTF-16 code units of a text."""
    first, second = 0xDEADBEEF, 0x41C6CE57
    data = text.encode("utf-16-le", "surrogatepass")
    for index in range(0, len(data), 2):
        unit = data[index] | data[index + 1] << 8
        first = (first ^ unit) * 2654435761 & MASK
        second = (second ^ unit) * 1597334677 & MASK
    first = (first ^ first >> 16) * 2246822507 & MASK ^ (second ^ second >> 13) * 3266489909 & MASK
    second = (second ^ second >> 16) * 2246822507 & MASK ^ (first ^ first >> 13) * 3266489909 & MASK
    return 4294967296 * (second & 0x1FFFFF) + first


@lru_cache(512)
def seeded_double(seed: str) -> float:
    """The first number in [0, 1) of seedrandom for a seed."""
    return next_double(arc4(seed))


def arc4(seed: str) -> Callable[[], int]:
    """A byte generator: RC4 keyed by the seed's code units, its first 256 bytes thrown away."""
    key = _key(seed)
    state = list(range(256))
    j = 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) & 255
        state[i], state[j] = state[j], state[i]
    position, mixed = 0, 0

    def byte() -> int:
        nonlocal position, mixed
        position = (position + 1) & 255
        mixed = (mixed + state[position]) & 255
        state[position], state[mixed] = state[mixed], state[position]
        return state[(state[position] + state[mixed]) & 255]

    for _ in range(256):
        byte()
    return byte


def next_double(byte: Callable[[], int]) -> float:
    """52 bits or more of randomness as a number in [0, 1)."""
    number = 0
    for _ in range(6):
        number = number * 256 + byte()
    scale, extra = 2**48, 0
    while number < 2**52:
        number, scale, extra = (number + extra) * 256, scale * 256, byte()
    top, bottom = float(number), float(scale)
    while top >= 2**53:
        top, bottom, extra = top / 2, bottom / 2, extra >> 1
    return (top + extra) / bottom


def pick_seed(chat: int, whole: str, *, offset: int, reroll: str) -> str:
    """The seed of one `{{pick}}`: chat, text and place in it."""
    units = offset if whole.isascii() else len(whole[:offset].encode("utf-16-le", "surrogatepass")) // 2
    seed = f"{chat}-{cyrb53(whole)}-{units}" + (f"-{reroll}" if reroll else "")
    return str(cyrb53(seed))


def _key(seed: str) -> list[int]:
    data = seed.encode("utf-16-le", "surrogatepass")
    key: list[int] = []
    smear = 0
    for index in range(len(data) // 2):
        unit = data[2 * index] | data[2 * index + 1] << 8
        at = index & 255
        if at < len(key):
            smear ^= key[at] * 19
            key[at] = (smear + unit) & 255
        else:
            key.append((smear + unit) & 255)
    return key or [0]

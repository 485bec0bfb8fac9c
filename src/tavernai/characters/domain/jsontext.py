"""Bytes of a stranger's JSON file to inert values: bounded depth, no NaN, storable texts, exact or rounded numbers.

The fast road is orjson. What it refuses (byte order marks, UTF-16, broken UTF-8, lone surrogates) takes the slow one,
which repairs the text and says so. Nothing here follows a reference or runs anything.
"""

import codecs
import json
import math
from typing import Any, NoReturn

import orjson

from tavernai.characters.domain.repairs import Repairs
from tavernai.kernel.canonical import canonical_json
from tavernai.kernel.json_bounds import holds_too_much
from tavernai.kernel.text import clean_text

DEPTH_MAX = 100
"""Real cards are below 20; ours stays far from Python's own recursion limit in everything that walks a card later."""

INTEGER_MAX = 2**53 - 1

BOMS: tuple[tuple[bytes, str, str], ...] = (
    (codecs.BOM_UTF8, "utf-8", "bom_removed"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "utf16_decoded"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "utf16_decoded"),
)


class JsonRefused(ValueError):
    """The text is not JSON that can be used; the message says why."""


def parse_json(data: bytes, repairs: Repairs) -> Any:
    """The value of a JSON file, cleaned for every engine and every browser.

    Args:
        data: the file's bytes, UTF-8 or UTF-16, with or without byte order mark.
        repairs: hears what had to be changed.
    Returns:
        Only dict, list, str, int up to 2**53-1, float, bool and None; keys are text; last duplicate key wins.
    Raises:
        JsonRefused: not JSON, NaN or infinite, nested deeper than DEPTH_MAX, or more values than an honest file has.
    """
    if holds_too_much(data):
        raise JsonRefused("it holds too many values")
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        value = _parse_slowly(decoded(data, repairs))
    return _Cleaner(repairs).clean(value)


def clean_value(value: Any, repairs: Repairs) -> Any:
    """The same cleaning for a value that came over HTTP. Raises JsonRefused."""
    return _Cleaner(repairs).clean(value)


def exact_json(value: Any) -> bytes:
    """Canonical bytes of a cleaned value, read back from storage or not: the same for the same card.

    Past 2**53 our numbers are floats, but their canonical text has no point, so that reading gives integers back.
    """
    try:
        return canonical_json(value)
    except ValueError:
        return canonical_json(as_cleaned(value))


def as_cleaned(value: Any) -> Any:
    """A stored value as it was when it was cleaned: whole numbers past 2**53 are floats again."""
    if isinstance(value, dict):
        return {key: as_cleaned(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_cleaned(item) for item in value]
    if isinstance(value, int) and abs(value) > INTEGER_MAX:
        return float(value)
    return value


def decoded(data: bytes, repairs: Repairs) -> str:
    """The text of these bytes, UTF-8 or UTF-16; what is neither is replaced and told."""
    encoding = "utf-8"
    for bom, name, code in BOMS:
        if data.startswith(bom):
            data, encoding = data[len(bom) :], name
            repairs.add(code)
            break
    else:
        encoding = _utf16_without_bom(data) or encoding
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        repairs.add("invalid_utf8")
        return data.decode(encoding, "replace")


def _utf16_without_bom(data: bytes) -> str | None:
    if data[:1] in b"{[" and data[1:2] == b"\0":
        return "utf-16-le"
    if data[:1] == b"\0" and data[1:2] in (b"{", b"["):
        return "utf-16-be"
    return None


def _parse_slowly(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except RecursionError:
        raise JsonRefused("nested too deeply") from None
    except ValueError as error:
        raise JsonRefused(str(error)) from None


def _refuse_constant(name: str) -> NoReturn:
    raise JsonRefused(f"{name} is not JSON")


class _Cleaner:
    """Walks a parsed value once."""

    def __init__(self, repairs: Repairs) -> None:
        self._repairs = repairs

    def clean(self, value: Any, depth: int = 0) -> Any:
        if isinstance(value, str):
            return self._text(value)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int | float):
            return self._number(value)
        if depth >= DEPTH_MAX:
            raise JsonRefused("nested too deeply")
        if isinstance(value, dict):
            return self._object(value, depth)
        return [self.clean(item, depth + 1) for item in value]

    def _object(self, value: dict[str, Any], depth: int) -> dict[str, Any]:
        kept = {}
        for key, item in value.items():
            if _reaches_prototypes(key, item):
                self._repairs.add("unsafe_key_dropped", detail=key)
            else:
                kept[self._text(key)] = self.clean(item, depth + 1)
        return kept

    def _text(self, text: str) -> str:
        cleaned = clean_text(text.replace("\0", ""))
        if cleaned != text:
            self._repairs.add("text_replaced")
        return cleaned

    def _number(self, value: Any) -> int | float:
        try:
            exact = float(value)
        except OverflowError:
            exact = math.inf
        if not math.isfinite(exact):
            raise JsonRefused("a number is not finite")
        if abs(exact) > INTEGER_MAX:
            if isinstance(value, int):
                self._repairs.add("number_rounded")
            return exact
        # 1.0 and 1 are one number in JSON; one form keeps hashes and rebuilt rows equal.
        return int(value) if exact.is_integer() else exact


def _reaches_prototypes(key: str, item: Any) -> bool:
    # A browser that merges objects key by key would change every object with these.
    return key == "__proto__" or (key == "constructor" and isinstance(item, dict) and "prototype" in item)

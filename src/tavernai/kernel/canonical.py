"""Canonical JSON (RFC 8785): the same bytes for the same value on every engine, so that a hash means something.

orjson with sorted keys gives those bytes for everything but floats, keys outside the Basic Multilingual Plane and
integers past 2**53; such a value takes the slow, exact road through the rfc8785 package.
"""

from typing import Any

import orjson
import rfc8785

from tavernai.kernel.text import clean_json

Payload = dict[str, Any]
_SAFE = 2**53 - 1


def canonical_json(value: Any) -> bytes:
    """The RFC 8785 bytes of a JSON value. Raises ValueError for NaN, infinities and integers past 2**53."""
    if _is_plain(value):
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    return rfc8785.dumps(value)


def sealed(value: Payload) -> tuple[Payload, bytes]:
    """The value fit to be stored (texts cleaned as `clean_json` does), and its RFC 8785 bytes."""
    if _is_plain(value):
        try:
            data = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
        except orjson.JSONEncodeError:  # a lone surrogate
            data = b""
        if data and b"\\u0000" not in data:
            return value, data
    clean = clean_json(value)
    return clean, canonical_json(clean)


def _is_plain(value: Any) -> bool:
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return True
    if kind is int:
        return bool(-_SAFE <= value <= _SAFE)
    if kind is dict:
        return all(type(key) is str and key.isascii() and _is_plain(item) for key, item in value.items())
    if kind is list or kind is tuple:
        return all(map(_is_plain, value))
    return False

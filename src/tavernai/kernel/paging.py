"""Lists come in pages; a cursor is where the last page ended, opaque to who holds it."""

import base64
import binascii
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import orjson

from tavernai.kernel.errors import MalformedInput

PAGE_DEFAULT = 50
PAGE_MAX = 200
INTEGER_MAX = 2**63 - 1  # what a database's integer holds
_T = TypeVar("_T")


class BadCursor(MalformedInput):
    """This cursor was not made by this server; start again without one."""

    code = "bad_cursor"


@dataclass(frozen=True, slots=True)
class Page(Generic[_T]):
    """Some of a list, and where it goes on; no cursor at its end."""

    items: list[_T]
    next_cursor: str | None = None


def encode_cursor(*keys: Any) -> str:
    """The sort keys of the last item shown, as text for a URL."""
    return base64.urlsafe_b64encode(orjson.dumps(keys)).decode().rstrip("=")


def decode_cursor(cursor: str, *kinds: type) -> tuple[Any, ...]:
    """The keys back, checked against their types. Raises BadCursor."""
    try:
        keys = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        raise BadCursor from None
    if not isinstance(keys, list) or len(keys) != len(kinds) or not all(map(_fits, keys, kinds)):
        raise BadCursor
    return tuple(keys)


def _fits(key: Any, kind: type) -> bool:
    """Whether a key is of its kind and something a database can compare with: 64 bits, no NUL."""
    if isinstance(key, bool) or not isinstance(key, kind):
        return False
    return abs(key) <= INTEGER_MAX if isinstance(key, int) else "\0" not in str(key)

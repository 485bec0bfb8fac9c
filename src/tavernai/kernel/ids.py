"""UUIDv7 as text (RFC 9562): ids sort by the time they were made, on every engine and in every list."""

import re
import threading
import time

from tavernai.kernel.chance import random_piece

_TEXT = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_lock = threading.Lock()
_last = 0


def new_id() -> str:
    """A fresh UUIDv7, greater than every id this process made before."""
    global _last
    with _lock:
        # 48 bits of milliseconds, then 12 bits that count on within one millisecond.
        _last = max(_last + 1, int(time.time() * 1000) << 12)
        stamp = _last
    tail = int.from_bytes(random_piece()[:8]) & 0x3FFF_FFFF_FFFF_FFFF
    value = (stamp >> 12) << 80 | 0x7 << 76 | (stamp & 0xFFF) << 64 | 0b10 << 62 | tail
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def is_id(text: str) -> bool:
    """Whether this text is an id of ours: lower-case UUIDv7 with hyphens."""
    return _TEXT.fullmatch(text) is not None

"""Time enters as an argument. This is where it comes from."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], int]
"""Milliseconds since 1970, UTC."""


def now_ms() -> int:
    """The wall clock in milliseconds, UTC."""
    return time.time_ns() // 1_000_000


def rfc3339(ms: int) -> str:
    """Milliseconds as the API shows them: 2026-11-21T13:49:46.120Z."""
    whole = datetime.fromtimestamp(ms / 1000, UTC)
    return whole.strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03d}Z"

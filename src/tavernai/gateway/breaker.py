"""A circuit breaker for each connection: one that fails again and again is left alone for a while, then tried once.

    closed ──last straw──▶ open ──rested──▶ half_open ──answered──▶ closed
                            ▲                    │
                            └──────failed────────┘

The table is pure and knows no clock; `Breakers` keeps one breaker for each connection of this process.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from tavernai.gateway.domain import Connection, ConnectionStatus
from tavernai.gateway.errors import UpstreamPaused

FAILURES_MAX = 5
REST_SECONDS = 30.0
LOADING_SECONDS = 20.0
KEPT_MAX = 1_000


class State(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Signal(StrEnum):
    ANSWERED = "answered"
    FAILED = "failed"
    LAST_STRAW = "last_straw"
    LEFT = "left"
    RESTED = "rested"


TRANSITIONS: dict[State, dict[Signal, State]] = {
    State.CLOSED: {
        Signal.ANSWERED: State.CLOSED,
        Signal.FAILED: State.CLOSED,
        Signal.LAST_STRAW: State.OPEN,
        Signal.LEFT: State.CLOSED,
        Signal.RESTED: State.CLOSED,
    },
    State.OPEN: {
        Signal.ANSWERED: State.CLOSED,
        Signal.FAILED: State.OPEN,
        Signal.LAST_STRAW: State.OPEN,
        Signal.LEFT: State.OPEN,
        Signal.RESTED: State.HALF_OPEN,
    },
    State.HALF_OPEN: {
        Signal.ANSWERED: State.CLOSED,
        Signal.FAILED: State.OPEN,
        Signal.LAST_STRAW: State.OPEN,
        Signal.LEFT: State.HALF_OPEN,
        Signal.RESTED: State.HALF_OPEN,
    },
}

FAILURES = frozenset(
    {
        "upstream_timeout",
        "upstream_unreachable",
        "upstream_server_error",
        "upstream_bad_answer",
        "upstream_cut",
    }
)
"""Codes that tell of a sick server. Any other refusal comes from one that lives."""

LEAVINGS = frozenset({"cancelled"})
LOADING = "upstream_loading"
Key = tuple[str, str, str]


@dataclass(slots=True)
class Breaker:
    """What is known of one connection. Times are of one monotonic clock."""

    state: State = State.CLOSED
    failures: int = 0
    opened_at: float = 0.0
    is_probing: bool = False
    code: str | None = None
    loading_until: float = 0.0

    def rest_left(self, now: float) -> float:
        return max(0.0, self.opened_at + REST_SECONDS - now) if self.state is State.OPEN else 0.0

    def signal(self, signal: Signal, now: float) -> None:
        """Take the step the table has for this signal."""
        was, self.state = self.state, TRANSITIONS[self.state][signal]
        if self.state is State.OPEN and was is not State.OPEN:
            self.opened_at = now
        if signal in (Signal.ANSWERED, Signal.FAILED, Signal.LAST_STRAW, Signal.LEFT):
            self.is_probing = False


class Breakers:
    """Asked before each request, told after it. A connection that was changed starts anew."""

    def __init__(
        self, *, clock: Callable[[], float] = time.monotonic, turned: Callable[[Connection, str], None] | None = None
    ) -> None:
        """`turned`: told of each connection whose state is another one now."""
        self._clock = clock
        self._turned = turned
        self._known: dict[Key, Breaker] = {}

    def enter(self, connection: Connection) -> None:
        """Raises UpstreamPaused while the connection rests, or while its one try is under way.

        Only where somebody else can answer instead: without a fallback the person's own wish is the try.
        """
        breaker = self._known.get(_key(connection))
        if breaker is None or breaker.state is State.CLOSED:
            return
        now = self._clock()
        if not breaker.rest_left(now):
            self._signal(connection, breaker, Signal.RESTED)
        if connection.fallbacks and (breaker.state is State.OPEN or breaker.is_probing):
            wait = round(breaker.rest_left(now) or 1.0, 1)
            raise UpstreamPaused(connection=connection.name, retry_after_seconds=wait, failures=breaker.failures)
        breaker.is_probing = True

    def left(self, connection: Connection, code: str) -> None:
        """How a request that entered has ended: ok, cancelled, or an upstream code."""
        key = _key(connection)
        if code == "ok" and key not in self._known:
            return
        breaker, now = self._known.setdefault(key, Breaker()), self._clock()
        breaker.loading_until = now + LOADING_SECONDS if code == LOADING else 0.0
        if code in FAILURES:
            breaker.failures += 1
            breaker.code = code
            straw = Signal.LAST_STRAW if breaker.failures >= FAILURES_MAX else Signal.FAILED
            self._signal(connection, breaker, straw)
        elif code in LEAVINGS:
            self._signal(connection, breaker, Signal.LEFT)
        else:
            breaker.failures = 0
            breaker.code = None if code == "ok" else code
            self._signal(connection, breaker, Signal.ANSWERED)
        if len(self._known) > KEPT_MAX:
            del self._known[next(iter(self._known))]

    def _signal(self, connection: Connection, breaker: Breaker, signal: Signal) -> None:
        was = breaker.state
        breaker.signal(signal, self._clock())
        if breaker.state is not was and self._turned is not None:
            self._turned(connection, breaker.state.value)

    def status(self, connection: Connection) -> ConnectionStatus:
        """How this connection is doing."""
        breaker = self._known.get(_key(connection))
        if breaker is None:
            return ConnectionStatus()
        now = self._clock()
        left = breaker.rest_left(now)
        state = State.HALF_OPEN if breaker.state is State.OPEN and not left else breaker.state
        return ConnectionStatus(
            state=state.value,
            failures=breaker.failures,
            retry_in_seconds=round(left, 1) if left else None,
            loading=now < breaker.loading_until,
            code=breaker.code,
        )


def _key(connection: Connection) -> Key:
    return connection.id, connection.base_url, connection.model

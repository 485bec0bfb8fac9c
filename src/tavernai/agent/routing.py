"""Who answers a reply: the connection chosen, then its fallbacks in order; each is asked only while nobody said a word.

asked ─ says something ─────────────────────────────▶ this one answers, whatever happens later
  │ └── is loading its model ── wait ── asked again, within its wait for a first token
  └── fails before the first token, may pass ───────▶ the next fallback, a second `route.chosen`
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from tavernai.gateway.domain import Connection
from tavernai.gateway.errors import UnknownConnection, UpstreamError, UpstreamLoading, UpstreamPaused
from tavernai.gateway.ports import Gateway

LOADING_PAUSES = (1.0, 2.0, 3.0, 5.0)
LOADING_SECONDS_MAX = 10.0


@dataclass(slots=True)
class Route:
    """The way of one reply through its connections. `passed`: who was asked and why they did not answer."""

    passed: list[dict[str, str]] = field(default_factory=list)
    _left: list[str] | None = None
    _loading_since: float | None = None
    _pauses: Iterator[float] = field(default_factory=lambda: iter(LOADING_PAUSES))

    def pause(self, error: UpstreamError, connection: Connection, *, now: float) -> float | None:
        """Seconds to wait for a model that is being loaded; None when it is not that, or takes too long.

        `now`: of one monotonic clock.
        """
        if not isinstance(error, UpstreamLoading):
            return None
        if self._loading_since is None:
            self._loading_since = now
        told = error.facts.get("retry_after_seconds")
        wait = min(float(told), LOADING_SECONDS_MAX) if told else next(self._pauses, LOADING_PAUSES[-1])
        ends = self._loading_since + connection.timeouts.first_token_seconds
        return wait if now + wait < ends else None

    async def following(self, gateway: Gateway, connection: Connection, error: UpstreamError) -> Connection | None:
        """Who is asked after this one failed; None: nobody is left, or nobody else would fare better."""
        if not error.retryable:
            return None
        if self._left is None:
            self._left = list(connection.fallbacks)
        name, code = connection.name, error.code
        while self._left:
            self.passed.append({"connection": name, "code": code})
            try:
                found = await gateway.resolve(self._left.pop(0))
            except UnknownConnection:
                self.passed.pop()  # it was removed since
                continue
            if self._left and (await gateway.status(found.id)).state == "open":
                name, code = found.name, UpstreamPaused.code
                continue
            self._loading_since, self._pauses = None, iter(LOADING_PAUSES)
            return found
        return None


def reason_of(passed: list[dict[str, str]]) -> str:
    """Why a fallback answers, for the record."""
    last = passed[-1]
    return f"fallback, {last['connection']}: {last['code']}"

"""How long a stream may be silent."""

import asyncio
from collections.abc import Callable

AFTER_FINISH_SECONDS = 2.0
SLOW_TOKEN_FACTOR = 10


class Watch:
    """The time-out of a stream: one timer that looks now and then, instead of one set and unset for each token."""

    __slots__ = ("_clock", "_deadline", "_expired", "_has_token", "_is_finished", "_loop", "_timer", "_token_at")

    def __init__(self, expired: Callable[[], None], *, deadline: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._clock = self._loop.time
        self._expired = expired
        self._deadline = deadline
        self._token_at = self._clock()
        self._has_token = False
        self._is_finished = False
        self._timer = self._loop.call_at(deadline, self._look)

    def token(self, seconds: float) -> None:
        """A token came; the next one has this long."""
        self._token_at = self._clock()
        if self._has_token:
            self._deadline = self._token_at + seconds
        else:  # the timer still waits for the first token, which may be a longer wait
            self._has_token = True
            self._set(self._token_at + seconds)

    def progress(self, seconds: float) -> None:
        """A token is on its way byte by byte: a slow line is no dead line, but not for ever."""
        now = self._clock()
        self._deadline = max(self._deadline, min(now + seconds, self._token_at + seconds * SLOW_TOKEN_FACTOR))

    def finished(self) -> None:
        """The answer is whole; what may still follow (the usage) has little time."""
        if not self._is_finished:
            self._is_finished = True
            self._set(self._clock() + AFTER_FINISH_SECONDS)

    def stop(self) -> None:
        self._timer.cancel()

    def _set(self, deadline: float) -> None:
        self._timer.cancel()
        self._deadline = deadline
        self._timer = self._loop.call_at(deadline, self._look)

    def _look(self) -> None:
        now = self._clock()
        if now >= self._deadline:
            self._expired()
        else:
            self._timer = self._loop.call_at(max(self._deadline, now + 0.01), self._look)

"""The body of a streamed answer, handed on piece by piece in the turn of the event loop that brought it.

A task woken for each token would cost more than everything that is done with the token. So the line itself
(engines.outgoing.KeepingHandler) calls `pull` when bytes, an end or a fault came, and only the end wakes who waits.
"""

import asyncio
from typing import Protocol

import aiohttp

from tavernai.engines.outgoing import KeepingHandler
from tavernai.engines.watch import Watch
from tavernai.gateway.errors import UpstreamBadAnswer
from tavernai.gateway.ports import Hear
from tavernai.gateway.wire import Fold

ANSWER_BYTES_MAX = 64 << 20


class Lines(Protocol):
    """Splits bytes, cut anywhere, into payloads (gateway.wire has two)."""

    def feed(self, chunk: bytes) -> list[bytes]: ...

    def end(self) -> list[bytes]: ...

    @property
    def is_within(self) -> bool: ...


class Reading:
    """Reads one answer: `lines` cut it, `fold` understands it, `hear` gets what it says."""

    __slots__ = ("_between", "_content", "_done", "_fold", "_hear", "_lines", "_more", "_size", "_taking", "_watch")

    def __init__(
        self, response: aiohttp.ClientResponse, lines: Lines, fold: Fold, hear: Hear, *, between_seconds: float
    ) -> None:
        self._content = response.content
        self._lines = lines
        self._fold = fold
        self._hear = hear
        self._between = between_seconds
        self._size = 0
        self._taking = False
        self._more = False
        self._done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._watch: Watch

    async def heard(self, line: KeepingHandler | None, *, deadline: float) -> None:
        """Hand everything on until the answer has ended; `line` None: all of it is here already.

        Raises:
            TimeoutError, aiohttp.ClientError, OSError, UpstreamError, and what `hear` raises.
        """
        self._watch = Watch(self._expired, deadline=deadline)
        if line is not None:
            line.on_change = self.pull
        try:
            self.pull()
            await self._done
        finally:
            if line is not None:
                line.on_change = None
            self._watch.stop()

    def pull(self) -> None:
        """Take what is there now. Reading may make the line parse on, which calls this again."""
        self._more = True
        if self._taking:
            return
        self._taking = True
        try:
            while self._more and not self._done.done():
                self._more = False
                self._take()
        except Exception as error:  # it belongs to who waits for this answer, not to the line
            self._broke(error)
        finally:
            self._taking = False

    def _take(self) -> None:
        content, fold, failure = self._content, self._fold, None
        try:
            chunk = content.read_nowait()
        except (aiohttp.ClientError, OSError) as error:
            chunk, failure = left_behind(content), error
        if chunk:
            self._hand_on(self._lines.feed(chunk))
            self._size += len(chunk)
            if self._size > ANSWER_BYTES_MAX:
                raise UpstreamBadAnswer(words="the answer is far too long")
        if fold.done or failure is not None:
            self._end(failure)
        elif content.is_eof():
            self._hand_on(self._lines.end())
            self._end(None)
        elif fold.finish is not None:
            self._watch.finished()
        elif self._lines.is_within:
            self._watch.progress(self._between)

    def _hand_on(self, payloads: list[bytes]) -> None:
        for payload in payloads:
            delta = self._fold.take(payload)
            if delta is not None:
                self._hear(delta)
                self._watch.token(self._between)

    def _expired(self) -> None:
        try:
            self._end(TimeoutError())
        except Exception as error:
            self._broke(error)

    def _broke(self, error: Exception) -> None:
        if not self._done.done():
            self._done.set_exception(error)

    def _end(self, failure: Exception | None) -> None:
        if self._done.done():
            return
        if failure is not None and self._fold.finish is None:
            raise failure
        self._hear(self._fold.last())
        self._done.set_result(None)


def line_of(response: aiohttp.ClientResponse) -> KeepingHandler | None:
    """The line an answer still comes by; None once all of it is here."""
    connection = response.connection
    line = connection.protocol if connection is not None else None
    return line if isinstance(line, KeepingHandler) else None


def left_behind(content: aiohttp.StreamReader) -> bytes:
    """Bytes that came before the line broke and were not read yet. aiohttp keeps them but gives only the error out."""
    buffered = list(getattr(content, "_buffer", ()))
    if buffered:
        buffered[0] = buffered[0][getattr(content, "_buffer_offset", 0) :]
    return b"".join(buffered)

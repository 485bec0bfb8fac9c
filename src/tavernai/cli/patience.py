"""How long a caller may take over a request: uvicorn itself would wait for the rest of one for ever.

    connected ─► head ─► body ─► whole      a timer runs on the way; it ends with the request, not with the answer

A head has one bound for all of it, so that a letter every ten seconds gains nothing. A body has one that grows with
what has come: a slow line may upload, a silent one may not. While we do not read, because whoever takes the body is
busy, nobody is late. Most requests come whole in one piece, and no timer is made for them.
"""

import asyncio
import sys
from abc import ABC, abstractmethod
from typing import Any, Final, Literal

HEAD_SECONDS: Final = 30.0
BODY_SECONDS: Final = 30.0
BYTES_A_SECOND_MIN: Final = 500
"""Slower than the slowest line anybody types a message over; a body of 4 MiB may take two hours and a half."""
LATE: Final = (
    b"HTTP/1.1 408 Request Timeout\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: 36\r\n"
    b"connection: close\r\n\r\nThe request did not arrive in time.\n"
)

Part = Literal["head", "body"]


class Patience(ABC):
    """What uvicorn's protocols get: a watch over the part of a request that is under way."""

    transport: Any
    flow: Any
    cycle: Any
    loop: asyncio.AbstractEventLoop
    _part: Part | None = None
    _timer: asyncio.TimerHandle | None = None
    _ends_at: float = 0.0
    _has_spoken: bool = False

    @abstractmethod
    def _awaited(self) -> Part | None:
        """What of a request is still to come; None: it is whole, or this is no HTTP any more."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)  # type: ignore[misc]
        self._turn_to("head")

    def connection_lost(self, exc: Exception | None) -> None:
        self._turn_to(None)
        super().connection_lost(exc)  # type: ignore[misc]

    def data_received(self, data: bytes) -> None:
        self._has_spoken = True
        super().data_received(data)  # type: ignore[misc]
        self._turn_to(None if self.transport.is_closing() else self._awaited())
        if self._part == "body":
            self._ends_at += len(data) / BYTES_A_SECOND_MIN

    def _turn_to(self, part: Part | None) -> None:
        if part == self._part:
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._part = part
        if part is not None:
            self._wait(HEAD_SECONDS if part == "head" else BODY_SECONDS)

    def _wait(self, seconds: float) -> None:
        self._ends_at = self.loop.time() + seconds
        self._timer = self.loop.call_at(self._ends_at, self._look)

    def _look(self) -> None:
        """The time is over, unless the sender has earned more of it or was made to wait."""
        if self.flow.read_paused:
            self._wait(BODY_SECONDS)
        elif self._ends_at > self.loop.time():
            self._timer = self.loop.call_at(self._ends_at, self._look)
        else:
            self._give_up()

    def _give_up(self) -> None:
        if self.transport.is_closing():
            return
        cycle = self.cycle
        if self._part == "body":
            if not cycle.response_started:
                self.transport.write(LATE)
            cycle.disconnected = True  # whoever reads the body is told, and answers nothing below ours
        # To a line on which nothing was ever said an answer would look like one to the request that comes next.
        elif self._has_spoken and (cycle is None or cycle.response_complete):
            self.transport.write(LATE)
        self.transport.close()


def patient_protocol() -> type[asyncio.Protocol]:
    """uvicorn's protocol for this system, with patience."""
    return _on_h11() if sys.platform == "win32" else _on_httptools()


def _on_httptools() -> type[asyncio.Protocol]:
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

    class PatientHttpTools(Patience, HttpToolsProtocol):
        """Its parser tells where a request begins and ends."""

        _stage: Part | None = None
        _is_handed_on = False

        def _awaited(self) -> Part | None:
            if self._is_handed_on:
                return None
            is_idle = self.cycle is None or self.cycle.response_complete
            return self._stage or ("head" if is_idle else None)

        def on_message_begin(self) -> None:
            self._stage = "head"
            super().on_message_begin()

        def on_headers_complete(self) -> None:
            self._stage = "body"
            super().on_headers_complete()

        def on_message_complete(self) -> None:
            self._stage = None
            super().on_message_complete()

        def handle_websocket_upgrade(self) -> None:
            self._is_handed_on = True
            super().handle_websocket_upgrade()

    return PatientHttpTools


def _on_h11() -> type[asyncio.Protocol]:
    import h11
    from uvicorn.protocols.http.h11_impl import H11Protocol

    parts: dict[Any, Part] = {h11.IDLE: "head", h11.SEND_BODY: "body"}

    class PatientH11(Patience, H11Protocol):
        """Its connection keeps the state of whoever is at the other end."""

        def _awaited(self) -> Part | None:
            return parts.get(self.conn.their_state)

    return PatientH11

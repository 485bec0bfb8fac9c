"""What one listener gets, whichever way it leaves by (answer, sockets, polling).

In this order: the facts after its position, the running reply's text after its offset, then everything live. The ear is
opened before the first fact is read, so nothing falls between.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tavernai.kernel.clock import now_ms
from tavernai.kernel.facts import Recorded
from tavernai.ledger import store as ledger_store
from tavernai.ledger.ports import Storage
from tavernai.streaming.frames import ENDINGS, OPENING, TEXTED, Position, TokenFrames, event_frame
from tavernai.streaming.hub import Ear, Hub, Sink

CATCH_UP_PAGE = 500
GLANCED_MAX = 50
"""Facts to catch up with that are had sooner than a thread to read them."""

Send = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Subject:
    """What is listened to: one conversation, or (without one) everything of its owner."""

    owner_id: str
    conversation_id: str | None
    door: str | None = None
    """the session or key whose end ends the line"""


@dataclass(slots=True)
class Until:
    """Ends the stream of a POST: after the frame that says how this task ended."""

    task_id: str

    def ends_in(self, body: bytes) -> bool:
        # A cheap look first: endings are rare among tokens.
        if b"event: complete\n" not in body and b"event: error\n" not in body:
            return False
        told = b'\ndata: {"task_id":"' + self.task_id.encode()
        return b"event: complete" + told in body or b"event: error" + told in body


@dataclass(slots=True)
class Counters:
    """What one listening cost; the session keeps the sum."""

    frames: int = 0
    bytes: int = 0
    since: int = field(default_factory=now_ms)


@dataclass(slots=True)
class Listening:
    """One open line."""

    hub: Hub
    storage: Storage
    subject: Subject
    after: Position
    until: Until | None = None
    first: bytes = b""
    counters: Counters = field(default_factory=Counters)
    ears: set[Ear] = field(default_factory=set)
    """Of all lines of this session: who ends it closes them."""

    async def run(
        self,
        send: Callable[[bytes], Awaitable[None]],
        *,
        ear: Ear | None = None,
        sink: Sink | None = None,
        caught_up: Callable[[], object] | None = None,
    ) -> None:
        """Send frames until the listener leaves, the ear is closed, or the awaited task has ended."""
        ear = ear or self.open_ear()
        try:
            if await self._catch_up(send, self._newest()):
                return
            if caught_up is not None:
                caught_up()
            if sink is not None:
                ear.attach(sink)
            if self.until is not None:
                ear.on_sent = self._closer(ear, self.until)
            while body := await ear.take():
                await send(body)
                if self.until is not None and self.until.ends_in(body):
                    return
        finally:
            self.counters.frames += ear.frames
            self.counters.bytes += ear.sent_bytes
            self.hub.leave(ear, owner_id=self.subject.owner_id, conversation_id=self.subject.conversation_id)
            self.ears.discard(ear)

    def _closer(self, ear: Ear, until: Until) -> Callable[[bytes], None]:
        """What was written past the listener's task is looked at here: the awaited end closes the ear."""

        def look(body: bytes) -> None:
            if until.ends_in(body):
                ear.close()

        return look

    def open_ear(self) -> Ear:
        subject = self.subject
        ear = self.hub.listen(owner_id=subject.owner_id, conversation_id=subject.conversation_id, door=subject.door)
        # Who awaits one reply by a POST hears of that, and of nothing beside it.
        ear.hears_news = self.until is None
        self.ears.add(ear)
        return ear

    async def _catch_up(self, send: Callable[[bytes], Awaitable[None]], upto: int) -> bool:
        """Send what was missed up to a position; whether the awaited end was among it."""
        running = self._running()
        # The text is taken now, together with `upto`: whatever is added from here on lies in the ear.
        known = running.offset if running is not None else 0
        pos, ended = self.after.pos, False
        await send(OPENING + self.first)
        while pos < upto:
            look = self.storage.glance if upto - pos <= GLANCED_MAX else self.storage.read
            page = await look(partial(self._page, pos=pos))
            page = [event for event in page if event.pos <= upto]
            if not page:
                break
            ended = ended or any(event.kind in ENDINGS for event in page)
            body = b"".join([self._told(event) for event in page])
            await send(body)
            pos = page[-1].pos
            if self.until is not None and self.until.ends_in(body):
                return True
        if running is not None:
            # An offset belongs to the reply that ran at the position it came with; one that ended since voids it.
            missed = running.frame_from(0 if ended else self.after.offset, known)
            if missed:
                await send(missed)
        return False

    def _told(self, event: Recorded) -> bytes:
        """A missed fact. Who awaits one reply hears its text as tokens, also when it was quicker than the line."""
        if self.until is None or event.kind not in TEXTED or event.task_id != self.until.task_id:
            return event_frame(event)
        told = event.payload
        frames = TokenFrames(task_id=told["task_id"], message_id=told["message_id"], variant_id=told["variant_id"])
        text = frames.frame(event.pos - 1, 0, told["text"]) if told["text"] else b""
        return text + event_frame(event, heard=True)

    def _newest(self) -> int:
        conversation_id = self.subject.conversation_id
        return self.hub.position if conversation_id is None else self.hub.newest_in(conversation_id)

    def _running(self) -> Any:
        return self.hub.running(self.subject.conversation_id) if self.subject.conversation_id else None

    def _page(self, conn: Any, *, pos: int) -> Sequence[Recorded]:
        if self.subject.conversation_id is None:
            return ledger_store.events_after(conn, pos, limit=CATCH_UP_PAGE, owner_id=self.subject.owner_id)
        return ledger_store.stream_after(conn, f"conv:{self.subject.conversation_id}", pos, limit=CATCH_UP_PAGE)

"""The hub: every live listener of this process, and what runs right now.

A listener (an Ear) joins a channel in the event loop's thread, where commits are announced too. So at that moment the
ledger's newest announced position splits the world cleanly: facts up to it are read from the database, everything
after it arrives in the ear's queue. Nobody waits for a listener; one that reads too slowly is closed and resumes.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from tavernai.kernel.facts import Recorded
from tavernai.streaming.frames import ENDINGS, HEARTBEAT, NEWS, TokenFrames, event_frame, news_frame

EAR_FRAMES_MAX = 20_000
EAR_BYTES_MAX = 4 * 1024 * 1024
FRAME_CHARACTERS_MAX = 16_384
NEWEST_MAX = 20_000
HEARTBEAT_SECONDS = 15.0


Sink = Callable[[bytes], bool]
"""Writes to the listener at once, without waiting; False: it cannot take anything right now."""


class Ear:
    """One listener's bounded queue of frames, written to its line as long as the line takes them.

    With a `sink`, a frame is written where it is pushed: no task is woken for it, which at 20,000 tokens a second costs
    as much as the writing. When the line is full, the listener's own task takes over (`take`) and waits for it.
    """

    __slots__ = (
        "_bytes", "_loop", "_queue", "_sink", "_waiter", "closed", "door", "frames", "hears_news", "on_sent",
        "on_slow", "owner_id", "quiet", "sent_bytes", "slow",
    )  # fmt: skip

    def __init__(self, owner_id: str = "", door: str | None = None) -> None:
        self.owner_id = owner_id
        self.door = door
        self.hears_news = False
        # Asking for the running loop costs a system call on Python 3.11; an ear is asked 20 times a second.
        self._loop = asyncio.get_running_loop()
        self._queue: list[bytes] = []
        self._waiter: asyncio.Future[None] | None = None
        self._sink: Sink | None = None
        self._bytes = 0
        self.closed = False
        self.slow = False
        self.quiet = True
        self.on_slow: Callable[[], object] | None = None
        self.on_sent: Callable[[bytes], object] | None = None
        self.frames = 0
        self.sent_bytes = 0

    def attach(self, sink: Sink) -> None:
        """From now on write through this while nobody is inside `take`."""
        self._sink = sink

    def push(self, frame: bytes) -> None:
        """Write a frame, or queue it while it cannot be written. Too many waiting: the ear is closed."""
        if self.closed:
            return
        self.quiet = False
        if not self._queue and self._sink is not None and self._is_idle() and self._sink(frame):
            self.frames += 1
            self.sent_bytes += len(frame)
            if self.on_sent is not None:
                self.on_sent(frame)
            return
        self._queue.append(frame)
        self._bytes += len(frame)
        if len(self._queue) > EAR_FRAMES_MAX or self._bytes > EAR_BYTES_MAX:
            self._overflow()
        else:
            self._wake()

    def close(self) -> None:
        """Let the listener go: its `take` returns what is queued, then nothing."""
        self.closed = True
        self._wake()

    async def take(self) -> bytes:
        """What the sink could not take, as one piece of bytes, waiting for it. Empty: the ear was closed."""
        while not self._queue:
            if self.closed:
                return b""
            self._waiter = self._loop.create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        return self._drained()

    def _is_idle(self) -> bool:
        """Whether somebody waits in `take`: else the listener's task is sending just now, and a frame must follow."""
        return self._waiter is not None and not self._waiter.done()

    def _drained(self) -> bytes:
        waiting, self._queue, self._bytes = self._queue, [], 0
        body = waiting[0] if len(waiting) == 1 else b"".join(waiting)
        self.frames += len(waiting)
        self.sent_bytes += len(body)
        return body

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _overflow(self) -> None:
        self.slow = True
        self._queue.clear()
        self.close()
        if self.on_slow is not None:
            self.on_slow()


class Reply:
    """A reply that is being written: its text so far, and how it is told."""

    __slots__ = (
        "_frames",
        "attempt",
        "base",
        "channel",
        "conversation_id",
        "offset",
        "pieces",
        "task_id",
        "variant_id",
    )

    def __init__(
        self,
        channel: "Channel",
        *,
        conversation_id: str,
        task_id: str,
        message_id: str,
        variant_id: str,
        base: int,
        attempt: int,
    ) -> None:
        self.channel = channel
        self.conversation_id = conversation_id
        self.task_id = task_id
        self.variant_id = variant_id
        self.attempt = attempt
        self.base = base
        self.offset = base
        self.pieces: list[str] = []
        self._frames = TokenFrames(task_id=task_id, message_id=message_id, variant_id=variant_id)

    def add(self, text: str) -> None:
        """More text: kept, and told to everybody who listens, in frames of a bounded size."""
        if len(text) > FRAME_CHARACTERS_MAX:
            for start in range(0, len(text), FRAME_CHARACTERS_MAX):
                self.add(text[start : start + FRAME_CHARACTERS_MAX])
            return
        channel = self.channel
        ears = channel.ears
        if ears:
            frame = self._frames.frame(channel.pos, self.offset, text)
            for ear in ears:
                ear.push(frame)
        self.pieces.append(text)
        self.offset += len(text)

    def frame_from(self, offset: int, upto: int) -> bytes:
        """The text between two offsets, for a listener who missed it; empty when there is none."""
        offset = max(offset, self.base)
        missed = "".join(self.pieces)[offset - self.base : upto - self.base]
        return self._frames.frame(self.channel.pos, offset, missed) if missed else b""


class Channel:
    """One conversation: who listens, what runs, and the newest fact told."""

    __slots__ = ("ears", "pos", "reply")

    def __init__(self, pos: int) -> None:
        self.ears: set[Ear] = set()
        self.reply: Reply | None = None
        self.pos = pos


class Hub:
    """All channels of this process. Every method runs in the event loop's thread."""

    def __init__(self, *, heartbeat_seconds: float = HEARTBEAT_SECONDS) -> None:
        self.position = 0
        self._heartbeat_seconds = heartbeat_seconds
        self._newest: dict[str, int] = {}
        self._conversations: dict[str, Channel] = {}
        self._owners: dict[str, set[Ear]] = {}
        self._beat: asyncio.Task[None] | None = None
        self.frames_total = 0

    def start(self, position: int) -> None:
        """Begin at the ledger's newest position."""
        self.position = position
        self._beat = asyncio.create_task(self._heartbeats(), name="stream-heartbeat")

    async def stop(self) -> None:
        """Close every ear; listeners resume elsewhere or later."""
        if self._beat is not None:
            self._beat.cancel()
        for ear in self._all_ears():
            ear.close()

    def hear(self, recorded: Sequence[Recorded]) -> None:
        """Tell listeners what was committed; each fact becomes bytes once, and only when somebody listens."""
        self.position = recorded[-1].pos
        news: set[tuple[str, str]] = set()
        for event in recorded:
            ears = self._owners.get(event.owner_id, ())
            channel = self._heard_in(event) if event.stream.startswith("conv:") else None
            about = NEWS.get(event.stream.partition(":")[0])
            if about is not None:
                news.add((event.owner_id, about))
            if channel is not None:
                channel.pos = event.pos
                if event.kind in ENDINGS and channel.reply is not None and channel.reply.task_id == event.task_id:
                    channel.reply = None
            if not ears and (channel is None or not channel.ears):
                continue
            self._tell(event, ears, channel.ears if channel is not None else ())
        for owner_id, about in news:
            self._push_news(self._all_ears(), owner_id, news_frame(about))

    def tell_draft(self, owner_id: str, conversation_id: str, told: dict[str, Any]) -> None:
        """Tell the pages that show a conversation what stands unsent in it; nothing is recorded, nothing is asked."""
        channel = self._conversations.get(conversation_id)
        if channel is not None and channel.ears:
            frame = news_frame("draft", conversation_id=conversation_id, **told)
            self._push_news(list(channel.ears), owner_id, frame)

    def _push_news(self, ears: Iterable[Ear], owner_id: str, frame: bytes) -> None:
        """News of nobody in particular are everybody's."""
        for ear in ears:
            if ear.hears_news and owner_id in ("", ear.owner_id):
                ear.push(frame)

    def newest_in(self, conversation_id: str) -> int:
        """No fact of this conversation has a greater position; exact for those that something happened in lately."""
        return self._newest.get(conversation_id, self.position)

    def _heard_in(self, event: Recorded) -> Channel | None:
        conversation_id = event.stream[5:]
        if conversation_id not in self._newest and len(self._newest) >= NEWEST_MAX:
            del self._newest[next(iter(self._newest))]
        self._newest[conversation_id] = event.pos
        return self._conversations.get(conversation_id)

    def _tell(self, event: Recorded, of_owner: Collection[Ear], of_conversation: Collection[Ear]) -> None:
        if of_owner:
            frame = event_frame(event)
            for ear in of_owner:
                ear.push(frame)
        if of_conversation:
            frame = event_frame(event, heard=True)
            for ear in of_conversation:
                ear.push(frame)
        self.frames_total += len(of_owner) + len(of_conversation)

    def listen(self, *, owner_id: str, conversation_id: str | None, door: str | None = None) -> Ear:
        """A new ear on one conversation, or on everything of one owner; `door`: the session or key it came in by."""
        ear = Ear(owner_id, door)
        if conversation_id is None:
            self._owners.setdefault(owner_id, set()).add(ear)
        else:
            self._channel(conversation_id).ears.add(ear)
        return ear

    def leave(self, ear: Ear, *, owner_id: str, conversation_id: str | None) -> None:
        ear.close()
        if conversation_id is None:
            ears = self._owners.get(owner_id, set())
            ears.discard(ear)
            if not ears:
                self._owners.pop(owner_id, None)
            return
        channel = self._conversations.get(conversation_id)
        if channel is not None:
            channel.ears.discard(ear)
            self._tidy(conversation_id, channel)

    def let_go(self, user_id: str | None, door: str | None) -> None:
        """Close the lines of a person, or those that came in by one session or key: who still may, comes again."""
        for ear in self._all_ears():
            if (user_id is not None and ear.owner_id == user_id) or (door is not None and ear.door == door):
                ear.close()

    def begin(
        self, conversation_id: str, *, task_id: str, message_id: str, variant_id: str, base: int = 0, attempt: int = 1
    ) -> Reply:
        """A reply starts to be written; `base` is the length of the text it continues."""
        channel = self._channel(conversation_id)
        channel.reply = Reply(
            channel, conversation_id=conversation_id, task_id=task_id, message_id=message_id,
            variant_id=variant_id, base=base, attempt=attempt,
        )  # fmt: skip
        return channel.reply

    def end(self, reply: Reply) -> None:
        """The reply has ended; its text is a fact now."""
        if reply.channel.reply is reply:
            reply.channel.reply = None
            self._tidy(reply.conversation_id, reply.channel)

    def running(self, conversation_id: str) -> Reply | None:
        channel = self._conversations.get(conversation_id)
        return channel.reply if channel else None

    def listeners(self) -> int:
        return sum(1 for _ in self._all_ears())

    def _all_ears(self) -> Iterable[Ear]:
        for channel in list(self._conversations.values()):
            yield from list(channel.ears)
        for ears in list(self._owners.values()):
            yield from list(ears)

    def _channel(self, conversation_id: str) -> Channel:
        channel = self._conversations.get(conversation_id)
        if channel is None:
            channel = self._conversations[conversation_id] = Channel(self.position)
        return channel

    def _tidy(self, conversation_id: str, channel: Channel) -> None:
        if not channel.ears and channel.reply is None:
            self._conversations.pop(conversation_id, None)

    async def _heartbeats(self) -> None:
        # Looks twice in that time: who was told something just after one look is silent for the whole of it at most.
        while True:
            await asyncio.sleep(self._heartbeat_seconds / 2)
            for ear in self._all_ears():
                if ear.quiet:
                    ear.push(HEARTBEAT)
                else:
                    ear.quiet = True

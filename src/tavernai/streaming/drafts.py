"""Drafts: what a running reply has said so far, on disk, so that a crash loses at most a quarter of a second of it.

All running replies share one flush: one statement, one commit, at most every 250 ms or as soon as one has 2 KB.
"""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import structlog
from sqlalchemy import Connection, bindparam, delete, select

from tavernai.kernel.clock import now_ms
from tavernai.kernel.errors import TavernError
from tavernai.ledger.ports import Storage
from tavernai.ledger.transaction import Transaction
from tavernai.streaming.hub import Reply
from tavernai.streaming.tables import streaming_messages

FLUSH_SECONDS = 0.25
FLUSH_CHARACTERS = 2_048

FORGET = delete(streaming_messages).where(streaming_messages.c.task_id == bindparam("of_task"))

log = structlog.get_logger()


@dataclass(slots=True)
class Draft:
    """What of one reply is not on disk yet."""

    reply: Reply
    written: int = 0
    size: int = 0


@dataclass(slots=True)
class DraftText:
    """A draft as a crash left it."""

    variant_id: str
    offset: int
    text: str


@dataclass
class Drafts:
    """Keeps every running reply's draft; one task flushes them all."""

    storage: Storage
    _open: dict[str, Draft] = field(default_factory=dict)
    _soon: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._flush_for_ever(), name="draft-flush")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def open(self, reply: Reply) -> Draft:
        """Begin a reply's draft."""
        draft = self._open[reply.task_id] = Draft(reply)
        return draft

    def grew(self, draft: Draft, characters: int) -> None:
        """The reply has more text."""
        draft.size += characters
        if draft.size >= FLUSH_CHARACTERS:
            self._soon.set()

    def close(self, task_id: str) -> None:
        """The reply has ended; its fact carries the text."""
        self._open.pop(task_id, None)

    async def flush(self) -> int:
        """Write what every open draft has gained; how many rows."""
        before = [(draft, draft.written) for draft in self._open.values()]
        rows = [row for draft, _ in before if (row := _gained(draft)) is not None]
        if not rows:
            return 0
        try:
            await self.storage.commit(lambda tx: _write(tx, rows))
        except TavernError:
            for draft, written in before:  # nothing was written: the next flush takes it along
                draft.written = written
            raise
        return len(rows)

    async def _flush_for_ever(self) -> None:
        while True:
            try:
                async with asyncio.timeout(FLUSH_SECONDS):
                    await self._soon.wait()
            except TimeoutError:
                pass  # nobody asked for a flush sooner: this is the usual one
            self._soon.clear()
            try:
                await self.flush()
            except TavernError as error:  # a full disk: the reply goes on, its end will say that it cannot be kept
                log.error("draft_flush_failed", code=error.code)


def _gained(draft: Draft) -> dict[str, Any] | None:
    pieces = draft.reply.pieces
    if draft.written == len(pieces):
        return None
    text = "".join(pieces[draft.written :])
    row = {
        "task_id": draft.reply.task_id,
        "attempt": draft.reply.attempt,
        "off": draft.reply.offset - len(text),
        "variant_id": draft.reply.variant_id,
        "text": text,
        "ts": now_ms(),
    }
    draft.written, draft.size = len(pieces), 0
    return row


def _write(tx: Transaction, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        tx.insert(streaming_messages, row)


def forget(tx: Transaction, task_id: str) -> None:
    """Drop a task's drafts, in the unit of work that records how it ended."""
    tx.later(FORGET, {"of_task": task_id})


def left_behind(conn: Connection) -> dict[str, DraftText]:
    """The newest attempt's draft of every task that has one, by task id."""
    table = streaming_messages
    query = select(table).order_by(table.c.task_id, table.c.attempt, table.c.off)
    attempts: dict[tuple[str, int], list[tuple[str, int, str]]] = defaultdict(list)
    for row in conn.execute(query):
        attempts[row.task_id, row.attempt].append((row.variant_id, row.off, row.text))
    drafts: dict[str, DraftText] = {}
    for (task_id, _attempt), pieces in sorted(attempts.items()):
        drafts[task_id] = DraftText(pieces[0][0], pieces[0][1], "".join(text for _, _, text in pieces))
    return drafts

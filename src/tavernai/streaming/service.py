"""Streaming sessions: a place to listen from that survives the line, with what it cost counted."""

from typing import Any

from sqlalchemy import Connection, bindparam, delete, select

from tavernai.kernel.clock import now_ms
from tavernai.kernel.ids import is_id, new_id
from tavernai.kernel.paging import Page, decode_cursor, encode_cursor
from tavernai.ledger import store as ledger_store
from tavernai.ledger.ports import Storage
from tavernai.ledger.transaction import Transaction
from tavernai.storage.rows import Row
from tavernai.streaming.errors import SessionEnded, SessionNotFound
from tavernai.streaming.frames import Position
from tavernai.streaming.hub import Ear, Hub
from tavernai.streaming.ports import Access, Interrupt
from tavernai.streaming.tables import streaming_sessions
from tavernai.streaming.wire import Counters, Listening, Subject, Until

IDLE_MS = 24 * 3_600_000
FORGOTTEN_MS = 7 * IDLE_MS
OWED_MAX = 10_000
SEEN_MS = 60_000
"""Who polls is seen several times a second; written down once in this time."""
FORGET = delete(streaming_sessions).where(streaming_sessions.c.seen_at < bindparam("before"))


def session_for(tx: Transaction, owner_id: str, conversation_id: str) -> str:
    """The id of this person's session of this conversation, made when there is none that lives."""
    place = f"{owner_id}:{conversation_id}"
    row = tx.find(streaming_sessions, place=place)
    if row is not None and row["seen_at"] > tx.now - IDLE_MS:
        return str(row["id"])
    if row is not None:
        tx.update(streaming_sessions, row["id"], place=None)
    return _insert(tx, owner_id, conversation_id, place=place)


def _insert(tx: Transaction, owner_id: str, conversation_id: str | None, *, place: str | None) -> str:
    session_id = new_id()
    row = {
        "id": session_id, "owner_id": owner_id, "conversation_id": conversation_id, "place": place,
        "created_at": tx.now, "seen_at": tx.now, "frames": 0, "bytes": 0, "resumes": 0,
    }  # fmt: skip
    tx.insert(streaming_sessions, row)
    return session_id


def stream_url(session_id: str, position: int) -> str:
    """Where to listen on from a position."""
    return f"/api/stream/{session_id}?after={position}"


class StreamingService:
    """Sessions, and the lines opened through them."""

    def __init__(self, storage: Storage, hub: Hub, *, access: Access, interrupt: Interrupt) -> None:
        self._storage = storage
        self._hub = hub
        self._access = access
        self._interrupt = interrupt
        self._lines: dict[str, set[Ear]] = {}
        self._owed: dict[str, Counters] = {}

    async def create(self, owner_id: str, conversation_id: str | None) -> dict[str, Any]:
        """A new session; without a conversation it hears everything of this person but tokens."""
        if conversation_id is not None:
            await self._storage.glance(lambda conn: self._check(conn, owner_id, conversation_id))
        session_id = await self._storage.commit(lambda tx: _insert(tx, owner_id, conversation_id, place=None))
        return self.described(await self._own(owner_id, session_id))

    async def listed(self, owner_id: str, *, cursor: str | None, limit: int) -> Page[dict[str, Any]]:
        """This person's sessions, the newest first."""
        table = streaming_sessions
        query = select(table).where(table.c.owner_id == owner_id).order_by(table.c.id.desc()).limit(limit + 1)
        if cursor is not None:
            query = query.where(table.c.id < decode_cursor(cursor, str)[0])
        rows = await self._storage.read(lambda conn: [dict(row) for row in conn.execute(query).mappings()])
        items = [self.described(row) for row in rows[:limit]]
        return Page(items, encode_cursor(rows[limit - 1]["id"]) if len(rows) > limit else None)

    def described(self, row: Row) -> dict[str, Any]:
        position = self._hub.position
        return {
            "id": row["id"],
            "conversation_id": row["conversation_id"],
            "position": position,
            "url": stream_url(row["id"], position),
            "created_at": row["created_at"],
            "seen_at": row["seen_at"],
            "frames": row["frames"],
            "bytes": row["bytes"],
            "resumes": row["resumes"],
        }

    async def end(self, owner_id: str, session_id: str) -> None:
        """End a session: who listens through it is let go, and it is gone afterwards."""
        row = await self._own(owner_id, session_id)
        await self._storage.commit(lambda tx: tx.update(streaming_sessions, row["id"], seen_at=0, place=None))
        for ear in list(self._lines.get(session_id, ())):
            ear.close()

    async def listen(
        self, owner_id: str, session_id: str, *, after: Position | None, resumed: bool, door: str | None = None
    ) -> Listening:
        """Open a line from a position, or from now; `door`: see Subject. Raises SessionNotFound, SessionEnded."""
        row = await self._own(owner_id, session_id)
        changes = {"resumes": row["resumes"] + 1} if resumed else {}
        if resumed or row["seen_at"] < now_ms() - SEEN_MS:
            await self._storage.commit(lambda tx: _seen(tx, session_id, changes))
        ears = self._lines.setdefault(session_id, set())
        place = after or Position(await self._storage.glance(ledger_store.newest_position))
        return Listening(self._hub, self._storage, Subject(owner_id, row["conversation_id"], door), place, ears=ears)

    def follow(
        self,
        owner_id: str,
        conversation_id: str,
        *,
        after: Position,
        task_id: str,
        first: bytes,
        door: str | None = None,
    ) -> Listening:
        """The stream of a POST: `first`, then frames until the task has ended."""
        subject = Subject(owner_id, conversation_id, door)
        return Listening(self._hub, self._storage, subject, after, until=Until(task_id), first=first)

    async def left(self, session_id: str, counters: Counters, *, for_long: bool = True) -> None:
        """Add what a line cost to its session; not `for_long`: with the next of many short ones."""
        if not self._lines.get(session_id):
            self._lines.pop(session_id, None)
        owed = self._owed.setdefault(session_id, Counters())
        owed.frames += counters.frames
        owed.bytes += counters.bytes
        if not for_long and now_ms() - owed.since < SEEN_MS and len(self._owed) < OWED_MAX:
            return
        del self._owed[session_id]
        await self._storage.commit(lambda tx: _add(tx, session_id, owed))

    async def interrupt(self, owner_id: str, session_id: str, *, task_id: str | None) -> None:
        """Stop the reply that runs in this session's conversation, or one task."""
        row = await self._own(owner_id, session_id)
        await self._interrupt.interrupt(owner_id, row["conversation_id"], task_id=task_id)

    async def forget_old(self, now: int) -> None:
        """Drop sessions nobody has used for a week."""
        await self._storage.commit(lambda tx: tx.later(FORGET, {"before": now - FORGOTTEN_MS}))

    def _check(self, conn: Connection, owner_id: str, conversation_id: str) -> None:
        if not self._access.may_hear(conn, owner_id, conversation_id):
            raise SessionNotFound("There is no such conversation, or it is not yours.")

    async def _own(self, owner_id: str, session_id: str) -> Row:
        row = await self._storage.glance(lambda conn: _row(conn, session_id)) if is_id(session_id) else None
        if row is None or row["owner_id"] != owner_id:
            raise SessionNotFound
        if row["seen_at"] < now_ms() - IDLE_MS:
            raise SessionEnded
        return row


def _row(conn: Connection, session_id: str) -> Row | None:
    table = streaming_sessions
    row = conn.execute(select(table).where(table.c.id == session_id)).mappings().first()
    return dict(row) if row is not None else None


def _seen(tx: Transaction, session_id: str, changes: dict[str, Any]) -> None:
    row = tx.get(streaming_sessions, session_id)
    if row is not None and row["seen_at"]:
        tx.update(streaming_sessions, session_id, **(changes | {"seen_at": tx.now}))


def _add(tx: Transaction, session_id: str, owed: Counters) -> None:
    row = tx.get(streaming_sessions, session_id)
    if row is None:
        return
    frames, size = row["frames"] + owed.frames, row["bytes"] + owed.bytes
    # Whoever has listened until now was here until now; a session that was ended stays so.
    seen_at = tx.now if row["seen_at"] else 0
    tx.update(streaming_sessions, session_id, frames=frames, bytes=size, seen_at=seen_at)

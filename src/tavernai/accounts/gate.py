"""From a token to the person behind it, a thousand times a second.

The answer is kept for 5 seconds: a sign-out or a revoked key takes effect at once on this node (`forget`), and within
those seconds on every other. Who keeps lines open for longer than one request is told at once, too (`on_forget`).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import orjson

from tavernai.accounts import store
from tavernai.accounts.domain import ROLE_SCOPES, Principal
from tavernai.accounts.tables import api_keys, sessions
from tavernai.accounts.tokens import KEY_PREFIX, token_hash
from tavernai.kernel.clock import Clock, now_ms
from tavernai.kernel.errors import NotSignedIn
from tavernai.ledger.ports import Storage
from tavernai.ledger.transaction import Transaction
from tavernai.storage.rows import Row

REMEMBERED_SECONDS = 5.0
REMEMBERED_MAX = 10_000
SEEN_MS = 10 * 60_000
"""How exactly "last seen" is kept: a write at most this often."""
TOKEN_MAX = 256

Forget = Callable[[str | None, str | None], object]
"""Hears whose rights changed: a person's, or those of the one session or key that ended."""

DAY_MS = 86_400_000


@dataclass(slots=True)
class _Known:
    who: Principal
    thing_id: str
    until: float


class Gate:
    """Knows tokens, and nothing of HTTP."""

    def __init__(
        self,
        storage: Storage,
        *,
        session_days: int = 30,
        clock: Clock = now_ms,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._storage = storage
        self.session_ms = session_days * DAY_MS
        self._clock = clock
        self._monotonic = monotonic
        self._known: dict[str, _Known] = {}
        self._told: list[Forget] = []
        self._forgotten = 0  # counts up, so that a look-up overtaken by a revocation is not remembered

    async def by_session(self, token: str) -> Principal | None:
        """The person of a living session; None for any other text."""
        hashed = token_hash(token[:TOKEN_MAX])
        known = self._recall(hashed)
        if known is not None:
            return known
        before = self._forgotten
        row = await self._storage.glance(lambda conn: store.person_by_session(conn, hashed))
        now = self._clock()
        if row is None or row["expires_at"] <= now:
            return None
        if now - row["seen_at"] > SEEN_MS:
            await self._storage.commit(lambda tx: self._seen(tx, hashed, now))
        role = row["role"]
        who = Principal(row["user_id"], role, ROLE_SCOPES[role], "session", row["id"])
        return self._remember(hashed, who, thing_id=row["id"], before=before)

    async def by_key(self, token: str) -> Principal:
        """The person of a living API key. Raises NotSignedIn."""
        if not token.startswith(KEY_PREFIX) or len(token) > TOKEN_MAX:
            raise NotSignedIn
        hashed = token_hash(token)
        known = self._recall(hashed)
        if known is not None:
            return known
        before = self._forgotten
        row = await self._storage.glance(lambda conn: store.person_by_key(conn, hashed))
        if row is None:
            raise NotSignedIn
        await self._used(row)
        role = row["role"]
        scopes = frozenset(orjson.loads(row["scopes"])) & ROLE_SCOPES[role]
        who = Principal(row["user_id"], role, scopes, "key", key_id=row["id"])
        return self._remember(hashed, who, thing_id=row["id"], before=before)

    def on_forget(self, hear: Forget) -> None:
        """Call this with (user_id, thing_id) whenever somebody is to be looked up again."""
        self._told.append(hear)

    def forget(self, *, user_id: str | None = None, thing_id: str | None = None) -> None:
        """Look again at the next request of this person, or of this session or key."""
        self._forgotten += 1
        gone = [
            hashed
            for hashed, known in self._known.items()
            if known.thing_id == thing_id or known.who.user_id == user_id
        ]
        for hashed in gone:
            del self._known[hashed]
        for hear in self._told:
            hear(user_id, thing_id)

    def _recall(self, hashed: str) -> Principal | None:
        known = self._known.get(hashed)
        return known.who if known is not None and known.until > self._monotonic() else None

    def _remember(self, hashed: str, who: Principal, *, thing_id: str, before: int) -> Principal:
        if before != self._forgotten:
            return who
        if len(self._known) >= REMEMBERED_MAX:
            del self._known[next(iter(self._known))]
        self._known.pop(hashed, None)
        self._known[hashed] = _Known(who, thing_id, self._monotonic() + REMEMBERED_SECONDS)
        return who

    def _seen(self, tx: Transaction, hashed: str, now: int) -> None:
        if tx.get(sessions, hashed) is not None:
            tx.update(sessions, hashed, seen_at=now, expires_at=now + self.session_ms)

    async def _used(self, row: Row) -> None:
        now = self._clock()
        if now - (row["last_used_at"] or 0) > SEEN_MS:
            await self._storage.commit(lambda tx: tx.update(api_keys, row["id"], last_used_at=now))

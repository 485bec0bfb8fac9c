"""Config: reading what is in effect, and committing revisions."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from tavernai.config import store
from tavernai.config.domain.fold import Effective, Op, Scope, State
from tavernai.config.domain.values import check_scope, checked, path_named
from tavernai.config.errors import BadBase, ConfigChanged, OwnersOnly, PathNotHere
from tavernai.config.events import ConfigRevisionCommitted
from tavernai.config.ports import Places
from tavernai.kernel.errors import InvalidInput, NotFound
from tavernai.kernel.facts import By
from tavernai.kernel.ids import new_id
from tavernai.kernel.paging import Page, decode_cursor, encode_cursor
from tavernai.ledger.domain import Stream
from tavernai.ledger.ports import Storage
from tavernai.ledger.transaction import Transaction
from tavernai.storage.rows import Row


@dataclass(frozen=True, slots=True)
class Committed:
    """What became of a commit. `revision_id` is None when nothing was to be changed."""

    revision_id: str | None
    scope: Scope
    state: State
    effective: Effective


class ConfigService:
    """What people tune."""

    def __init__(self, storage: Storage, *, places: Places) -> None:
        self._storage = storage
        self._places = places

    async def effective(self, user_id: str, *, character_id: str | None, conversation_id: str | None) -> Effective:
        """The values in effect for this person there. Raises NotFound: the character or conversation is not theirs."""

        def query(conn: Connection) -> Effective:
            place = self._places.placed(conn, user_id, character_id=character_id, conversation_id=conversation_id)
            return store.effective_of(conn, user_id, character_id=place, conversation_id=conversation_id)

        return await self._storage.glance(query)

    async def commit(
        self, user_id: str, scope: Scope, ops: Sequence[Op], *, base_n: int | None = None, is_owner: bool = False
    ) -> Committed:
        """Make a revision; it holds at once. Ops that would change nothing make none.

        Args:
            base_n: the newest revision the caller saw. What changed since on other paths is no matter (rebase).
        Raises:
            NotFound: the scope is somebody else's. OwnersOnly: the global scope.
            UnknownPath, PathNotHere, BadValue, BadBase: see the facts.
            ConfigChanged: one of the paths changed after `base_n` (facts: current, paths).
        """
        if scope.type == "global" and not is_owner:
            raise OwnersOnly
        revision_id, fitted = new_id(), _fitted(scope, ops)
        return await self._storage.commit(
            lambda tx: self._commit(tx, user_id, scope, ops=fitted, base_n=base_n, revision_id=revision_id)
        )

    async def revisions(
        self, user_id: str, scope: Scope, *, cursor: str | None, limit: int, is_owner: bool = False
    ) -> Page[Row]:
        """A scope's revisions, the newest first. Raises NotFound, OwnersOnly."""
        if scope.type == "global" and not is_owner:
            raise OwnersOnly
        below = decode_cursor(cursor, int)[0] if cursor else None

        def query(conn: Connection) -> list[Row]:
            self._check_place(conn, user_id, scope)
            return store.revisions_below(conn, scope, below=below, limit=limit + 1)

        rows = await self._storage.read(query)
        return Page(rows[:limit], encode_cursor(rows[limit - 1]["n"]) if len(rows) > limit else None)

    def _check_place(self, conn: Connection, user_id: str, scope: Scope) -> None:
        if scope.type == "user" and scope.id != user_id:
            raise NotFound
        of = {f"{kind}_id": scope.id if scope.type == kind else None for kind in ("character", "conversation")}
        self._places.placed(conn, user_id, character_id=of["character_id"], conversation_id=of["conversation_id"])

    def _commit(
        self,
        tx: Transaction,
        user_id: str,
        scope: Scope,
        *,
        ops: Sequence[Op],
        base_n: int | None,
        revision_id: str,
    ) -> Committed:
        character_id, conversation_id = self._places.placed_in(tx, user_id, scope)
        state = store.state_in(tx, scope)
        _check_base(scope, state, ops, base_n=base_n)
        for op in ops:
            if op["op"] == "set" and op["value"] is not None:
                self._places.check(tx, user_id, path=op["path"], value=op["value"])
        made = state.changes(ops)
        if made:
            fact = ConfigRevisionCommitted(revision_id, scope.type, scope.id, state.n + 1, [dict(op) for op in ops])
            tx.append(stream_of(scope, user_id), [fact], by=By.user(user_id), expected_seq=state.n)
        now = store.effective_in(tx, user_id, character_id=character_id, conversation_id=conversation_id)
        return Committed(revision_id if made else None, scope, store.state_in(tx, scope), now)


def commit_in(
    tx: Transaction, user_id: str, scope: Scope, ops: Sequence[Op], *, by: By, cause_id: str | None = None
) -> bool:
    """A revision inside the caller's unit of work, who has checked whose the scope is; False: it would change nothing.

    Raises UnknownPath, PathNotHere, BadValue: see the facts.
    """
    fitted, state = _fitted(scope, ops), store.state_in(tx, scope)
    if not state.changes(fitted):
        return False
    fact = ConfigRevisionCommitted(new_id(), scope.type, scope.id, state.n + 1, [dict(op) for op in fitted])
    tx.append(stream_of(scope, user_id), [fact], by=by, cause_id=cause_id, expected_seq=state.n)
    return True


def stream_of(scope: Scope, user_id: str) -> Stream:
    """Where a scope's facts stand; its seq is the scope's n."""
    return Stream(f"config:{scope.key}", "" if scope.type == "global" else user_id)


def _fitted(scope: Scope, ops: Sequence[Op]) -> list[Op]:
    """The ops with their values as they are kept. Raises UnknownPath, PathNotHere, BadValue, InvalidInput."""
    fitted: list[Op] = []
    for given in ops:
        path = path_named(given["path"])
        check_scope(path, scope.type)
        if given["op"] == "unset":
            fitted.append({"op": "unset", "path": path.path})
            continue
        if "value" not in given:
            raise InvalidInput("set needs a value.", path=path.path)
        op: Op = {"op": "set", "path": path.path, "value": checked(path, given["value"])}
        if given.get("lock"):
            if scope.type != "global":
                raise PathNotHere("Only the global scope locks values.", path=path.path, scopes=["global"])
            op["lock"] = True
        fitted.append(op)
    return fitted


def _check_base(scope: Scope, state: State, ops: Sequence[Op], *, base_n: int | None) -> None:
    if base_n is None:
        return
    if base_n > state.n:
        raise BadBase(base_n=base_n, n=state.n)
    contested = state.contested([op["path"] for op in ops], base_n=base_n)
    if contested and state.changes(ops):
        current = {"scope": {"type": scope.type, "id": scope.id or None}, "n": state.n, "values": dict(state.values)}
        raise ConfigChanged(current=current, paths=contested)

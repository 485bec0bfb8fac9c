"""The room's SQL: a scope's state, the layers of a place, revisions in pages."""

from collections.abc import Iterable
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, or_, select

from tavernai.config.domain.fold import Effective, Layer, Scope, State, effective
from tavernai.config.tables import config_revisions, config_scopes
from tavernai.kernel.canonical import canonical_json
from tavernai.storage.queries import Query
from tavernai.storage.rows import Row
from tavernai.storage.unit import Unit

GLOBAL = Scope("global")
_NOWHERE = "-"


def text_of(value: Any) -> str:
    """JSON as it is kept: the same bytes on every engine."""
    return canonical_json(value).decode()


def state_json(state: State) -> str:
    told = {"values": dict(state.values), "changed": dict(state.changed), "locks": sorted(state.locks)}
    return text_of(told)


def state_of(row: Row | None) -> State:
    if row is None:
        return State()
    told = orjson.loads(row["state"])
    return State(row["n"], told["values"], told["changed"], frozenset(told["locks"]))


def state_in(tx: Unit, scope: Scope) -> State:
    """A scope's state inside a unit of work."""
    return state_of(tx.get(config_scopes, scope.key))


def scopes_of(user_id: str, *, character_id: str | None = None, conversation_id: str | None = None) -> list[Scope]:
    """The layers of a place, from below to above."""
    found = [GLOBAL, Scope("user", user_id)]
    found += [Scope("character", character_id)] if character_id else []
    return found + ([Scope("conversation", conversation_id)] if conversation_id else [])


def effective_in(
    tx: Unit, user_id: str, *, character_id: str | None = None, conversation_id: str | None = None
) -> Effective:
    """The values in effect, inside a unit of work. Whose the scopes are was checked by the caller."""
    scopes = scopes_of(user_id, character_id=character_id, conversation_id=conversation_id)
    return effective([Layer(scope, state_in(tx, scope)) for scope in scopes])


_s = config_scopes.c
_LAYERS = Query(
    select(_s.scope, _s.n, _s.state).where(or_(*(_s.scope == bindparam(name) for name in ("a", "b", "c", "d"))))
)


def effective_of(
    conn: Connection, user_id: str, *, character_id: str | None = None, conversation_id: str | None = None
) -> Effective:
    """The values in effect on this snapshot. Whose the scopes are was checked by the caller."""
    scopes = scopes_of(user_id, character_id=character_id, conversation_id=conversation_id)
    keys = [scope.key for scope in scopes] + [_NOWHERE] * 2
    rows = {row["scope"]: row for row in _LAYERS.all(conn, **dict(zip("abcd", keys[:4], strict=True)))}
    return effective([Layer(scope, state_of(rows.get(scope.key))) for scope in scopes])


def revisions_below(conn: Connection, scope: Scope, *, below: int | None, limit: int) -> list[Row]:
    """A scope's revisions, the newest first."""
    query = select(config_revisions).where(config_revisions.c.scope == scope.key)
    if below is not None:
        query = query.where(config_revisions.c.n < below)
    rows = conn.execute(query.order_by(config_revisions.c.n.desc()).limit(limit)).mappings()
    return [dict(row) | {"ops": orjson.loads(row["ops"])} for row in rows]


def settings_of(conn: Connection, owner_id: str, path: str) -> Iterable[tuple[Scope, Any]]:
    """Every scope of this person that sets the path, and the value there."""
    named = _s.state.contains(f'"{path}"', autoescape=True)
    rows = conn.execute(select(config_scopes).where(_s.owner_id == owner_id, named)).mappings()
    for row in rows:
        values = state_of(dict(row)).values
        if path in values:
            yield Scope.of_key(row["scope"]), values[path]

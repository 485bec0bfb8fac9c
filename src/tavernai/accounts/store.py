"""The room's SQL."""

from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, select

from tavernai.accounts.tables import api_keys, credentials, sessions, users
from tavernai.storage.rows import Row

LIVING: Select[Any] = select(users).where(users.c.removed_at.is_(None))
OWNERS: Select[Any] = LIVING.where(users.c.role == "owner")

# A buffered statement of units of work: module-level, so that it is compiled once.
DROP_EXPIRED = delete(sessions).where(sessions.c.expires_at <= bindparam("before"))

_USER_BY_NAME = select(users, credentials.c.password_hash).join(credentials, credentials.c.user_id == users.c.id)
_PERSON_BY_SESSION = (
    select(users.c.id.label("user_id"), users.c.role, sessions.c.id, sessions.c.seen_at, sessions.c.expires_at)
    .join(users, users.c.id == sessions.c.user_id)
    .where(users.c.removed_at.is_(None))
)
_PERSON_BY_KEY = (
    select(users.c.id.label("user_id"), users.c.role, api_keys.c.id, api_keys.c.scopes, api_keys.c.last_used_at)
    .join(users, users.c.id == api_keys.c.user_id)
    .where(users.c.removed_at.is_(None), api_keys.c.revoked_at.is_(None))
)


def anybody(conn: Connection) -> bool:
    """Whether there is a single account."""
    return conn.execute(LIVING.limit(1)).first() is not None


def user(conn: Connection, user_id: str) -> Row | None:
    """A living account."""
    return _one(conn, LIVING.where(users.c.id == user_id))


def login(conn: Connection, username_key: str) -> Row | None:
    """The living account of this name with its password's hash."""
    return _one(conn, _USER_BY_NAME.where(users.c.username_key == username_key))


def login_of(conn: Connection, user_id: str) -> Row | None:
    """An account with its password's hash."""
    return _one(conn, _USER_BY_NAME.where(users.c.id == user_id, users.c.removed_at.is_(None)))


def person_by_session(conn: Connection, token_hash: str) -> Row | None:
    """Whose session this is, expired or not."""
    return _one(conn, _PERSON_BY_SESSION.where(sessions.c.token_hash == token_hash))


def person_by_key(conn: Connection, token_hash: str) -> Row | None:
    """Whose living key this is."""
    return _one(conn, _PERSON_BY_KEY.where(api_keys.c.token_hash == token_hash))


def users_after(conn: Connection, after: str, *, limit: int) -> list[Row]:
    """Living accounts by age."""
    return _all(conn, LIVING.where(users.c.id > after).order_by(users.c.id).limit(limit))


def keys_after(conn: Connection, user_id: str | None, *, after: str, limit: int) -> list[Row]:
    """Keys not revoked by age, of one person or of all, with their person's name."""
    query = (
        select(api_keys, users.c.username)
        .join(users, users.c.id == api_keys.c.user_id)
        .where(api_keys.c.revoked_at.is_(None), api_keys.c.id > after)
    )
    if user_id is not None:
        query = query.where(api_keys.c.user_id == user_id)
    return _all(conn, query.order_by(api_keys.c.id).limit(limit))


def sessions_after(conn: Connection, user_id: str, *, after: str, limit: int, now: int) -> list[Row]:
    """A person's living sessions by age."""
    query = select(sessions).where(sessions.c.user_id == user_id, sessions.c.expires_at > now, sessions.c.id > after)
    return _all(conn, query.order_by(sessions.c.id).limit(limit))


def sessions_of(user_id: str) -> Select[Any]:
    """All sessions of a person, for a unit of work."""
    return select(sessions).where(sessions.c.user_id == user_id)


def keys_of(user_id: str) -> Select[Any]:
    """All living keys of a person, for a unit of work."""
    return select(api_keys).where(api_keys.c.user_id == user_id, api_keys.c.revoked_at.is_(None))


def _one(conn: Connection, query: Select[Any]) -> Row | None:
    row = conn.execute(query).mappings().first()
    return dict(row) if row is not None else None


def _all(conn: Connection, query: Select[Any]) -> list[Row]:
    return [dict(row) for row in conn.execute(query).mappings()]

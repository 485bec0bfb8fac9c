"""Accounts: who has one, under which name, as what."""

from collections.abc import Callable
from typing import Any, Literal

from tavernai.accounts import events as e
from tavernai.accounts import store
from tavernai.accounts.domain import Role, User, checked_password, checked_username, username_key
from tavernai.accounts.errors import LastOwner, UsernameTaken
from tavernai.accounts.gate import Gate
from tavernai.accounts.passwords import Passwords
from tavernai.accounts.tables import api_keys, credentials, sessions, users
from tavernai.kernel.errors import Conflict, NotFound
from tavernai.kernel.facts import By
from tavernai.kernel.ids import new_id
from tavernai.kernel.paging import Page, decode_cursor, encode_cursor
from tavernai.ledger.ports import Storage
from tavernai.ledger.transaction import Transaction
from tavernai.storage.rows import Row


class AccountsService:
    """Accounts as owners administer them."""

    def __init__(self, storage: Storage, *, gate: Gate, passwords: Passwords) -> None:
        self._storage = storage
        self._gate = gate
        self._passwords = passwords

    async def add(self, username: str, password: str, *, role: Literal["owner", "member"], by: By) -> User:
        """A new account. Raises UsernameRefused, PasswordRefused, UsernameTaken."""
        name = checked_username(username)
        hashed = await self._passwords.hash(checked_password(password))
        return await self._storage.commit(lambda tx: add_user(tx, name, role=role, password_hash=hashed, by=by))

    async def get(self, user_id: str) -> User:
        """An account by its id. Raises NotFound."""
        return user_of(await self._storage.read(lambda conn: _found(store.user(conn, user_id))))

    async def named(self, username: str) -> User:
        """An account by its name. Raises NotFound."""
        key = username_key(username)
        row = await self._storage.read(lambda conn: store.login(conn, key))
        if row is None:
            raise NotFound("There is no user of this name.")
        return user_of(row)

    async def list(self, *, cursor: str | None, limit: int) -> Page[User]:
        """Accounts, the oldest first."""
        return await self._storage.read(lambda conn: paged(cursor, limit, user_of, _users_after(conn)))

    async def change(
        self,
        user_id: str,
        *,
        version: int,
        by: By,
        username: str | None = None,
        role: Literal["owner", "member"] | None = None,
    ) -> User:
        """Another name or role. Raises NotFound, Conflict (facts: current), UsernameTaken, LastOwner."""
        name = None if username is None else checked_username(username)
        user = await self._storage.commit(lambda tx: _change(tx, user_id, version=version, name=name, role=role, by=by))
        self._gate.forget(user_id=user_id)
        return user

    async def set_password(self, user_id: str, password: str, *, by: By) -> None:
        """A new password, from an owner: every session of this person ends. Raises NotFound, PasswordRefused."""
        hashed = await self._passwords.hash(checked_password(password))
        await self._storage.commit(lambda tx: set_password(tx, user_id, hashed, by=by, keep=None))
        self._gate.forget(user_id=user_id)

    async def remove(self, user_id: str, *, by: By) -> None:
        """Close an account: password, sessions and keys go at once; what it wrote stays. Raises NotFound, LastOwner."""
        await self._storage.commit(lambda tx: _remove(tx, user_id, by=by))
        self._gate.forget(user_id=user_id)


def add_user(
    tx: Transaction, username: str, *, role: Literal["owner", "member"], password_hash: str, by: By | None
) -> User:
    """The account and its password; `by` None: they make it themselves. Raises UsernameTaken."""
    user_id, key = new_id(), username_key(username)
    if tx.find(users, username_key=key) is not None:
        raise UsernameTaken
    fact = e.UserAdded(user_id=user_id, username=username, username_key=key, role=role)
    tx.append(e.user_stream(user_id), [fact], by=by or By.user(user_id))
    tx.insert(credentials, {"user_id": user_id, "password_hash": password_hash, "changed_at": tx.now})
    return user_of(living(tx, user_id))


def set_password(tx: Transaction, user_id: str, password_hash: str, *, by: By, keep: str | None) -> None:
    """Another password; every session but `keep` ends. Raises NotFound."""
    living(tx, user_id)
    tx.update(credentials, user_id, password_hash=password_hash, changed_at=tx.now)
    tx.append(e.user_stream(user_id), [e.UserPasswordChanged(user_id=user_id)], by=by)
    _end_sessions(tx, user_id, keep=keep)


def living(tx: Transaction, user_id: str) -> Row:
    """The account's row. Raises NotFound when there is none or it was removed."""
    row = tx.get(users, user_id)
    if row is None or row["removed_at"] is not None:
        raise NotFound
    return row


def user_of(row: Row) -> User:
    """A row of users as what the room hands out."""
    return User(row["id"], row["username"], row["role"], row["version"], row["created_at"])


def paged(
    cursor: str | None, limit: int, shape: Callable[[Row], Any], after: Callable[[str, int], list[Row]]
) -> Page[Any]:
    """One page of rows that are ordered by id."""
    start = decode_cursor(cursor, str)[0] if cursor else ""
    rows = after(start, limit + 1)
    more = encode_cursor(rows[limit - 1]["id"]) if len(rows) > limit else None
    return Page([shape(row) for row in rows[:limit]], more)


def _users_after(conn: Any) -> Callable[[str, int], list[Row]]:
    return lambda after, limit: store.users_after(conn, after, limit=limit)


def _found(row: Row | None) -> Row:
    if row is None:
        raise NotFound
    return row


def _change(
    tx: Transaction,
    user_id: str,
    *,
    version: int,
    name: str | None,
    role: Literal["owner", "member"] | None,
    by: By,
) -> User:
    row = living(tx, user_id)
    if row["version"] != version:
        raise Conflict(current={name: row[name] for name in ("id", "username", "role", "version")})
    facts: list[Any] = []
    if name is not None and name != row["username"]:
        facts.append(_renamed(tx, row, name))
    if role is not None and role != row["role"]:
        _keep_an_owner(tx, row)
        facts.append(e.UserRoleChanged(user_id=user_id, role=role, was=row["role"]))
    if facts:
        tx.append(e.user_stream(user_id), facts, by=by)
    return user_of(living(tx, user_id))


def _renamed(tx: Transaction, row: Row, name: str) -> e.UserRenamed:
    key = username_key(name)
    other = tx.find(users, username_key=key)
    if other is not None and other["id"] != row["id"]:
        raise UsernameTaken
    return e.UserRenamed(user_id=row["id"], username=name, username_key=key, was=row["username"])


def _remove(tx: Transaction, user_id: str, *, by: By) -> None:
    row = living(tx, user_id)
    _keep_an_owner(tx, row)
    tx.append(e.user_stream(user_id), [e.UserRemoved(user_id=user_id)], by=by)
    tx.delete(credentials, user_id)
    for key in tx.rows(store.keys_of(user_id)):
        tx.update(api_keys, key["id"], revoked_at=tx.now)
    _end_sessions(tx, user_id, keep=None)


def _keep_an_owner(tx: Transaction, row: Row) -> None:
    if row["role"] == Role.OWNER and len(tx.rows(store.OWNERS.limit(2))) < 2:
        raise LastOwner


def _end_sessions(tx: Transaction, user_id: str, *, keep: str | None) -> None:
    for session in tx.rows(store.sessions_of(user_id)):
        if session["id"] != keep:
            tx.delete(sessions, session["token_hash"])

"""API keys: how programs come in, as somebody, for some things."""

from dataclasses import dataclass
from typing import Any

import orjson

from tavernai.accounts import events as e
from tavernai.accounts import store
from tavernai.accounts.domain import LABEL_MAX, ROLE_SCOPES, checked_scopes
from tavernai.accounts.gate import Gate
from tavernai.accounts.service import living, paged
from tavernai.accounts.tables import api_keys
from tavernai.accounts.tokens import new_key, token_hash
from tavernai.kernel.errors import Forbidden, NotFound
from tavernai.kernel.facts import By
from tavernai.kernel.ids import new_id
from tavernai.kernel.paging import Page
from tavernai.ledger.ports import Storage
from tavernai.ledger.transaction import Transaction
from tavernai.storage.rows import Row


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it can still be told; its text was shown once."""

    id: str
    user_id: str
    username: str
    label: str
    scopes: tuple[str, ...]
    created_at: int
    last_used_at: int | None


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A fresh key with its text."""

    key: Key
    token: str


class KeyService:
    """Issues, lists and revokes."""

    def __init__(self, storage: Storage, *, gate: Gate) -> None:
        self._storage = storage
        self._gate = gate

    async def issue(self, user_id: str, *, label: str, scopes: list[str] | tuple[str, ...], by: By) -> IssuedKey:
        """A key of this person. Raises NotFound, ScopeUnknown, Forbidden (a scope their role does not have)."""
        wanted, token = checked_scopes(scopes), new_key()
        key = await self._storage.commit(
            lambda tx: _issue(tx, user_id, label=label[:LABEL_MAX], scopes=wanted, hashed=token_hash(token), by=by)
        )
        return IssuedKey(key, token)

    async def list(self, user_id: str | None, *, cursor: str | None, limit: int) -> Page[Key]:
        """Keys that work, the oldest first; of everybody when `user_id` is None."""
        return await self._storage.read(lambda conn: paged(cursor, limit, _key, _keys_after(conn, user_id)))

    async def revoke(self, key_id: str, *, user_id: str | None, by: By) -> None:
        """End a key of this person (None: of anybody). Raises NotFound."""
        await self._storage.commit(lambda tx: _revoke(tx, key_id, user_id=user_id, by=by))
        self._gate.forget(thing_id=key_id)


def _issue(tx: Transaction, user_id: str, *, label: str, scopes: list[str], hashed: str, by: By) -> Key:
    user = living(tx, user_id)
    beyond = [scope for scope in scopes if scope not in ROLE_SCOPES[user["role"]]]
    if beyond:
        raise Forbidden("Only an owner's key can have this scope.", scopes=beyond)
    row: dict[str, Any] = {
        "id": new_id(), "token_hash": hashed, "user_id": user_id, "label": label,
        "scopes": orjson.dumps(scopes).decode(), "created_at": tx.now, "last_used_at": None, "revoked_at": None,
    }  # fmt: skip
    tx.insert(api_keys, row)
    tx.append(e.user_stream(user_id), [e.KeyIssued(key_id=row["id"], label=label, scopes=scopes)], by=by)
    return _key(row | {"username": user["username"]})


def _revoke(tx: Transaction, key_id: str, *, user_id: str | None, by: By) -> None:
    row = tx.get(api_keys, key_id)
    if row is None or row["revoked_at"] is not None or user_id not in (None, row["user_id"]):
        raise NotFound
    tx.update(api_keys, key_id, revoked_at=tx.now)
    tx.append(e.user_stream(row["user_id"]), [e.KeyRevoked(key_id=key_id)], by=by)


def _key(row: Row) -> Key:
    scopes = tuple(orjson.loads(row["scopes"]))
    return Key(row["id"], row["user_id"], row["username"], row["label"], scopes, row["created_at"], row["last_used_at"])


def _keys_after(conn: Any, user_id: str | None) -> Any:
    return lambda after, limit: store.keys_after(conn, user_id, after=after, limit=limit)

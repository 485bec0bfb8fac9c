"""Connections as owners administer them: list, add, change, remove. Also the book the gateway reads them from."""

import time
from dataclasses import dataclass, field
from typing import Any

import orjson
import structlog

from tavernai.gateway import events as e
from tavernai.gateway import store
from tavernai.gateway.domain import CONTEXT_TOKENS_DEFAULT, Connection, Secret, Timeouts
from tavernai.gateway.errors import NameTaken, SecretLost
from tavernai.gateway.kinds import (
    NAME_CHARACTERS_MAX,
    ConnectionSettings,
    StoredConnection,
    checked_address,
    checked_key,
    checked_kind,
    checked_model,
    checked_name,
    name_key,
    same_host,
    settings_of,
)
from tavernai.gateway.ports import SecretBox
from tavernai.gateway.tables import connection_secrets, connections
from tavernai.kernel.errors import Conflict, InvalidInput, NotFound
from tavernai.kernel.facts import By
from tavernai.kernel.ids import new_id
from tavernai.kernel.paging import Page, decode_cursor, encode_cursor
from tavernai.ledger.ports import Storage
from tavernai.ledger.transaction import Transaction
from tavernai.storage.rows import Row

# How long a change made by another process may go unnoticed here.
KEPT_SECONDS = 1.0
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class NewConnection:
    """What to set up; what is left out takes the kind's own."""

    name: str
    kind: str
    base_url: str | None = None
    model: str = ""
    key: str | None = field(default=None, repr=False)
    is_default: bool = False
    settings: dict[str, Any] = field(default_factory=dict)


class ConnectionService:
    """Fulfils gateway.ports.ConnectionBook."""

    def __init__(self, storage: Storage, box: SecretBox, *, timeouts: Timeouts | None = None) -> None:
        """`timeouts`: of connections that say nothing of their own."""
        self._timeouts = timeouts or Timeouts()
        self._storage = storage
        self._box = box
        self._book: tuple[float, list[Connection]] | None = None
        self._changes = 0

    async def listed(self, *, cursor: str | None, limit: int) -> Page[StoredConnection]:
        """Connections, the oldest first."""
        start = decode_cursor(cursor, str)[0] if cursor else ""
        rows = await self._storage.read(lambda conn: store.after(conn, start, limit=limit + 1))
        more = encode_cursor(rows[limit - 1]["id"]) if len(rows) > limit else None
        return Page([stored(row) for row in rows[:limit]], more)

    async def get(self, connection_id: str) -> StoredConnection:
        """Raises NotFound."""
        row = await self._storage.read(lambda conn: store.one(conn, connection_id))
        if row is None:
            raise NotFound
        return stored(row)

    async def add(self, new: NewConnection, *, owner_id: str, by: By) -> StoredConnection:
        """Set a connection up; the first of all becomes the default.

        Raises:
            InvalidInput: name, model, key or a setting (facts: field). UnknownKind, UnsafeAddress, NameTaken.
        """
        connection_id, key = new_id(), checked_key(new.key or "")
        facts = _first_fact(new, connection_id)
        sealed = self._box.seal(key, context=connection_id) if key else None
        made = await self._storage.commit(lambda tx: _add(tx, facts, sealed=sealed, owner_id=owner_id, by=by))
        self._forget()
        return made

    async def change(self, connection_id: str, given: dict[str, Any], *, version: int, by: By) -> StoredConnection:
        """Other values for the fields in `given` (name, kind, base_url, model, is_default, settings, key).

        A key of None or "" takes the key away. A key that is not given stays, unless the connection now leads to
        another host: nobody sends a key to where it was not meant for by editing an address.

        Raises:
            NotFound, Conflict (facts: current), and what `add` raises.
        """
        values = dict(given)
        key = checked_key(values.pop("key") or "") if "key" in values else None
        sealed = self._box.seal(key, context=connection_id) if key else None
        changed = await self._storage.commit(
            lambda tx: _change(tx, connection_id, values, version=version, key=key, sealed=sealed, by=by)
        )
        self._forget()
        return changed

    async def duplicate(self, connection_id: str, *, owner_id: str, by: By) -> StoredConnection:
        """The same once more under another name, key and all, to be changed. Raises NotFound."""
        known, opened = await self.get(connection_id), await self.resolved(connection_id)
        names = {name_key(one.name) for one in await self.connections()}
        new = NewConnection(
            name=_free_name(known.name, names),
            kind=known.kind,
            base_url=known.base_url or None,
            model=known.model,
            key=opened.key.reveal() or None,
            settings=known.settings.as_json(),
        )
        return await self.add(new, owner_id=owner_id, by=by)

    async def remove(self, connection_id: str, *, by: By) -> None:
        """Take a connection away with its key; the oldest one left becomes the default. Raises NotFound."""
        await self._storage.commit(lambda tx: _remove(tx, connection_id, by=by))
        self._forget()

    async def connections(self) -> list[Connection]:
        """All of them with their keys opened, the oldest first."""
        now = time.monotonic()
        if self._book is not None and now - self._book[0] <= KEPT_SECONDS:
            return self._book[1]
        changes = self._changes
        found = [self._opened(row) for row in await self._storage.glance(store.all_with_secrets)]
        if changes == self._changes:  # else what was read may be older than the change
            self._book = now, found
        return found

    async def resolved(self, connection_id: str) -> Connection:
        """One of them with its key opened. Raises NotFound."""
        self._forget()
        found = next((one for one in await self.connections() if one.id == connection_id), None)
        if found is None:
            raise NotFound
        return found

    def _forget(self) -> None:
        self._changes += 1
        self._book = None

    def _opened(self, row: Row) -> Connection:
        try:
            key = self._box.open(row["ciphertext"], context=row["id"]) if row["ciphertext"] else ""
        except SecretLost:
            # The others still work; this one says upstream_auth, and that the key is to be entered again.
            log.warning("connection_key_lost", connection_id=row["id"])
            key = ""
        known = stored(row)
        return Connection(
            id=known.id,
            name=known.name,
            kind=known.kind,
            base_url=known.base_url,
            model=known.model,
            key=Secret(key),
            timeouts=known.settings.timeouts(self._timeouts),
            context_tokens=known.settings.context_tokens or CONTEXT_TOKENS_DEFAULT,
            reply_tokens=known.settings.reply_tokens,
            temperature=known.settings.temperature,
            is_default=known.is_default,
            is_context_set=known.settings.context_tokens is not None,
            template=known.settings.template,
            tokenizer=known.settings.tokenizer,
            prices=known.settings.paid,
            fallbacks=known.settings.fallbacks,
        )


def _free_name(name: str, taken: set[str]) -> str:
    numbered = (f"{name[: NAME_CHARACTERS_MAX - 5].rstrip()} {number}" for number in range(2, 10_000))
    return next(one for one in numbered if name_key(one) not in taken)


def stored(row: Row) -> StoredConnection:
    """A row of connections as what the room hands out."""
    return StoredConnection(
        id=row["id"],
        name=row["name"],
        kind=row["kind"],
        base_url=row["base_url"],
        model=row["model"],
        is_default=bool(row["is_default"]),
        has_key=bool(row["has_key"]),
        version=row["version"],
        settings=settings_of(orjson.loads(row["settings"])),
    )


def _first_fact(new: NewConnection, connection_id: str) -> e.ConnectionAdded:
    return e.ConnectionAdded(
        connection_id=connection_id,
        name=checked_name(new.name),
        kind=checked_kind(new.kind),
        base_url=checked_address(new.kind, new.base_url),
        model=checked_model(new.model),
        is_default=new.is_default,
        has_key=bool(new.key and new.key.strip()),
        settings=ConnectionSettings().changed(new.settings).as_json(),
    )


def _add(tx: Transaction, first: e.ConnectionAdded, *, sealed: bytes | None, owner_id: str, by: By) -> StoredConnection:
    if tx.find(connections, name_key=name_key(first.name)) is not None:
        raise NameTaken(field="name")
    _check_fallbacks(tx, first.settings, first.connection_id)
    default = _default(tx)
    is_default = first.is_default or default is None
    if is_default and default is not None:
        _set(tx, default, {"is_default": False}, by=by)
    fact = e.ConnectionAdded(**{**_fields(first), "is_default": is_default})
    tx.append(e.connection_stream(first.connection_id, owner_id), [fact], by=by)
    if sealed is not None:
        tx.insert(connection_secrets, {"connection_id": first.connection_id, "ciphertext": sealed})
    return stored(_living(tx, first.connection_id))


def _change(
    tx: Transaction,
    connection_id: str,
    given: dict[str, Any],
    *,
    version: int,
    key: str | None,
    sealed: bytes | None,
    by: By,
) -> StoredConnection:
    row = _living(tx, connection_id)
    current = stored(row)
    if current.version != version:
        raise Conflict(current=_shown(current))
    changes = _checked_changes(tx, current, given)
    if key is None and current.has_key and not same_host(current.base_url, changes.get("base_url", current.base_url)):
        key = ""
    _keep_key(tx, current, changes, key=key, sealed=sealed)
    default = _default(tx)
    if changes.get("is_default") and default is not None and default["id"] != connection_id:
        _set(tx, default, {"is_default": False}, by=by)
    if changes:
        _set(tx, row, changes, by=by)
    return stored(_living(tx, connection_id))


def _checked_changes(tx: Transaction, current: StoredConnection, given: dict[str, Any]) -> dict[str, Any]:
    """What of `given` is valid and differs. A default is passed on by choosing another, never just dropped."""
    kind = checked_kind(given.get("kind", current.kind))
    wanted: dict[str, Any] = {"kind": kind}
    if "name" in given:
        wanted["name"] = checked_name(given["name"])
        holder = tx.find(connections, name_key=name_key(wanted["name"]))
        if holder is not None and holder["id"] != current.id:
            raise NameTaken(field="name")
    if "base_url" in given or kind != current.kind:
        wanted["base_url"] = checked_address(kind, given.get("base_url"))
    if "model" in given:
        wanted["model"] = checked_model(given["model"])
    if given.get("is_default"):
        wanted["is_default"] = True
    if given.get("settings"):
        wanted["settings"] = current.settings.changed(given["settings"]).as_json()
        if "fallbacks" in given["settings"]:
            _check_fallbacks(tx, wanted["settings"], current.id)
    known = _shown(current)
    return {name: value for name, value in wanted.items() if value != known[name]}


def _check_fallbacks(tx: Transaction, settings: dict[str, Any], connection_id: str) -> None:
    for one in settings.get("fallbacks") or ():
        row = tx.get(connections, one)
        if one == connection_id or row is None or row["removed_at"] is not None:
            raise InvalidInput("A fallback is another connection that exists.", field="fallbacks")


def _keep_key(
    tx: Transaction, current: StoredConnection, changes: dict[str, Any], *, key: str | None, sealed: bytes | None
) -> None:
    if key is None:
        return
    if current.has_key:
        tx.delete(connection_secrets, current.id)
    if sealed is not None:
        tx.insert(connection_secrets, {"connection_id": current.id, "ciphertext": sealed})
    if sealed is not None or current.has_key:
        changes["has_key"] = sealed is not None


def _remove(tx: Transaction, connection_id: str, *, by: By) -> None:
    row = _living(tx, connection_id)
    if row["has_key"]:
        tx.delete(connection_secrets, connection_id)
    stream = e.connection_stream(connection_id, row["owner_id"])
    tx.append(stream, [e.ConnectionRemoved(connection_id=connection_id, name=row["name"])], by=by)
    left = tx.rows(store.LIVING) if row["is_default"] else []
    if left:
        _set(tx, left[0], {"is_default": True}, by=by)


def _set(tx: Transaction, row: Row, changes: dict[str, Any], *, by: By) -> None:
    known = _shown(stored(row))
    was = {name: known[name] for name in changes}
    fact = e.ConnectionChanged(connection_id=row["id"], changes=changes, was=was)
    tx.append(e.connection_stream(row["id"], row["owner_id"]), [fact], by=by)


def _default(tx: Transaction) -> Row | None:
    return next((row for row in tx.rows(store.LIVING) if row["is_default"]), None)


def _living(tx: Transaction, connection_id: str) -> Row:
    row = tx.get(connections, connection_id)
    if row is None or row["removed_at"] is not None:
        raise NotFound
    return row


def _fields(fact: e.ConnectionAdded) -> dict[str, Any]:
    return {name: getattr(fact, name) for name in fact.__dataclass_fields__}


def _shown(current: StoredConnection) -> dict[str, Any]:
    """The wire's object of it."""
    return {
        "id": current.id,
        "name": current.name,
        "kind": current.kind,
        "base_url": current.base_url,
        "model": current.model,
        "is_default": current.is_default,
        "has_key": current.has_key,
        "settings": current.settings.as_json(),
        "version": current.version,
    }

"""From facts to the table of connections."""

from collections.abc import Callable
from typing import Any

from tavernai.gateway import events as e
from tavernai.gateway.tables import connections
from tavernai.kernel.canonical import canonical_json
from tavernai.kernel.facts import Recorded
from tavernai.storage.unit import Unit

_FLAGS = ("is_default", "has_key")


def _added(tx: Unit, recorded: Recorded, fact: e.ConnectionAdded) -> None:
    row = {
        "id": fact.connection_id, "owner_id": recorded.owner_id, "name": fact.name,
        "name_key": fact.name.casefold(), "kind": fact.kind, "base_url": fact.base_url, "model": fact.model,
        "is_default": int(fact.is_default), "has_key": int(fact.has_key), "settings": _text(fact.settings),
        "version": 1, "created_at": recorded.ts, "removed_at": None,
    }  # fmt: skip
    tx.insert(connections, row)


def _changed(tx: Unit, recorded: Recorded, fact: e.ConnectionChanged) -> None:
    values = dict(fact.changes)
    if "name" in values:
        values["name_key"] = values["name"].casefold()
    if "settings" in values:
        values["settings"] = _text(values["settings"])
    values |= {name: int(values[name]) for name in _FLAGS if name in values}
    _change(tx, fact.connection_id, **values)


def _removed(tx: Unit, recorded: Recorded, fact: e.ConnectionRemoved) -> None:
    _change(tx, fact.connection_id, name_key=None, is_default=0, has_key=0, removed_at=recorded.ts)


def _change(tx: Unit, connection_id: str, **values: Any) -> None:
    row = tx.get(connections, connection_id)
    if row is not None:
        tx.update(connections, connection_id, **values, version=row["version"] + 1)


def _text(settings: dict[str, Any]) -> str:
    return canonical_json(settings).decode()


FOLDS: dict[type[Any], Callable[[Any, Recorded, Any], None]] = {
    e.ConnectionAdded: _added,
    e.ConnectionChanged: _changed,
    e.ConnectionRemoved: _removed,
}

"""From facts to presets and their history."""

from collections.abc import Callable
from typing import Any

from tavernai.config.presets import events as e
from tavernai.config.presets.store import name_key
from tavernai.config.presets.tables import preset_history, presets
from tavernai.kernel.canonical import canonical_json
from tavernai.kernel.facts import Recorded
from tavernai.storage.unit import Unit


def _created(tx: Unit, recorded: Recorded, fact: e.PresetCreated) -> None:
    warnings = [{"code": "secret_dropped", "field": name} for name in fact.dropped or []]
    tx.insert(presets, {
        "id": fact.preset_id, "owner_id": recorded.owner_id, "kind": fact.kind, "name": fact.name,
        "name_key": name_key(fact.name), "data": _json(fact.data), "warnings": _json(warnings),
        "content_hash": fact.content_hash, "created_at": recorded.ts, "updated_at": recorded.ts, "version": 1,
        "deleted_at": None,
    })  # fmt: skip
    _remember(tx, recorded, fact.preset_id, version=1, changed=[])


def _changed(tx: Unit, recorded: Recorded, fact: e.PresetChanged) -> None:
    values: dict[str, Any] = {}
    if fact.name is not None:
        values |= {"name": fact.name, "name_key": name_key(fact.name)}
    if fact.data is not None:
        values["data"] = _json(fact.data)
    named = ["name"] if fact.name is not None else []
    _change(tx, recorded, fact.preset_id, values, changed=[*named, *(f"data/{one}" for one in fact.changed)])


def _deleted(tx: Unit, recorded: Recorded, fact: e.PresetDeleted) -> None:
    _change(tx, recorded, fact.preset_id, {"deleted_at": recorded.ts}, changed=[])


def _restored(tx: Unit, recorded: Recorded, fact: e.PresetRestored) -> None:
    _change(tx, recorded, fact.preset_id, {"deleted_at": None}, changed=[])


def _change(tx: Unit, recorded: Recorded, preset_id: str, values: dict[str, Any], *, changed: list[str]) -> None:
    row = tx.get(presets, preset_id)
    if row is None:
        return
    version = row["version"] + 1
    tx.update(presets, preset_id, **values, updated_at=recorded.ts, version=version)
    _remember(tx, recorded, preset_id, version=version, changed=changed)


def _remember(tx: Unit, recorded: Recorded, preset_id: str, *, version: int, changed: list[str]) -> None:
    tx.insert(preset_history, {
        "preset_id": preset_id, "version": version, "owner_id": recorded.owner_id, "at": recorded.ts,
        "kind": recorded.kind, "changed": _json(changed), "actor": recorded.actor,
    })  # fmt: skip


def _json(value: Any) -> str:
    return canonical_json(value).decode()


FOLDS: dict[type[Any], Callable[[Any, Recorded, Any], None]] = {
    e.PresetCreated: _created,
    e.PresetChanged: _changed,
    e.PresetDeleted: _deleted,
    e.PresetRestored: _restored,
}

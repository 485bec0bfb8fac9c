"""From facts to presets and their history."""

from collections.abc import Callable
from typing import Any

from tavernai.config.presets import events as e
from tavernai.config.presets.store import PRESETS, name_key
from tavernai.config.presets.tables import preset_files
from tavernai.kernel.facts import Recorded
from tavernai.ledger.versioned import canonical_text
from tavernai.storage.unit import Unit


def _created(tx: Unit, recorded: Recorded, fact: e.PresetCreated) -> None:
    warnings = [{"code": "secret_dropped", "field": name} for name in fact.dropped or []]
    PRESETS.begun(tx, recorded, {
        "id": fact.preset_id, "kind": fact.kind, "name": fact.name, "name_key": name_key(fact.name),
        "data": canonical_text(fact.data), "warnings": canonical_text(warnings), "content_hash": fact.content_hash,
    })  # fmt: skip
    if fact.written is not None:
        tx.insert(preset_files, {"preset_id": fact.preset_id, "written": fact.written})


def _changed(tx: Unit, recorded: Recorded, fact: e.PresetChanged) -> None:
    values: dict[str, Any] = {}
    if fact.name is not None:
        values |= {"name": fact.name, "name_key": name_key(fact.name)}
    if fact.data is not None:
        values["data"] = canonical_text(fact.data)
    named = ["name"] if fact.name is not None else []
    changed = [*named, *(f"data/{one}" for one in fact.changed)]
    PRESETS.changed(tx, recorded, fact.preset_id, values=values, changed=changed)


FOLDS: dict[type[Any], Callable[[Any, Recorded, Any], None]] = {
    e.PresetCreated: _created,
    e.PresetChanged: _changed,
    e.PresetDeleted: PRESETS.trashed,
    e.PresetRestored: PRESETS.restored,
}

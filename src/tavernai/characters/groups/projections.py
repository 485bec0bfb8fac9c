"""From facts to groups and their history."""

from collections.abc import Callable, Mapping
from typing import Any

from tavernai.characters.domain.names import sort_key
from tavernai.characters.groups import events as e
from tavernai.characters.groups.store import GROUPS
from tavernai.characters.groups.tables import group_files
from tavernai.kernel.facts import Recorded
from tavernai.ledger.versioned import canonical_text
from tavernai.storage.unit import Unit


def _created(tx: Unit, recorded: Recorded, fact: e.GroupCreated) -> None:
    GROUPS.begun(tx, recorded, {"id": fact.group_id, **_values(fact.group)})
    if fact.written is not None:
        tx.insert(group_files, {"group_id": fact.group_id, "written": fact.written})


def _changed(tx: Unit, recorded: Recorded, fact: e.GroupChanged) -> None:
    GROUPS.changed(tx, recorded, fact.group_id, values=_values(fact.group), changed=fact.changed)


def _values(group: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": group["name"], "name_key": sort_key(group["name"]), "data": canonical_text(group)}


FOLDS: dict[type[Any], Callable[[Any, Recorded, Any], None]] = {
    e.GroupCreated: _created,
    e.GroupChanged: _changed,
    e.GroupDeleted: GROUPS.trashed,
    e.GroupRestored: GROUPS.restored,
}

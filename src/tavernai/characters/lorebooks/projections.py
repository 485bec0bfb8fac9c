"""From facts to lorebooks, their entries and their history."""

from collections.abc import Callable
from typing import Any

from tavernai.characters.domain.names import sort_key
from tavernai.characters.lorebooks import events as e
from tavernai.characters.lorebooks.tables import lorebook_entries, lorebook_history, lorebooks
from tavernai.kernel.canonical import canonical_json
from tavernai.kernel.facts import Recorded
from tavernai.storage.unit import Unit


def _created(tx: Unit, recorded: Recorded, fact: e.LorebookCreated) -> None:
    tx.insert(lorebooks, {
        "id": fact.lorebook_id, "owner_id": recorded.owner_id, "name": fact.name, "name_key": sort_key(fact.name),
        "description": fact.description, "fields": _json(fact.fields), "warnings": _json(fact.warnings or []),
        "content_hash": fact.content_hash, "entries": len(fact.entries), "next_place": len(fact.entries),
        "created_at": recorded.ts, "updated_at": recorded.ts, "version": 1, "deleted_at": None,
    })  # fmt: skip
    for place, one in enumerate(fact.entries):
        _put(tx, fact.lorebook_id, one["uid"], place=place, entry=one["entry"])
    _remember(tx, recorded, fact.lorebook_id, version=1, changed=[])


def _renamed(tx: Unit, recorded: Recorded, fact: e.LorebookRenamed) -> None:
    values = {"name": fact.name, "name_key": sort_key(fact.name)}
    _change(tx, recorded, fact.lorebook_id, values, changed=["name"])


def _changed(tx: Unit, recorded: Recorded, fact: e.LorebookChanged) -> None:
    row = tx.get(lorebooks, fact.lorebook_id)
    if row is None:
        return
    values: dict[str, Any] = {"entries": row["entries"], "next_place": row["next_place"]}
    for uid, entry in fact.entries.items():
        _changed_entry(tx, fact.lorebook_id, uid, entry=entry, values=values)
    changed = [f"entries/{uid}" for uid in fact.entries]
    if fact.description is not None:
        values["description"] = fact.description
        changed.append("description")
    if fact.fields is not None:
        values["fields"] = _json(fact.fields)
        changed.append("fields")
    _change(tx, recorded, fact.lorebook_id, values, changed=changed)


def _changed_entry(tx: Unit, book: str, uid: str, *, entry: dict[str, Any] | None, values: dict[str, Any]) -> None:
    stored = tx.get(lorebook_entries, (book, uid))
    if entry is None:
        if stored is not None:
            tx.delete(lorebook_entries, (book, uid))
            values["entries"] -= 1
    elif stored is not None:
        tx.update(lorebook_entries, (book, uid), entry=_json(entry))
    else:
        _put(tx, book, uid, place=values["next_place"], entry=entry)
        values["entries"] += 1
        values["next_place"] += 1


def _put(tx: Unit, book: str, uid: str, *, place: int, entry: dict[str, Any]) -> None:
    tx.insert(lorebook_entries, {"lorebook_id": book, "uid": uid, "place": place, "entry": _json(entry)})


def _deleted(tx: Unit, recorded: Recorded, fact: e.LorebookDeleted) -> None:
    _change(tx, recorded, fact.lorebook_id, {"deleted_at": recorded.ts}, changed=[])


def _restored(tx: Unit, recorded: Recorded, fact: e.LorebookRestored) -> None:
    _change(tx, recorded, fact.lorebook_id, {"deleted_at": None}, changed=[])


def _change(tx: Unit, recorded: Recorded, book: str, values: dict[str, Any], *, changed: list[str]) -> None:
    row = tx.get(lorebooks, book)
    if row is None:
        return
    version = row["version"] + 1
    tx.update(lorebooks, book, **values, updated_at=recorded.ts, version=version)
    _remember(tx, recorded, book, version=version, changed=changed)


def _remember(tx: Unit, recorded: Recorded, book: str, *, version: int, changed: list[str]) -> None:
    tx.insert(lorebook_history, {
        "lorebook_id": book, "version": version, "owner_id": recorded.owner_id, "at": recorded.ts,
        "kind": recorded.kind, "changed": _json(changed), "actor": recorded.actor,
    })  # fmt: skip


def _json(value: Any) -> str:
    return canonical_json(value).decode()


FOLDS: dict[type[Any], Callable[[Any, Recorded, Any], None]] = {
    e.LorebookCreated: _created,
    e.LorebookRenamed: _renamed,
    e.LorebookChanged: _changed,
    e.LorebookDeleted: _deleted,
    e.LorebookRestored: _restored,
}

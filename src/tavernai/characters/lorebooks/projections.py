"""From facts to lorebooks, their entries and their history."""

from collections.abc import Callable
from typing import Any

from tavernai.characters.domain.names import sort_key
from tavernai.characters.lorebooks import events as e
from tavernai.characters.lorebooks.store import BOOKS
from tavernai.characters.lorebooks.tables import lorebook_entries, lorebook_files, lorebooks
from tavernai.kernel.facts import Recorded
from tavernai.ledger.versioned import canonical_text
from tavernai.storage.unit import Unit


def _created(tx: Unit, recorded: Recorded, fact: e.LorebookCreated) -> None:
    BOOKS.begun(tx, recorded, {
        "id": fact.lorebook_id, "name": fact.name, "name_key": sort_key(fact.name), "description": fact.description,
        "fields": canonical_text(fact.fields), "warnings": canonical_text(fact.warnings or []),
        "content_hash": fact.content_hash, "entries": len(fact.entries), "next_place": len(fact.entries),
    })  # fmt: skip
    if fact.written is not None:
        tx.insert(lorebook_files, {"lorebook_id": fact.lorebook_id, "written": fact.written})
    for place, one in enumerate(fact.entries):
        _put(tx, fact.lorebook_id, one["uid"], place=place, entry=one["entry"])


def _renamed(tx: Unit, recorded: Recorded, fact: e.LorebookRenamed) -> None:
    values = {"name": fact.name, "name_key": sort_key(fact.name)}
    BOOKS.changed(tx, recorded, fact.lorebook_id, values=values, changed=["name"])


def _changed(tx: Unit, recorded: Recorded, fact: e.LorebookChanged) -> None:
    row = tx.get(lorebooks, fact.lorebook_id)
    if row is None:
        return
    values: dict[str, Any] = {"entries": row["entries"], "next_place": row["next_place"]}
    # A fact read back has lost the order of its objects, so it is ours: by number, then by name.
    uids = sorted(fact.entries, key=lambda uid: (not uid.isdecimal(), int(uid) if uid.isdecimal() else 0, uid))
    for uid in uids:
        _changed_entry(tx, fact.lorebook_id, uid, entry=fact.entries[uid], values=values)
    changed = [f"entries/{uid}" for uid in uids]
    if fact.description is not None:
        values["description"] = fact.description
        changed.append("description")
    if fact.fields is not None:
        values["fields"] = canonical_text(fact.fields)
        changed.append("fields")
    BOOKS.changed(tx, recorded, fact.lorebook_id, values=values, changed=changed)


def _changed_entry(tx: Unit, book: str, uid: str, *, entry: dict[str, Any] | None, values: dict[str, Any]) -> None:
    stored = tx.get(lorebook_entries, (book, uid))
    if entry is None:
        if stored is not None:
            tx.delete(lorebook_entries, (book, uid))
            values["entries"] -= 1
    elif stored is not None:
        tx.update(lorebook_entries, (book, uid), entry=canonical_text(entry))
    else:
        _put(tx, book, uid, place=values["next_place"], entry=entry)
        values["entries"] += 1
        values["next_place"] += 1


def _put(tx: Unit, book: str, uid: str, *, place: int, entry: dict[str, Any]) -> None:
    tx.insert(lorebook_entries, {"lorebook_id": book, "uid": uid, "place": place, "entry": canonical_text(entry)})


FOLDS: dict[type[Any], Callable[[Any, Recorded, Any], None]] = {
    e.LorebookCreated: _created,
    e.LorebookRenamed: _renamed,
    e.LorebookChanged: _changed,
    e.LorebookDeleted: BOOKS.trashed,
    e.LorebookRestored: BOOKS.restored,
}

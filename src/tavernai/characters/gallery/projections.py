"""From facts to collections, saved filters and what was done to many at once."""

from collections.abc import Callable
from typing import Any

import orjson

from tavernai.characters import events as c
from tavernai.characters.domain.jsontext import exact_json
from tavernai.characters.domain.names import sort_key
from tavernai.characters.gallery import events as e
from tavernai.characters.gallery.tables import (
    bulk_changes,
    bulk_items,
    collection_members,
    collections,
    hidden_tags,
    saved_filters,
)
from tavernai.kernel.facts import Recorded
from tavernai.storage.unit import Unit

Fold = Callable[[Any, Recorded, Any], None]


def _collection_created(tx: Unit, recorded: Recorded, fact: e.CollectionCreated) -> None:
    tx.insert(collections, _new(recorded, fact.collection_id) | _named(fact.name))


def _collection_renamed(tx: Unit, recorded: Recorded, fact: e.CollectionRenamed) -> None:
    _change(tx, recorded, collections, fact.collection_id, **_named(fact.name))


def _collection_deleted(tx: Unit, recorded: Recorded, fact: e.CollectionDeleted) -> None:
    _change(tx, recorded, collections, fact.collection_id, deleted=1)


def _collection_restored(tx: Unit, recorded: Recorded, fact: e.CollectionRestored) -> None:
    _change(tx, recorded, collections, fact.collection_id, deleted=0)


def _collected(tx: Unit, recorded: Recorded, fact: e.CharacterCollected) -> None:
    tx.insert(collection_members, {
        "collection_id": fact.collection_id, "character_id": fact.character_id,
        "owner_id": recorded.owner_id, "added_at": recorded.ts,
    })  # fmt: skip


def _uncollected(tx: Unit, recorded: Recorded, fact: e.CharacterUncollected) -> None:
    tx.delete(collection_members, (fact.collection_id, fact.character_id))


def _filter_created(tx: Unit, recorded: Recorded, fact: e.SavedFilterCreated) -> None:
    tx.insert(saved_filters, _new(recorded, fact.filter_id) | {"name": fact.name, "filter": _json(fact.filter)})


def _filter_changed(tx: Unit, recorded: Recorded, fact: e.SavedFilterChanged) -> None:
    _change(tx, recorded, saved_filters, fact.filter_id, name=fact.name, filter=_json(fact.filter))


def _filter_deleted(tx: Unit, recorded: Recorded, fact: e.SavedFilterDeleted) -> None:
    _change(tx, recorded, saved_filters, fact.filter_id, deleted=1)


def _filter_restored(tx: Unit, recorded: Recorded, fact: e.SavedFilterRestored) -> None:
    _change(tx, recorded, saved_filters, fact.filter_id, deleted=0)


def _hidden(tx: Unit, recorded: Recorded, fact: e.HiddenTagsChanged) -> None:
    row = tx.get(hidden_tags, recorded.owner_id)
    if row is None:
        tx.insert(hidden_tags, {"owner_id": recorded.owner_id, "tags": _json(fact.tags), "version": 1})
    else:
        tx.update(hidden_tags, recorded.owner_id, tags=_json(fact.tags), version=row["version"] + 1)


def _bulk_started(tx: Unit, recorded: Recorded, fact: e.BulkStarted) -> None:
    # The fact's own id becomes the change's: what follows names it as its cause.
    tx.insert(bulk_changes, {
        "id": recorded.id, "owner_id": recorded.owner_id, "action": fact.action, "value": _json(fact.value),
        "total": fact.total, "changed": None, "undone_by": None, "created_at": recorded.ts,
    })  # fmt: skip
    if fact.action == "undo" and tx.get(bulk_changes, fact.value) is not None:
        tx.update(bulk_changes, fact.value, undone_by=recorded.id)


def _bulk_finished(tx: Unit, recorded: Recorded, fact: e.BulkFinished) -> None:
    if tx.get(bulk_changes, fact.bulk_id) is not None:
        tx.update(bulk_changes, fact.bulk_id, changed=fact.changed)


def _noted(back: Callable[[Any], dict[str, Any]]) -> Fold:
    """A fold that keeps, for a fact some change to many caused, how it is taken back."""

    def fold(tx: Unit, recorded: Recorded, fact: Any) -> None:
        if recorded.cause_id is not None and tx.get(bulk_changes, recorded.cause_id) is not None:
            item = {"bulk_id": recorded.cause_id, "character_id": fact.character_id, "back": _json(back(fact))}
            tx.insert(bulk_items, item)

    return fold


def _new(recorded: Recorded, row_id: str) -> dict[str, Any]:
    return {
        "id": row_id, "owner_id": recorded.owner_id, "deleted": 0,
        "created_at": recorded.ts, "updated_at": recorded.ts, "version": 1,
    }  # fmt: skip


def _named(name: str) -> dict[str, str]:
    return {"name": name, "name_key": sort_key(name)}


def _change(tx: Unit, recorded: Recorded, table: Any, row_id: str, **values: Any) -> None:
    row = tx.get(table, row_id)
    if row is not None:
        tx.update(table, row_id, **values, updated_at=recorded.ts, version=row["version"] + 1)


def _json(value: Any) -> str:
    return exact_json(value).decode() if not isinstance(value, str) else orjson.dumps(value).decode()


FOLDS: dict[type[Any], Fold] = {
    e.CollectionCreated: _collection_created,
    e.CollectionRenamed: _collection_renamed,
    e.CollectionDeleted: _collection_deleted,
    e.CollectionRestored: _collection_restored,
    e.CharacterCollected: _collected,
    e.CharacterUncollected: _uncollected,
    e.SavedFilterCreated: _filter_created,
    e.SavedFilterChanged: _filter_changed,
    e.SavedFilterDeleted: _filter_deleted,
    e.SavedFilterRestored: _filter_restored,
    e.HiddenTagsChanged: _hidden,
    e.BulkStarted: _bulk_started,
    e.BulkFinished: _bulk_finished,
}

BACK: dict[type[Any], Fold] = {
    c.CharacterFavourited: _noted(lambda fact: {"favourite": not fact.favourite}),
    c.CharacterDeleted: _noted(lambda _: {"deleted": False}),
    c.CharacterRestored: _noted(lambda _: {"deleted": True}),
    c.CharacterRetagged: _noted(lambda fact: {"tags": fact.was, "instead_of": fact.tags}),
    e.CharacterCollected: _noted(lambda fact: {"out_of": fact.collection_id}),
    e.CharacterUncollected: _noted(lambda fact: {"into": fact.collection_id}),
}
"""Beside the folds above: how each thing done to many is taken back."""

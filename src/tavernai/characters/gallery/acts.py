"""What can be done to many characters: for each act, the facts it means for one of them; none when it is so already."""

from collections.abc import Callable
from typing import Any

import orjson

from tavernai.characters import events as c
from tavernai.characters.domain.card import Card
from tavernai.characters.domain.jsontext import as_cleaned
from tavernai.characters.domain.names import sort_key
from tavernai.characters.domain.reading import canonical_hash
from tavernai.characters.domain.tagging import renamed_tags, told_apart, with_tags, without_tags
from tavernai.characters.gallery import events as e
from tavernai.characters.gallery.tables import collection_members
from tavernai.characters.tables import character_cards
from tavernai.ledger.transaction import Transaction
from tavernai.storage.rows import Row

Act = Callable[[Transaction, Row, Any], list[Any]]
TAGS_MAX = 1_000


def _favourite(on: bool) -> Act:
    def act(tx: Transaction, row: Row, value: Any) -> list[Any]:
        return [] if row["deleted"] or bool(row["favourite"]) == on else [c.CharacterFavourited(row["id"], on)]

    return act


def _trash(tx: Transaction, row: Row, value: Any) -> list[Any]:
    return [] if row["deleted"] else [c.CharacterDeleted(row["id"])]


def _restore(tx: Transaction, row: Row, value: Any) -> list[Any]:
    return [c.CharacterRestored(row["id"])] if row["deleted"] else []


def _into(tx: Transaction, row: Row, value: Any) -> list[Any]:
    there = tx.get(collection_members, (value, row["id"])) is not None
    return [] if there else [e.CharacterCollected(row["id"], value)]


def _out_of(tx: Transaction, row: Row, value: Any) -> list[Any]:
    there = tx.get(collection_members, (value, row["id"])) is not None
    return [e.CharacterUncollected(row["id"], value)] if there else []


def _add_tags(tx: Transaction, row: Row, value: Any) -> list[Any]:
    return _retagged(tx, row, lambda tags: with_tags(tags, value))


def _remove_tags(tx: Transaction, row: Row, value: Any) -> list[Any]:
    return _retagged(tx, row, lambda tags: without_tags(tags, value))


def _rename_tags(tx: Transaction, row: Row, value: Any) -> list[Any]:
    names = {sort_key(tag): value["to"] for tag in value["tags"]}
    return _retagged(tx, row, lambda tags: renamed_tags(tags, names))


def _retagged(tx: Transaction, row: Row, change: Callable[[list[str]], list[str]]) -> list[Any]:
    kept = tx.get(character_cards, row["id"])
    if kept is None or row["deleted"]:
        return []
    data, outer = as_cleaned(orjson.loads(kept["card"])), as_cleaned(orjson.loads(kept["outer"]))
    was, now = data["tags"], change(data["tags"])[:TAGS_MAX]
    if now == was:
        return []
    digest = canonical_hash(Card(data | {"tags": now}, outer, row["card_version"]))
    return [c.CharacterRetagged(row["id"], now, was, digest)]


def take_back(tx: Transaction, row: Row, back: dict[str, Any]) -> list[Any]:
    """The facts that take one item of a change to many back, as far as nobody did so meanwhile."""
    [act] = [_BACK[key] for key in _BACK if key in back]
    return act(tx, row, back)


def _tags_back(tx: Transaction, row: Row, back: dict[str, Any]) -> list[Any]:
    came, went = told_apart(back["tags"], back["instead_of"])

    def change(tags: list[str]) -> list[str]:
        # Nobody touched them since: the very list of before. Else only what this change did.
        return back["tags"] if tags == back["instead_of"] else with_tags(without_tags(tags, came), went)

    return _retagged(tx, row, change)


_BACK: dict[str, Act] = {
    "favourite": lambda tx, row, back: _favourite(back["favourite"])(tx, row, None),
    "deleted": lambda tx, row, back: (_trash if back["deleted"] else _restore)(tx, row, None),
    "into": lambda tx, row, back: _into(tx, row, back["into"]),
    "out_of": lambda tx, row, back: _out_of(tx, row, back["out_of"]),
    "tags": _tags_back,
}

ACTS: dict[str, Act] = {
    "favourite": _favourite(True),
    "unfavourite": _favourite(False),
    "trash": _trash,
    "restore": _restore,
    "add_to_collection": _into,
    "remove_from_collection": _out_of,
    "add_tags": _add_tags,
    "remove_tags": _remove_tags,
    "rename_tags": _rename_tags,
}

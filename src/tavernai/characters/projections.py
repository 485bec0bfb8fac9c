"""From facts to the room's read tables."""

from collections.abc import Callable
from typing import Any

import orjson

from tavernai.characters import events as e
from tavernai.characters.domain.card import greetings
from tavernai.characters.domain.jsontext import exact_json
from tavernai.characters.domain.names import sort_key
from tavernai.characters.personas.projections import FOLDS as PERSONA_FOLDS
from tavernai.characters.tables import (
    character_assets,
    character_cards,
    character_history,
    character_lines,
    character_tags,
    characters,
)
from tavernai.kernel.facts import Recorded
from tavernai.storage.rows import Row
from tavernai.storage.unit import Unit

TAGS_SHOWN_MAX = 100
"""Tags beyond this stay in the card, but are not searched or counted."""

LINE = tuple(character_lines.c.keys())


def _imported(tx: Unit, recorded: Recorded, fact: e.CharacterImported) -> None:
    _insert(tx, recorded, fact, avatar=fact.avatar, original=fact.original, picture=fact.picture or fact.avatar)
    for place, asset in enumerate(fact.assets or ()):
        _place_asset(tx, recorded, fact.character_id, place=place, asset=asset)


def _assets_added(tx: Unit, recorded: Recorded, fact: e.CharacterAssetsAdded) -> None:
    for asset in fact.assets:
        _place_asset(tx, recorded, fact.character_id, place=asset["place"], asset=asset)


def _assets_removed(tx: Unit, recorded: Recorded, fact: e.CharacterAssetsRemoved) -> None:
    for place in fact.places:
        tx.delete(character_assets, (fact.character_id, place))


def _place_asset(tx: Unit, recorded: Recorded, character_id: str, *, place: int, asset: dict[str, Any]) -> None:
    tx.insert(character_assets, {
        "character_id": character_id, "place": place, "owner_id": recorded.owner_id, "kind": asset["kind"],
        "name": asset["name"], "media_type": asset["media_type"], "bytes": asset["bytes"], "blob": asset["blob"],
    })  # fmt: skip


def _created(tx: Unit, recorded: Recorded, fact: e.CharacterCreated) -> None:
    _insert(tx, recorded, fact, avatar=None, original=None, picture=None)


def _insert(
    tx: Unit,
    recorded: Recorded,
    fact: e.CharacterImported | e.CharacterCreated,
    *,
    avatar: str | None,
    original: str | None,
    picture: str | None,
) -> None:
    row = {
        "id": fact.character_id, "owner_id": recorded.owner_id, **_told_by_card(fact.card), "card_hash": fact.card_hash,
        "card_version": fact.card_version, "favourite": 0, "avatar": avatar, "background": None, "original": original,
        "deleted": 0, "deleted_at": None, "created_at": recorded.ts, "updated_at": recorded.ts, "version": 1,
        "picture": picture,
    }  # fmt: skip
    tx.insert(characters, row)
    tx.insert(character_lines, {name: row[name] for name in LINE})
    tx.insert(character_cards, {
        "character_id": fact.character_id, "owner_id": recorded.owner_id, "card": _json(fact.card),
        "outer": _json(fact.outer), "warnings": _json(fact.warnings),
    })  # fmt: skip
    _tag(tx, recorded.owner_id, fact.character_id, fact.card["tags"])
    _remember(tx, recorded, row, [])


def _edited(tx: Unit, recorded: Recorded, fact: e.CharacterEdited) -> None:
    row = tx.get(characters, fact.character_id)
    if row is None:
        return
    _untag(tx, row)
    _change(tx, recorded, row, changed=fact.changed, **_told_by_card(fact.card), card_hash=fact.card_hash)
    tx.update(
        character_cards, fact.character_id,
        card=_json(fact.card), outer=_json(fact.outer), warnings=_json(fact.warnings),
    )  # fmt: skip
    if not row["deleted"]:
        _tag(tx, row["owner_id"], fact.character_id, fact.card["tags"])


def _avatar_changed(tx: Unit, recorded: Recorded, fact: e.CharacterAvatarChanged) -> None:
    row = tx.get(characters, fact.character_id)
    if row is not None:
        _change(tx, recorded, row, changed=["avatar"], avatar=fact.avatar, picture=fact.picture or fact.avatar)


def _retagged(tx: Unit, recorded: Recorded, fact: e.CharacterRetagged) -> None:
    row, kept = tx.get(characters, fact.character_id), tx.get(character_cards, fact.character_id)
    if row is None or kept is None:
        return
    card = orjson.loads(kept["card"]) | {"tags": fact.tags}
    _untag(tx, row)
    _change(tx, recorded, row, changed=["tags"], **_told_by_card(card), card_hash=fact.card_hash)
    tx.update(character_cards, fact.character_id, card=_json(card))
    if not row["deleted"]:
        _tag(tx, row["owner_id"], fact.character_id, fact.tags)


def _background_changed(tx: Unit, recorded: Recorded, fact: e.CharacterBackgroundChanged) -> None:
    row = tx.get(characters, fact.character_id)
    if row is not None:
        _change(tx, recorded, row, changed=["background"], background=fact.background)


def _favourited(tx: Unit, recorded: Recorded, fact: e.CharacterFavourited) -> None:
    row = tx.get(characters, fact.character_id)
    if row is not None:
        _change(tx, recorded, row, changed=["favourite"], favourite=int(fact.favourite))


def _deleted(tx: Unit, recorded: Recorded, fact: e.CharacterDeleted) -> None:
    row = tx.get(characters, fact.character_id)
    if row is not None:
        _untag(tx, row)
        _change(tx, recorded, row, changed=[], deleted=1, deleted_at=recorded.ts)


def _restored(tx: Unit, recorded: Recorded, fact: e.CharacterRestored) -> None:
    row = tx.get(characters, fact.character_id)
    if row is not None:
        _change(tx, recorded, row, changed=[], deleted=0, deleted_at=None)
        _tag(tx, row["owner_id"], fact.character_id, orjson.loads(row["tags"]))


def _change(tx: Unit, recorded: Recorded, row: Row, *, changed: list[str], **values: Any) -> None:
    counted = {**values, "updated_at": recorded.ts, "version": row["version"] + 1}
    tx.update(characters, row["id"], **counted)
    line = {name: counted[name] for name in LINE if name in counted}
    tx.update(character_lines, (row["owner_id"], row["id"]), **line)
    _remember(tx, recorded, {**row, **counted}, changed)


def _remember(tx: Unit, recorded: Recorded, row: Row, changed: list[str]) -> None:
    tx.insert(character_history, {
        "character_id": row["id"], "version": row["version"], "owner_id": row["owner_id"], "at": recorded.ts,
        "kind": recorded.kind, "changed": _json(changed), "actor": recorded.actor,
    })  # fmt: skip


def _told_by_card(card: dict[str, Any]) -> dict[str, Any]:
    tags = card["tags"][:TAGS_SHOWN_MAX]
    return {
        "name": card["name"],
        "name_key": sort_key(card["name"]),
        "search": "\n".join(sort_key(text) for text in (card["name"], card["creator"], *tags)),
        "creator": card["creator"],
        "tags": _json(tags),
        "greetings": len(greetings(card)),
    }


def _tag(tx: Unit, owner_id: str, character_id: str, tags: list[str]) -> None:
    for tag_key, tag in _by_key(tags).items():
        tx.insert(
            character_tags,
            {"character_id": character_id, "tag_key": tag_key, "owner_id": owner_id, "tag": tag},
        )


def _untag(tx: Unit, row: Row) -> None:
    for tag_key in _by_key(orjson.loads(row["tags"])):
        tx.delete(character_tags, (row["id"], tag_key))


def _by_key(tags: list[str]) -> dict[str, str]:
    return {sort_key(tag): tag for tag in reversed(tags[:TAGS_SHOWN_MAX])}


def _json(value: Any) -> str:
    # Canonical, so that a replay writes the same text whatever the order the payload came back in.
    return exact_json(value).decode()


FOLDS: dict[type[Any], Callable[[Any, Recorded, Any], None]] = {
    e.CharacterImported: _imported,
    e.CharacterCreated: _created,
    e.CharacterEdited: _edited,
    e.CharacterAvatarChanged: _avatar_changed,
    e.CharacterRetagged: _retagged,
    e.CharacterBackgroundChanged: _background_changed,
    e.CharacterAssetsAdded: _assets_added,
    e.CharacterAssetsRemoved: _assets_removed,
    e.CharacterFavourited: _favourited,
    e.CharacterDeleted: _deleted,
    e.CharacterRestored: _restored,
    **PERSONA_FOLDS,
}

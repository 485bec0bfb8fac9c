"""The room's SQL for characters."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, Select, bindparam, func, or_, select, tuple_

from tavernai.characters.domain.names import sort_key
from tavernai.characters.tables import character_cards, character_history, character_tags, characters, thumbnails
from tavernai.storage.queries import Query
from tavernai.storage.rows import Row

TAGS_LISTED_MAX = 500

SORTS: dict[str, tuple[str, type, bool]] = {
    "name": ("name_key", str, False),
    "recent": ("updated_at", int, True),
    "created": ("created_at", int, True),
}
"""What a list may be sorted by: column, kind of its cursor, newest first."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which characters a list asks for."""

    q: str = ""
    tag: str = ""
    sort: str = "name"
    trash: bool = False
    favourite: bool = False


def page(conn: Connection, owner_id: str, wanted: Wanted, *, after: tuple[Any, str] | None, limit: int) -> list[Row]:
    """At most `limit` rows behind `after`, the (sort value, id) of the last row seen."""
    name, _, newest_first = SORTS[wanted.sort]
    key, row_id = characters.c[name], characters.c.id
    query = _matching(select(characters), owner_id, wanted)
    if after is not None:
        here, there = tuple_(key, row_id), tuple_(*after)
        query = query.where(here < there if newest_first else here > there)
    ends = (key.desc(), row_id.desc()) if newest_first else (key, row_id)
    return [dict(row) for row in conn.execute(query.order_by(*ends).limit(limit)).mappings()]


def count(conn: Connection, owner_id: str, wanted: Wanted) -> int:
    """How many characters the list holds in all."""
    query = _matching(select(func.count()).select_from(characters), owner_id, wanted)
    return int(conn.execute(query).scalar_one())


def _matching(query: Select[Any], owner_id: str, wanted: Wanted) -> Select[Any]:
    query = query.where(characters.c.owner_id == owner_id, characters.c.deleted == int(wanted.trash))
    for word in sort_key(wanted.q).split():
        query = query.where(characters.c.search.contains(word, autoescape=True))
    if wanted.favourite:
        query = query.where(characters.c.favourite == 1)
    if wanted.tag:
        query = query.join(character_tags, character_tags.c.character_id == characters.c.id).where(
            character_tags.c.owner_id == owner_id, character_tags.c.tag_key == sort_key(wanted.tag)
        )
    return query


def tags(conn: Connection, owner_id: str) -> list[tuple[str, int]]:
    """Tags outside the trash with how many characters carry them, most used first."""
    uses = func.count().label("uses")
    query = (
        select(func.min(character_tags.c.tag), uses)
        .where(character_tags.c.owner_id == owner_id)
        .group_by(character_tags.c.tag_key)
        .order_by(uses.desc(), character_tags.c.tag_key)
        .limit(TAGS_LISTED_MAX)
    )
    return [(tag, used) for tag, used in conn.execute(query)]


def character(conn: Connection, owner_id: str, character_id: str) -> Row | None:
    """A character's row, in the trash or not; None when there is none or it is somebody else's."""
    query = select(characters).where(characters.c.id == character_id, characters.c.owner_id == owner_id)
    return _one(conn, query)


def card(conn: Connection, owner_id: str, character_id: str) -> dict[str, Any] | None:
    """A character's card under V3 names, in the trash or not; None when there is none or it is somebody else's."""
    row = card_row(conn, owner_id, character_id)
    found: dict[str, Any] | None = orjson.loads(row["card"]) if row is not None else None
    return found


def card_row(conn: Connection, owner_id: str, character_id: str) -> Row | None:
    """The card with what stood around it and its warnings, as text."""
    return _CARD.first(conn, of=character_id, owner=owner_id)


_CARD = Query(
    select(character_cards).where(
        character_cards.c.character_id == bindparam("of"), character_cards.c.owner_id == bindparam("owner")
    )
)


def cards(conn: Connection, owner_id: str, character_ids: Collection[str]) -> dict[str, dict[str, Any]]:
    """Cards by character id; those that are not there or somebody else's are left out."""
    query = select(character_cards.c.character_id, character_cards.c.card).where(
        character_cards.c.character_id.in_(character_ids), character_cards.c.owner_id == owner_id
    )
    return {row[0]: orjson.loads(row[1]) for row in conn.execute(query)}


def avatar_urls(conn: Connection, owner_id: str, character_ids: Collection[str]) -> dict[str, str]:
    """Avatar addresses by character id; a character without a picture, or gone, is left out."""
    query = select(characters.c.id, characters.c.avatar).where(
        characters.c.id.in_(character_ids), characters.c.owner_id == owner_id, characters.c.avatar.is_not(None)
    )
    return {row[0]: avatar_url(row[0], row[1]) for row in conn.execute(query)}


def background_url(character_id: str, background: str) -> str:
    """Where the picture behind the chats is found; the hash lets it be cached for good."""
    return f"/api/characters/{character_id}/background?v={background[:16]}"


def avatar_url(character_id: str, avatar: str) -> str:
    """Where a picture is served; another picture has another address."""
    return f"/api/characters/{character_id}/avatar?v={avatar[:16]}"


def twins(owner_id: str, *, original: str | None, card_hash: str) -> Select[Any]:
    """Characters outside the trash made of the same bytes or the same card, oldest first."""
    same = [characters.c.card_hash == card_hash]
    if original is not None:
        same.append(characters.c.original == original)
    wanted = (characters.c.owner_id == owner_id, characters.c.deleted == 0, or_(*same))
    return select(characters.c.id, characters.c.name).where(*wanted).order_by(characters.c.id).limit(1)


def history(conn: Connection, owner_id: str, character_id: str, *, before: int | None, limit: int) -> list[Row]:
    """A character's changes, newest first, below version `before`."""
    query = select(character_history).where(
        character_history.c.character_id == character_id, character_history.c.owner_id == owner_id
    )
    if before is not None:
        query = query.where(character_history.c.version < before)
    query = query.order_by(character_history.c.version.desc()).limit(limit)
    return [dict(row) for row in conn.execute(query).mappings()]


def thumbnail(conn: Connection, source: str, size: str) -> str | None:
    """The blob of a picture made smaller before."""
    query = select(thumbnails.c.blob).where(thumbnails.c.source == source, thumbnails.c.size == size)
    return conn.execute(query).scalar_one_or_none()


def _one(conn: Connection, query: Select[Any]) -> Row | None:
    row = conn.execute(query).mappings().first()
    return dict(row) if row is not None else None

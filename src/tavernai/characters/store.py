"""The room's SQL for characters."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

import orjson
from sqlalchemy import Connection, Select, Table, bindparam, func, or_, select, tuple_

from tavernai.characters.domain.names import sort_key
from tavernai.characters.gallery.tables import collection_members, hidden_tags
from tavernai.characters.tables import (
    character_cards,
    character_history,
    character_lines,
    character_tags,
    characters,
    thumbnails,
)
from tavernai.ledger.store import stream_after
from tavernai.ledger.versioned import Versioned
from tavernai.storage.queries import Query
from tavernai.storage.rows import Row

TAGS_LISTED_MAX = 500

CHARACTERS = Versioned(characters, character_history, "character_id")

SORTS: dict[str, tuple[str, type, bool]] = {
    "name": ("name_key", str, False),
    "recent": ("updated_at", int, True),
    "created": ("created_at", int, True),
    "chatted": ("chatted_at", int, True),
    "chats": ("messages", int, True),
}
"""What a list may be sorted by: column, kind of its cursor, newest first."""
BY_CHATS = frozenset({"chatted", "chats"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which characters a list asks for."""

    q: str = ""
    tags: tuple[str, ...] = ()
    sort: str = "name"
    trash: bool = False
    favourite: bool = False
    creator: str = ""
    collection: str = ""
    hidden: tuple[str, ...] = ()
    """Characters with one of these tags are left out, unless the tag is asked for."""
    without: frozenset[str] = frozenset()
    """Ids that somebody took out of the selection; only for the whole list at once."""

    @property
    def is_plain(self) -> bool:
        """Whether an index of the characters gives the list in its order, whole."""
        narrowed = self.q.strip() or self.tags or self.favourite or self.creator or self.collection
        return not narrowed and self.sort not in BY_CHATS


def page(
    conn: Connection,
    owner_id: str,
    wanted: Wanted,
    *,
    after: tuple[Any, str] | None,
    limit: int,
    chats: Select[Any] | None = None,
) -> list[Row]:
    """At most `limit` rows behind `after`, the (sort value, id) of the last row seen.

    Args:
        chats: what gallery.ports.Chats tells; needed to sort by it. Rows then carry the sort's column.
    """
    name, _, newest_first = SORTS[wanted.sort]
    of = characters if wanted.is_plain else character_lines
    key: Any
    if wanted.sort in BY_CHATS:
        assert chats is not None
        told = chats.subquery("chats")
        key = func.coalesce(told.c[name], 0)
        query = select(of.c.id, key.label("key")).outerjoin(told, told.c.character_id == of.c.id)
    else:
        key, query = of.c[name], select(of.c.id, of.c[name].label("key"))
    query = _matching(query, of, owner_id, wanted)
    if after is not None:
        here, there = tuple_(key, of.c.id), tuple_(*after)
        query = query.where(here < there if newest_first else here > there)
    ends = (key.desc(), of.c.id.desc()) if newest_first else (key, of.c.id)
    found = conn.execute(query.order_by(*ends).limit(limit)).all()
    rows = rows_of(conn, owner_id, [one.id for one in found])
    return [{**rows[one.id], name: one.key} for one in found]


def with_chats(conn: Connection, rows: list[Row], told: Select[Any]) -> list[Row]:
    """The rows with what is told of chats with each."""
    chats = told.subquery("chats")
    query = select(chats).where(chats.c.character_id.in_([row["id"] for row in rows]))
    by_id = {row["character_id"]: dict(row) for row in conn.execute(query).mappings()}
    return [{**row, **by_id.get(row["id"], {})} for row in rows]


def matching_ids(conn: Connection, owner_id: str, wanted: Wanted) -> list[str]:
    """Every id the list holds, in no order."""
    lines = character_lines
    found = conn.execute(_matching(select(lines.c.id), lines, owner_id, wanted)).scalars()
    return [one for one in found if one not in wanted.without]


def any_of(conn: Connection, owner_id: str, wanted: Wanted) -> Row | None:
    """One of the list, each as likely as the others."""
    lines = character_lines
    query = _matching(select(lines.c.id), lines, owner_id, wanted).order_by(func.random()).limit(1)
    found = conn.execute(query).scalar_one_or_none()
    return None if found is None else character(conn, owner_id, found)


def rows_of(conn: Connection, owner_id: str, character_ids: Collection[str]) -> dict[str, Row]:
    """Rows by id, in the trash or not; those that are not there or somebody else's are left out."""
    query = select(characters).where(characters.c.id.in_(character_ids), characters.c.owner_id == owner_id)
    return {row["id"]: dict(row) for row in conn.execute(query).mappings()}


def count(conn: Connection, owner_id: str, wanted: Wanted) -> int:
    """How many characters the list holds in all."""
    of = characters if wanted.is_plain else character_lines
    query = _matching(select(func.count()).select_from(of), of, owner_id, wanted)
    return int(conn.execute(query).scalar_one())


def _matching(query: Select[Any], of: Table, owner_id: str, wanted: Wanted) -> Select[Any]:
    query = query.where(of.c.owner_id == owner_id, of.c.deleted == int(wanted.trash))
    for word in sort_key(wanted.q).split():
        query = query.where(of.c.search.contains(word, autoescape=True))
    if wanted.favourite:
        query = query.where(of.c.favourite == 1)
    if wanted.creator:
        query = query.where(of.c.creator == wanted.creator)
    asked = {sort_key(tag) for tag in wanted.tags}
    for tag_key in sorted(asked):
        query = query.where(of.c.id.in_(_tagged(owner_id, [tag_key])))
    if kept_out := sorted({sort_key(tag) for tag in wanted.hidden} - asked):
        query = query.where(of.c.id.not_in(_tagged(owner_id, kept_out)))
    if wanted.collection:
        members = select(collection_members.c.character_id).where(
            collection_members.c.owner_id == owner_id, collection_members.c.collection_id == wanted.collection
        )
        query = query.where(of.c.id.in_(members))
    return query


def _tagged(owner_id: str, tag_keys: list[str]) -> Select[Any]:
    return select(character_tags.c.character_id).where(
        character_tags.c.owner_id == owner_id, character_tags.c.tag_key.in_(tag_keys)
    )


def hidden(conn: Connection, owner_id: str) -> tuple[list[str], int]:
    """The tags whose characters stay out of sight, and the version of that list."""
    row = conn.execute(select(hidden_tags).where(hidden_tags.c.owner_id == owner_id)).mappings().first()
    return (orjson.loads(row["tags"]), row["version"]) if row is not None else ([], 0)


def unhidden(conn: Connection, owner_id: str, wanted: Wanted) -> Wanted:
    """The list without what this person keeps out of sight."""
    return replace(wanted, hidden=tuple(hidden(conn, owner_id)[0]))


def tagged_ids(conn: Connection, owner_id: str, tags: Collection[str]) -> list[str]:
    """Characters outside the trash with any of these tags."""
    found = conn.execute(_tagged(owner_id, [sort_key(tag) for tag in tags]).distinct())
    return list(found.scalars())


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


def file_of(conn: Connection, owner_id: str, character_id: str) -> str | None:
    """The name of the file a character was imported from, without its ending; None: it was made here."""
    for told in stream_after(conn, f"char:{character_id}", 0, limit=1):
        name = told.payload.get("filename") if told.owner_id == owner_id else None
        return PurePath(name.replace("\\", "/")).stem or None if isinstance(name, str) else None
    return None


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


def thumbnail(conn: Connection, source: str, size: str) -> str | None:
    """The blob of a picture made smaller before."""
    query = select(thumbnails.c.blob).where(thumbnails.c.source == source, thumbnails.c.size == size)
    return conn.execute(query).scalar_one_or_none()


def _one(conn: Connection, query: Select[Any]) -> Row | None:
    row = conn.execute(query).mappings().first()
    return dict(row) if row is not None else None

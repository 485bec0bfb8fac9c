"""The gallery's SQL: collections, saved filters, changes to many, and characters that look alike."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select, tuple_

from tavernai.characters.gallery.tables import bulk_changes, bulk_items, collection_members, collections, saved_filters
from tavernai.characters.tables import character_lines, characters
from tavernai.storage.rows import Row

c = characters.c


def collections_after(
    conn: Connection, owner_id: str, *, after: tuple[str, str] | None, limit: int, only: str | None = None
) -> list[Row]:
    """Collections by name, each with the count of characters outside the trash; or the one of this id."""
    m = collection_members.c
    size = (
        select(func.count())
        .select_from(collection_members.join(characters, c.id == m.character_id))
        .where(m.collection_id == collections.c.id, c.deleted == 0)
        .scalar_subquery()
    )
    query = select(collections, size.label("count")).where(collections.c.owner_id == owner_id)
    query = query.where(collections.c.deleted == 0 if only is None else collections.c.id == only)
    if after is not None:
        query = query.where(tuple_(collections.c.name_key, collections.c.id) > tuple_(*after))
    return _rows(conn, query.order_by(collections.c.name_key, collections.c.id).limit(limit))


def same_name(owner_id: str, name_key: str) -> Select[Any]:
    """A collection outside the trash that is called so."""
    k = collections.c
    return select(k.id).where(k.owner_id == owner_id, k.deleted == 0, k.name_key == name_key).limit(1)


def collections_of(conn: Connection, owner_id: str, character_id: str) -> list[Row]:
    """In which collections a character is, by name."""
    m = collection_members.c
    query = (
        select(collections.c.id, collections.c.name)
        .join(collection_members, m.collection_id == collections.c.id)
        .where(m.character_id == character_id, m.owner_id == owner_id, collections.c.deleted == 0)
        .order_by(collections.c.name_key, collections.c.id)
    )
    return _rows(conn, query.limit(500))


def filters_after(conn: Connection, owner_id: str, *, after: str, limit: int) -> list[Row]:
    """Saved filters, the oldest first."""
    f = saved_filters.c
    query = select(saved_filters).where(f.owner_id == owner_id, f.deleted == 0, f.id > after)
    return _rows(conn, query.order_by(f.id).limit(limit))


def row(conn: Connection, table: Any, owner_id: str, row_id: str) -> Row | None:
    """One row of a table of this person's."""
    found = _rows(conn, select(table).where(table.c.id == row_id, table.c.owner_id == owner_id))
    return found[0] if found else None


def changed_by(conn: Connection, bulk_id: str) -> int:
    """How many characters a change to many has changed so far."""
    query = select(func.count()).select_from(bulk_items).where(bulk_items.c.bulk_id == bulk_id)
    return int(conn.execute(query).scalar_one())


def items_of(conn: Connection, bulk_id: str) -> list[tuple[str, str]]:
    """Each character a change to many changed, with how it is taken back (JSON)."""
    query = select(bulk_items.c.character_id, bulk_items.c.back).where(bulk_items.c.bulk_id == bulk_id)
    return [(one.character_id, one.back) for one in conn.execute(query.order_by(bulk_items.c.character_id))]


def bulks_before(conn: Connection, owner_id: str, *, before: str | None, limit: int) -> list[Row]:
    """Changes to many, the newest first."""
    query = select(bulk_changes).where(bulk_changes.c.owner_id == owner_id)
    if before is not None:
        query = query.where(bulk_changes.c.id < before)
    return _rows(conn, query.order_by(bulk_changes.c.id.desc()).limit(limit))


ALIKE: dict[str, tuple[ColumnElement[Any], ...]] = {
    "card": (c.card_hash,),
    "name": (c.name_key, c.creator),
    "picture": (c.picture,),
}
"""What makes characters look alike: the same card, the same name by the same creator, the same picture."""


def alike(
    conn: Connection, owner_id: str, kind: str, *, after: tuple[str, ...] | None, limit: int
) -> list[tuple[str, ...]]:
    """Keys under which more than one character stands, in order, behind `after`."""
    of = character_lines if kind == "name" else characters
    keys = [of.c[str(column.key)] for column in ALIKE[kind]]
    query = select(*keys).where(of.c.owner_id == owner_id, of.c.deleted == 0)
    if kind == "picture":
        query = query.where(c.picture.is_not(None))
    if after is not None:
        query = query.where(tuple_(*keys) > tuple_(*after))
    found = conn.execute(query.group_by(*keys).having(func.count() > 1).order_by(*keys).limit(limit))
    return [tuple(one) for one in found]


def under(conn: Connection, owner_id: str, kind: str, key: tuple[str, ...], *, limit: int) -> list[Row]:
    """The characters outside the trash under one key, the oldest first."""
    same = (column == value for column, value in zip(ALIKE[kind], key, strict=True))
    query = select(characters).where(c.owner_id == owner_id, c.deleted == 0, *same)
    return _rows(conn, query.order_by(c.created_at, c.id).limit(limit))


def _rows(conn: Connection, query: Select[Any]) -> list[Row]:
    return [dict(one) for one in conn.execute(query).mappings()]

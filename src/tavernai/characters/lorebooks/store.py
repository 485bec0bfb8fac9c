"""The room's SQL for lorebooks."""

from typing import Any

import orjson
from sqlalchemy import Connection, Select, bindparam, or_, select

from tavernai.characters.domain.names import sort_key
from tavernai.characters.lorebooks.domain.entries import Entry
from tavernai.characters.lorebooks.tables import lorebook_entries, lorebook_files, lorebook_history, lorebooks
from tavernai.ledger.versioned import Versioned
from tavernai.storage.queries import Query
from tavernai.storage.rows import Row

BOOKS = Versioned(lorebooks, lorebook_history, "lorebook_id")
_b = lorebooks.c
_ONE = Query(select(lorebooks).where(_b.id == bindparam("of")))
_NAMED = Query(
    select(lorebooks)
    .where(_b.owner_id == bindparam("owner"), _b.name_key == bindparam("name"), _b.deleted_at.is_(None))
    .order_by(_b.id)
    .limit(1)
)
_ENTRIES = Query(
    select(lorebook_entries.c.uid, lorebook_entries.c.entry)
    .where(lorebook_entries.c.lorebook_id == bindparam("of"))
    .order_by(lorebook_entries.c.place)
)


def page(
    conn: Connection, owner_id: str, *, q: str, trash: bool, after: tuple[str, str] | None, limit: int
) -> list[Row]:
    """A person's books by name, or those in the trash; `q` is looked for in name, description and entries."""
    query = select(lorebooks).where(_b.owner_id == owner_id)
    query = query.where(_b.deleted_at.is_not(None) if trash else _b.deleted_at.is_(None))
    if q:
        inside = select(lorebook_entries.c.lorebook_id).where(lorebook_entries.c.entry.icontains(q, autoescape=True))
        named = _b.name_key.contains(sort_key(q), autoescape=True)
        query = query.where(or_(named, _b.description.icontains(q, autoescape=True), _b.id.in_(inside)))
    if after is not None:
        name, book = after
        query = query.where(or_(_b.name_key > name, (_b.name_key == name) & (_b.id > book)))
    return [dict(row) for row in conn.execute(query.order_by(_b.name_key, _b.id).limit(limit)).mappings()]


def book(conn: Connection, owner_id: str, lorebook_id: str) -> Row | None:
    """One of a person's books, in the trash or not."""
    found = _ONE.first(conn, of=lorebook_id)
    return found if found is not None and found["owner_id"] == owner_id else None


def named(conn: Connection, owner_id: str, name: str) -> Row | None:
    """The book of this name outside the trash, as cards name theirs."""
    return _NAMED.first(conn, owner=owner_id, name=sort_key(name))


def entries(conn: Connection, lorebook_id: str) -> dict[str, Entry]:
    """A book's entries by uid, in their order."""
    return {row["uid"]: orjson.loads(row["entry"]) for row in _ENTRIES.all(conn, of=lorebook_id)}


def written(conn: Connection, lorebook_id: str) -> str | None:
    """The JSON of the book as its file wrote it; None: it was made here."""
    c = lorebook_files.c
    return conn.execute(select(c.written).where(c.lorebook_id == lorebook_id)).scalar_one_or_none()


def names_select(owner_id: str) -> Select[Any]:
    """Folded names in use; for a unit of work."""
    return select(_b.id, _b.name_key).where(_b.owner_id == owner_id, _b.deleted_at.is_(None))


def twins_select(owner_id: str, content_hash: str) -> Select[Any]:
    """Books made of the same file; for a unit of work."""
    return select(_b.id, _b.name).where(
        _b.owner_id == owner_id, _b.content_hash == content_hash, _b.deleted_at.is_(None), _b.version == 1
    )

"""The room's SQL for groups."""

from collections.abc import Collection
from dataclasses import dataclass, replace

import orjson
from sqlalchemy import Connection, bindparam, or_, select

from tavernai.characters.domain.names import sort_key
from tavernai.characters.groups.domain.told import Told
from tavernai.characters.groups.tables import group_files, group_history, groups
from tavernai.characters.store import avatar_url
from tavernai.characters.tables import characters
from tavernai.ledger.versioned import Versioned
from tavernai.storage.queries import Query
from tavernai.storage.rows import Row

GROUPS = Versioned(groups, group_history, "group_id")
_g = groups.c
_ONE = Query(select(groups).where(_g.id == bindparam("of")))


@dataclass(frozen=True, slots=True)
class Face:
    """A character as a group shows it."""

    name: str
    avatar_url: str | None


def page(
    conn: Connection, owner_id: str, *, q: str, trash: bool, after: tuple[str, str] | None, limit: int
) -> list[Row]:
    """A person's groups by name, or those in the trash."""
    query = select(groups).where(_g.owner_id == owner_id)
    query = query.where(_g.deleted_at.is_not(None) if trash else _g.deleted_at.is_(None))
    if q:
        query = query.where(_g.name_key.contains(sort_key(q), autoescape=True))
    if after is not None:
        name, group = after
        query = query.where(or_(_g.name_key > name, (_g.name_key == name) & (_g.id > group)))
    return [dict(row) for row in conn.execute(query.order_by(_g.name_key, _g.id).limit(limit)).mappings()]


def group(conn: Connection, owner_id: str, group_id: str) -> Row | None:
    """One of a person's groups, in the trash or not."""
    found = _ONE.first(conn, of=group_id)
    return found if found is not None and found["owner_id"] == owner_id else None


def written(conn: Connection, group_id: str) -> str | None:
    """The text it came as; None: made here."""
    c = group_files.c
    return conn.execute(select(c.written).where(c.group_id == group_id)).scalar_one_or_none()


def told_of(row: Row) -> Told:
    """The group that a row holds."""
    return Told.of(orjson.loads(row["data"]))


def faces(conn: Connection, owner_id: str, character_ids: Collection[str]) -> dict[str, Face]:
    """A person's characters outside the trash, as they are called and look now."""
    if not character_ids:
        return {}
    c = characters.c
    query = select(c.id, c.name, c.avatar).where(
        c.owner_id == owner_id, c.deleted == 0, c.id.in_(sorted(character_ids))
    )
    return {
        row.id: Face(row.name, avatar_url(row.id, row.avatar) if row.avatar else None) for row in conn.execute(query)
    }


def present(conn: Connection, owner_id: str, group_id: str) -> Told | None:
    """A group as who speaks for it must know it: under today's names, without those who are gone.

    None: there is no such group, or it is somebody else's.
    """
    row = group(conn, owner_id, group_id)
    if row is None:
        return None
    told = told_of(row)
    known = faces(conn, owner_id, {one.character_id for one in told.members if one.character_id})
    here = [replace(one, name=known[one.character_id].name) for one in told.members if one.character_id in known]
    return replace(told, members=tuple(here))

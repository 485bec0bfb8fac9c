"""The room's SQL for presets."""

import unicodedata
from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, Select, bindparam, or_, select

from tavernai.config.presets.tables import preset_files, preset_history, presets
from tavernai.ledger.versioned import Versioned
from tavernai.storage.queries import Query
from tavernai.storage.rows import Row

PRESETS = Versioned(presets, preset_history, "preset_id")
_p = presets.c
_ONE = Query(select(presets).where(_p.id == bindparam("of")))
_EVERY = Query(
    select(_p.id, _p.name, _p.name_key, _p.data)
    .where(_p.owner_id == bindparam("owner"), _p.kind == bindparam("kind"), _p.deleted_at.is_(None))
    .order_by(_p.name_key, _p.id)
)


def name_key(name: str) -> str:
    """How names are compared: without regard to case and look-alike forms."""
    return unicodedata.normalize("NFKC", name).casefold()


def page(
    conn: Connection,
    owner_id: str,
    *,
    kind: str | None,
    q: str,
    trash: bool,
    after: tuple[str, str] | None,
    limit: int,
) -> list[Row]:
    """A person's presets by name, of one kind or all, or those in the trash; without their data."""
    query = select(*(column for column in _p if column.name != "data")).where(_p.owner_id == owner_id)
    query = query.where(_p.deleted_at.is_not(None) if trash else _p.deleted_at.is_(None))
    if kind is not None:
        query = query.where(_p.kind == kind)
    if q:
        query = query.where(_p.name_key.contains(name_key(q), autoescape=True))
    if after is not None:
        name, preset = after
        query = query.where(or_(_p.name_key > name, (_p.name_key == name) & (_p.id > preset)))
    return [dict(row) for row in conn.execute(query.order_by(_p.name_key, _p.id).limit(limit)).mappings()]


def preset(conn: Connection, owner_id: str, preset_id: str) -> Row | None:
    """One of a person's presets, in the trash or not."""
    found = _ONE.first(conn, of=preset_id)
    return found if found is not None and found["owner_id"] == owner_id else None


def written(conn: Connection, preset_id: str) -> str | None:
    """The JSON of its data as it was written; None: not known."""
    c = preset_files.c
    return conn.execute(select(c.written).where(c.preset_id == preset_id)).scalar_one_or_none()


def chosen(conn: Connection, owner_id: str, preset_id: str | None, *, kind: str) -> Row | None:
    """The preset a config path names, when it is there, of this kind and not in the trash; `data` is read."""
    row = preset(conn, owner_id, preset_id) if preset_id else None
    if row is None or row["kind"] != kind or row["deleted_at"] is not None:
        return None
    return {**row, "data": orjson.loads(row["data"])}


def chosen_all(conn: Connection, owner_id: str, preset_ids: Sequence[str], *, kind: str) -> list[Row]:
    """Those of a list, in its order."""
    found = (chosen(conn, owner_id, one, kind=kind) for one in preset_ids)
    return [row for row in found if row is not None]


def every(conn: Connection, owner_id: str, *, kind: str) -> list[Row]:
    """A person's presets of one kind outside the trash, by name; `data` is read."""
    rows = _EVERY.all(conn, owner=owner_id, kind=kind)
    return [{**row, "data": orjson.loads(row["data"])} for row in rows]


def names_select(owner_id: str, kind: str) -> Select[Any]:
    """Folded names in use; for a unit of work."""
    return select(_p.id, _p.name_key).where(_p.owner_id == owner_id, _p.kind == kind, _p.deleted_at.is_(None))


def twins_select(owner_id: str, content_hash: str) -> Select[Any]:
    """Presets made of the same object that nobody changed; for a unit of work."""
    same = (_p.owner_id == owner_id) & (_p.content_hash == content_hash)
    return select(_p.id, _p.name).where(same, _p.deleted_at.is_(None), _p.version == 1)

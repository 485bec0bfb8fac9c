"""The room's SQL."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, or_, select, tuple_

from tavernai.characters.lorebooks.tables import lorebooks
from tavernai.characters.tables import characters
from tavernai.chat.tables import conversations
from tavernai.config.presets.tables import presets
from tavernai.interop.importing.domain.found import PRESETS, Found
from tavernai.interop.importing.homes import live_ids
from tavernai.interop.importing.tables import import_items, import_kept, imports
from tavernai.storage.rows import Row

_i = import_items.c
MADE: Final = ("imported",)
JSON_COLUMNS: Final = ("warnings", "fields", "about")


def find_import(conn: Connection, owner_id: str, import_id: str) -> Row | None:
    query = select(imports).where(imports.c.id == import_id, imports.c.owner_id == owner_id)
    found = conn.execute(query).mappings().first()
    return _import(found) if found is not None else None


def imports_of(conn: Connection, owner_id: str, *, before: str | None, limit: int) -> list[Row]:
    """A person's imports, the newest first."""
    query = select(imports).where(imports.c.owner_id == owner_id)
    if before is not None:
        query = query.where(imports.c.id < before)
    return [_import(row) for row in conn.execute(query.order_by(imports.c.id.desc()).limit(limit)).mappings()]


def any_import(conn: Connection, import_id: str) -> Row | None:
    """An import, whosever it is: for its job."""
    found = conn.execute(select(imports).where(imports.c.id == import_id)).mappings().first()
    return _import(found) if found is not None else None


def unfinished(conn: Connection) -> list[Row]:
    """Imports that a former process left in the middle."""
    query = select(imports).where(imports.c.status.in_(("analysing", "importing"))).order_by(imports.c.id)
    return [_import(row) for row in conn.execute(query).mappings()]


def older_than(conn: Connection, moment: int) -> list[str]:
    """Imports nobody touched since, whose files may go."""
    return list(conn.execute(select(imports.c.id).where(imports.c.updated_at < moment)).scalars())


def existing(conn: Connection, ids: Sequence[str]) -> set[str]:
    """Those of these ids that are imports."""
    return set(conn.execute(select(imports.c.id).where(imports.c.id.in_(ids))).scalars())


def items_page(
    conn: Connection, import_id: str, *, status: str | None, kind: str | None, after: tuple[int, int] | None, limit: int
) -> list[Row]:
    """Items in the order of their import."""
    query = select(import_items).where(_i.import_id == import_id)
    if status == "duplicate":
        query = query.where(or_(_i.verdict == "duplicate", _i.outcome == "duplicate"))
    elif status in ("new", "changed"):
        query = query.where(_i.verdict == status)
    elif status is not None:
        query = query.where(_i.status == status)
    if kind is not None:
        query = query.where(_i.kind == kind)
    if after is not None:
        query = query.where(tuple_(_i.stage, _i.n) > tuple_(*after))
    return _items(conn.execute(query.order_by(_i.stage, _i.n).limit(limit)).mappings())


def next_kind(conn: Connection, import_id: str, *, after: int) -> str | None:
    """The kind of the next stage in which an item waits for its turn."""
    query = select(_i.kind).where(_i.import_id == import_id, _i.outcome.is_(None), _i.stage > after)
    found: str | None = conn.execute(query.order_by(_i.stage).limit(1)).scalar()
    return found


def waiting(conn: Connection, import_id: str, *, kind: str, after: int, limit: int) -> list[Row]:
    """Items of a kind whose turn has not come, behind this number."""
    query = select(import_items).where(_i.import_id == import_id, _i.kind == kind, _i.outcome.is_(None), _i.n > after)
    return _items(conn.execute(query.order_by(_i.n).limit(limit)).mappings())


def made(conn: Connection, import_id: str, *, limit: int) -> list[Row]:
    """What the import made and nobody took back yet, the last first."""
    query = select(import_items).where(_i.import_id == import_id, _i.outcome.in_(MADE), _i.undone.is_(None))
    return _items(conn.execute(query.order_by(_i.stage.desc(), _i.n.desc()).limit(limit)).mappings())


def kept_by_undo(conn: Connection, import_id: str) -> list[Row]:
    """What an undo let stand."""
    query = select(import_items).where(_i.import_id == import_id, _i.undone.is_not(None), _i.undone != "trashed")
    return _items(conn.execute(query.order_by(_i.stage, _i.n)).mappings())


def undone_count(conn: Connection, import_id: str, told: str) -> int:
    query = select(func.count()).select_from(import_items).where(_i.import_id == import_id, _i.undone == told)
    return int(conn.execute(query).scalar_one())


def counts(conn: Connection, import_id: str) -> list[Row]:
    """How many items by kind, verdict, status, outcome and whether undone; with how many of them were repaired."""
    repaired = func.sum(case((_i.warnings == "[]", 0), else_=1))
    names = (_i.kind, _i.verdict, _i.status, _i.outcome, _i.undone, _i.code)
    query = select(*names, func.count().label("count"), repaired.label("repaired"))
    rows = conn.execute(query.where(_i.import_id == import_id).group_by(*names)).mappings()
    return [dict(row) | {"repaired": int(row["repaired"] or 0)} for row in rows]


def objects_of(conn: Connection, import_id: str, kinds: Iterable[str]) -> dict[str, str]:
    """path → id of what these items became, or are already."""
    query = select(_i.path, _i.object_id).where(
        _i.import_id == import_id, _i.kind.in_(list(kinds)), _i.object_id.is_not(None)
    )
    return {row[0]: row[1] for row in conn.execute(query)}


def named_objects(conn: Connection, import_id: str, kind: str) -> list[tuple[str, str]]:
    """(name, id) of what items of a kind became."""
    query = select(_i.name, _i.object_id).where(_i.import_id == import_id, _i.kind == kind, _i.object_id.is_not(None))
    return [(row[0], row[1]) for row in conn.execute(query)]


def items_that_became(import_id: str, object_id: str) -> Select[Any]:
    """Items of an import that became this object."""
    return select(_i.import_id, _i.n).where(
        _i.import_id == import_id, _i.object_id == object_id, _i.outcome == "imported"
    )


def settled_chats(conn: Connection, import_id: str) -> dict[str, tuple[str, str | None, int | None]]:
    """A chat's path → what became of it, for the branches that follow it."""
    query = select(_i.path, _i.outcome, _i.object_id, _i.object_version).where(
        _i.import_id == import_id, _i.kind.in_(("chat", "group_chat")), _i.outcome.in_(("imported", "duplicate"))
    )
    return {row[0]: (row[1], row[2], row[3]) for row in conn.execute(query)}


def known(conn: Connection, *, owner_id: str, found: Sequence[Found]) -> None:
    """Say of each object whether it is here already, or was once in another state."""
    for kind in {one.kind for one in found}:
        alike = [one for one in found if one.kind == kind and one.verdict == "new"]
        here = _here(conn, owner_id, kind, alike)
        for one in alike:
            match = here.get(one.digest) or here.get(str(one.about.get("card_hash")))
            if match is not None:
                one.verdict, one.about["object_id"] = "duplicate", match
        rest = [one for one in alike if one.verdict == "new"]
        former = _former(conn, owner_id, kind, rest)
        for one in rest:
            if one.path in former:
                one.verdict = "changed"


def _here(conn: Connection, owner_id: str, kind: str, found: Sequence[Found]) -> dict[str, str]:
    """digest → id of an object made of the same content that is not in the trash."""
    digests = [one.digest for one in found if one.digest]
    if kind == "character":
        hashes = [str(one.about.get("card_hash")) for one in found]
        return twins_of(conn.execute(twins(owner_id, originals=digests, hashes=hashes)).mappings())
    if kind == "lorebook":
        return _by_content(conn, lorebooks.c, owner_id, digests)
    if kind in PRESETS:
        return _by_content(conn, presets.c, owner_id, digests)
    query = select(_i.digest, _i.object_id).where(
        _i.owner_id == owner_id,
        _i.kind == kind,
        _i.digest.in_(digests),
        _i.outcome.in_(MADE),
        _i.object_id.is_not(None),
    )
    rows = {row[0]: row[1] for row in conn.execute(query)}
    live = live_ids(conn, kind, set(rows.values()))
    return {digest: object_id for digest, object_id in rows.items() if object_id in live}


def _by_content(conn: Connection, c: Any, owner_id: str, digests: Sequence[str]) -> dict[str, str]:
    query = select(c.content_hash, c.id).where(
        c.owner_id == owner_id, c.deleted_at.is_(None), c.content_hash.in_(digests)
    )
    return {row[0]: row[1] for row in conn.execute(query)}


def _former(conn: Connection, owner_id: str, kind: str, found: Sequence[Found]) -> set[str]:
    """Paths from which something else was imported before, which is still here."""
    query = select(_i.path, _i.object_id).where(
        _i.owner_id == owner_id, _i.kind == kind, _i.path.in_([one.path for one in found]),
        _i.outcome.in_(MADE), _i.object_id.is_not(None),
    )  # fmt: skip
    rows = [(row[0], row[1]) for row in conn.execute(query)]
    live = live_ids(conn, kind, {row[1] for row in rows})
    return {path for path, object_id in rows if object_id in live}


def twins(owner_id: str, *, originals: Sequence[str], hashes: Sequence[str]) -> Select[Any]:
    """Characters outside the trash made of these bytes or these cards."""
    c = characters.c
    same: ColumnElement[bool] = or_(c.original.in_(originals), c.card_hash.in_(hashes))
    return select(c.id, c.original, c.card_hash).where(c.owner_id == owner_id, c.deleted == 0, same).order_by(c.id)


def twins_of(rows: Iterable[Any]) -> dict[str, str]:
    """sha256 of the bytes, or of the card → id."""
    told: dict[str, str] = {}
    for row in rows:
        told.setdefault(row["card_hash"], row["id"])
        if row["original"] is not None:
            told.setdefault(row["original"], row["id"])
    return told


def books_by_name(owner_id: str, keys: Sequence[str]) -> Select[Any]:
    """Lorebooks outside the trash by their folded names."""
    c = lorebooks.c
    return select(c.name_key, c.id).where(c.owner_id == owner_id, c.deleted_at.is_(None), c.name_key.in_(keys))


def characters_named(owner_id: str, key: str) -> Select[Any]:
    """Characters outside the trash by their folded name; two are enough to know that it is not one."""
    c = characters.c
    return select(c.id, c.name).where(c.owner_id == owner_id, c.deleted == 0, c.name_key == key).limit(2)


def other_chats(owner_id: str, character_id: str) -> Select[Any]:
    """One conversation outside the trash with this character, if there is any."""
    c = conversations.c
    mine = and_(c.owner_id == owner_id, c.character_id == character_id, c.deleted_pos.is_(None))
    return select(c.id).where(mine).limit(1)


def kept_page(conn: Connection, owner_id: str, *, kind: str | None, after: str, limit: int) -> list[Row]:
    """What was kept for objects without a home here."""
    c = import_kept.c
    query = select(import_kept).where(c.owner_id == owner_id, c.deleted == 0, c.id > after)
    if kind is not None:
        query = query.where(c.kind == kind)
    return [dict(row) for row in conn.execute(query.order_by(c.id).limit(limit)).mappings()]


def persona_files(conn: Connection, owner_id: str) -> dict[str, str]:
    """persona → the name of its picture's file where it was imported from."""
    query = select(_i.object_id, _i.path).where(
        _i.owner_id == owner_id, _i.kind == "persona", _i.outcome.in_(MADE), _i.object_id.is_not(None)
    )
    return {row[0]: row[1].rpartition("/")[2] for row in conn.execute(query)}


def _import(row: Any) -> Row:
    return dict(row) | {name: orjson.loads(row[name]) for name in ("source", "roots", "about")}


def _items(rows: Iterable[Any]) -> list[Row]:
    return [dict(row) | {name: orjson.loads(row[name]) for name in JSON_COLUMNS} for row in rows]

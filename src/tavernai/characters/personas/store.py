"""The room's SQL for personas."""

from typing import Any

from sqlalchemy import Connection, Select, bindparam, literal, select

from tavernai.characters.personas.tables import persona_defaults, personas
from tavernai.storage.queries import Query
from tavernai.storage.rows import Row

_IS_DEFAULT = (persona_defaults.c.persona_id == personas.c.id).label("is_default")


def personas_after(conn: Connection, owner_id: str, *, trash: bool, after: str, limit: int) -> list[Row]:
    """A person's personas by age, or those in the trash, each with `is_default`."""
    query = _joined().where(personas.c.owner_id == owner_id, personas.c.id > after)
    query = query.where(personas.c.deleted_at.is_not(None) if trash else personas.c.deleted_at.is_(None))
    return [dict(row) for row in conn.execute(query.order_by(personas.c.id).limit(limit)).mappings()]


def default(conn: Connection, owner_id: str) -> Row | None:
    """The persona a person uses by default."""
    return _DEFAULT.first(conn, owner=owner_id)


def persona(conn: Connection, owner_id: str, persona_id: str) -> Row | None:
    """One of a person's personas, in the trash or not."""
    found = _ONE.first(conn, of=persona_id)
    return found if found is not None and found["owner_id"] == owner_id else None


_ONE = Query(select(personas).where(personas.c.id == bindparam("of")))
_DEFAULT = Query(
    select(personas, literal(1).label("is_default"))
    .join(persona_defaults, persona_defaults.c.persona_id == personas.c.id)
    .where(persona_defaults.c.owner_id == bindparam("owner"))
)


def others(owner_id: str, persona_id: str) -> Select[Any]:
    """The oldest of a person's other personas outside the trash; for a unit of work."""
    query = select(personas).where(personas.c.owner_id == owner_id, personas.c.id != persona_id)
    query = query.where(personas.c.deleted_at.is_(None))
    return query.order_by(personas.c.id).limit(1)


def _joined() -> Select[Any]:
    return select(personas, _IS_DEFAULT).join(
        persona_defaults, persona_defaults.c.owner_id == personas.c.owner_id, isouter=True
    )

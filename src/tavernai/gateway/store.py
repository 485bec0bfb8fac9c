"""The room's SQL."""

from typing import Any

from sqlalchemy import Connection, Select, select

from tavernai.gateway.tables import connection_secrets, connections
from tavernai.storage.rows import Row

LIVING: Select[Any] = select(connections).where(connections.c.removed_at.is_(None)).order_by(connections.c.id)
_WITH_SECRETS = (
    select(connections, connection_secrets.c.ciphertext)
    .join(connection_secrets, connection_secrets.c.connection_id == connections.c.id, isouter=True)
    .where(connections.c.removed_at.is_(None))
    .order_by(connections.c.id)
)


def all_with_secrets(conn: Connection) -> list[Row]:
    """Living connections, the oldest first, each with its sealed key or None."""
    return [dict(row) for row in conn.execute(_WITH_SECRETS).mappings()]


def after(conn: Connection, start: str, *, limit: int) -> list[Row]:
    """Living connections by age."""
    query = LIVING.where(connections.c.id > start).limit(limit)
    return [dict(row) for row in conn.execute(query).mappings()]


def one(conn: Connection, connection_id: str) -> Row | None:
    """A living connection."""
    row = conn.execute(LIVING.where(connections.c.id == connection_id)).mappings().first()
    return dict(row) if row is not None else None

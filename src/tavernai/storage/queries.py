"""Selects of the hot paths, compiled once per kind of database and run on the driver itself.

A SQLAlchemy execution costs a fraction of a millisecond before the database has done anything; a thousand replies that
start in one second feel it. Lists of values (IN) need SQLAlchemy's own execution and do not work here.
"""

from typing import Any

from sqlalchemy import Connection, Select

from tavernai.storage.statements import Compiled

Found = dict[str, Any]


class Query:
    """A select with bind parameters, made once at module level: `Query(select(t).where(t.c.id == bindparam("of")))`."""

    def __init__(self, statement: Select[Any]) -> None:
        self._statement = statement
        self._names = [str(column.key) for column in statement.selected_columns]
        self._compiled: dict[str, Compiled] = {}

    def all(self, conn: Connection, **values: Any) -> list[Found]:
        """Every row, by column name."""
        names = self._names
        return [dict(zip(names, row, strict=True)) for row in self._run(conn, values).fetchall()]

    def first(self, conn: Connection, **values: Any) -> Found | None:
        """The first row, None when there is none."""
        row = self._run(conn, values).fetchone()
        return dict(zip(self._names, row, strict=True)) if row is not None else None

    def value(self, conn: Connection, **values: Any) -> Any:
        """The first column of the first row, None when there is none."""
        row = self._run(conn, values).fetchone()
        return row[0] if row is not None else None

    def _run(self, conn: Connection, values: Found) -> Any:
        compiled = self._compiled.get(conn.dialect.name)
        if compiled is None:
            compiled = self._compiled[conn.dialect.name] = Compiled(self._statement, conn.dialect)
        if not conn.in_transaction():
            conn.begin()
        cursor: Any = conn.connection.cursor()
        cursor.execute(compiled.sql, compiled.lay(values))
        return cursor

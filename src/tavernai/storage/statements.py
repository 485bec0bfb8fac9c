"""Statements compiled once and run on the driver itself: building a statement costs more than running it.

All our column types are native to both drivers, so nothing is lost by leaving SQLAlchemy's result layer out.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, Protocol

from sqlalchemy import (
    Dialect,
    Table,
    bindparam,
    delete,
    select,
)

from tavernai.storage.rows import column_names, key_names

Onto = Literal["new", "missing"] | frozenset[str]
"""new: the rows must not be there; missing: those that are there stay; names: these columns of theirs change."""


class Cursor(Protocol):
    """The part of a driver's cursor that is used."""

    def execute(self, sql: str, parameters: Any = ...) -> Any: ...
    def executemany(self, sql: str, parameters: Any) -> Any: ...
    def fetchone(self) -> Any: ...
    def fetchall(self) -> list[Any]: ...


class Compiled:
    """SQL text and how its parameters are laid out."""

    __slots__ = ("_defaults", "_order", "sql")

    def __init__(self, statement: Any, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        self.sql = str(compiled)
        self._order = list(compiled.positiontup or []) if compiled.positional else None
        self._defaults = {name: value for name, value in compiled.params.items() if value is not None}

    def lay(self, parameters: Mapping[str, Any]) -> Any:
        """The parameters as the driver wants them."""
        if self._defaults:
            parameters = {**self._defaults, **parameters}
        return parameters if self._order is None else tuple([parameters[name] for name in self._order])

    def lay_many(self, rows: Iterable[Mapping[str, Any]]) -> list[Any]:
        return [self.lay(row) for row in rows]


# Rows are written many to a statement: a driver lets go of Python's lock at each statement and must win it back, which
# under load costs more than the row. Sizes are few, so that each statement is prepared once.
CHUNKS = (128, 64, 32, 16, 8, 4, 2, 1)


class Statements:
    """Every statement of one engine, compiled on first use."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._made: dict[Any, Compiled] = {}
        self._many: dict[Any, str] = {}
        self._keep: list[Any] = []

    def write_many(self, cursor: Cursor, table: Table, rows: Sequence[Mapping[str, Any]], *, onto: Onto) -> None:
        """Insert the rows, or (`onto`) put them over those that stand under the same keys."""
        names, start = column_names(table), 0
        for size in CHUNKS:
            while len(rows) - start >= size:
                values = [row[name] for row in rows[start : start + size] for name in names]
                cursor.execute(self._insert_many(table, size, onto), values)
                start += size

    def _insert_many(self, table: Table, size: int, onto: Onto) -> str:
        sql = self._many.get((table, size, onto))
        if sql is None:
            sql = self._many[table, size, onto] = self._insert_sql(table, size, onto)
        return sql

    def _insert_sql(self, table: Table, size: int, onto: Onto) -> str:
        quoted = self._dialect.identifier_preparer.quote
        mark = "?" if self._dialect.paramstyle == "qmark" else "%s"
        columns = column_names(table)
        row = f"({', '.join([mark] * len(columns))})"
        sql = f"INSERT INTO {quoted(table.name)} ({', '.join(map(quoted, columns))}) VALUES {', '.join([row] * size)}"  # noqa: S608 - names of our own tables
        if onto == "new":
            return sql
        keys = f" ON CONFLICT ({', '.join(map(quoted, key_names(table)))}) DO "
        if onto == "missing":
            return sql + keys + "NOTHING"
        changes = ", ".join(f"{quoted(name)} = excluded.{quoted(name)}" for name in sorted(onto))
        return sql + keys + "UPDATE SET " + changes

    def by_key(self, table: Table) -> Compiled:
        return self._get(("key", table), lambda: select(table).where(*_is_key(table)))

    def by_column(self, table: Table, name: str) -> Compiled:
        return self._get(("column", table, name), lambda: select(table).where(table.c[name] == bindparam("value")))

    def delete(self, table: Table) -> Compiled:
        return self._get(("delete", table), lambda: delete(table).where(*_is_key(table)))

    def of(self, statement: Any) -> Compiled:
        """A module-level statement, compiled once; pass the same object each time."""
        made = self._made.get(id(statement))
        if made is None:
            made = self._made[id(statement)] = Compiled(statement, self._dialect)
            self._keep.append(statement)  # so that its id is never given to another
        return made

    def _get(self, name: Any, build: Any) -> Compiled:
        made = self._made.get(name)
        if made is None:
            made = self._made[name] = Compiled(build(), self._dialect)
        return made


def _is_key(table: Table) -> list[Any]:
    return [table.c[name] == bindparam(f"k_{name}") for name in key_names(table)]

"""Statements compiled once and run on the driver itself: building a statement costs more than running it.

All our column types are native to both drivers, so nothing is lost by leaving SQLAlchemy's result layer out.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from sqlalchemy import (
    Delete,
    Dialect,
    Executable,
    Insert,
    Select,
    Table,
    Update,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from tavernai.storage.rows import key_names

Statement = Select[Any] | Insert | Update | Delete | Executable


class Cursor(Protocol):
    """The part of a driver's cursor that is used."""

    def execute(self, sql: str, parameters: Any = ...) -> Any: ...
    def executemany(self, sql: str, parameters: Any) -> Any: ...
    def fetchone(self) -> Any: ...
    def fetchall(self) -> list[Any]: ...
    @property
    def rowcount(self) -> int: ...


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


class Statements:
    """Every statement of one engine, compiled on first use."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._made: dict[Any, Compiled] = {}
        self._keep: list[Any] = []

    def by_key(self, table: Table) -> Compiled:
        return self._get(("key", table), lambda: select(table).where(*_is_key(table)))

    def by_column(self, table: Table, name: str) -> Compiled:
        return self._get(("column", table, name), lambda: select(table).where(table.c[name] == bindparam("value")))

    def insert(self, table: Table) -> Compiled:
        return self._get(("insert", table), lambda: insert(table))

    def delete(self, table: Table) -> Compiled:
        return self._get(("delete", table), lambda: delete(table).where(*_is_key(table)))

    def update(self, table: Table, names: frozenset[str]) -> Compiled:
        return self._get(
            ("update", table, names),
            lambda: update(table).where(*_is_key(table)).values({name: bindparam(name) for name in sorted(names)}),
        )

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

"""One unit of work: reads by key, buffered writes; and the group that carries many of them to one COMMIT."""

from typing import Any, cast

from sqlalchemy import Connection, Table

from tavernai.storage.rows import Entry, Known, Layer, Op, Row, column_names, key_of, key_parameters, merged
from tavernai.storage.statements import Cursor, Statements


class Group:
    """What the units between one BEGIN and its COMMIT share."""

    def __init__(self, connection: Connection, statements: Statements, known: Known | None = None) -> None:
        """`known`: rows of earlier groups that still hold."""
        self.connection = connection
        self.cursor = cast(Cursor, connection.connection.cursor())
        self.statements = statements
        self.layer = Layer()
        self.known = known or Known()
        self.besides: set[Table] = set()
        """tables that statements for later wrote to"""
        self.ensured: dict[Table, dict[Any, dict[str, Any]]] = {}
        self._later: list[tuple[Any, list[dict[str, Any]]]] = []

    def flush(self) -> None:
        """Tell the engine everything that waits, merged: one statement a table and kind of write."""
        for table, entries in self.layer.pending():
            self._write(table, entries)
        self.layer.settle()
        for table, rows in self.ensured.items():
            self.statements.write_many(self.cursor, table, list(rows.values()), onto="missing")
        self.ensured.clear()
        for statement, parameters in self._later:
            compiled = self.statements.of(statement)
            self.cursor.executemany(compiled.sql, compiled.lay_many(parameters))
        self._later.clear()

    def later(self, statement: Any, parameters: dict[str, Any]) -> None:
        """Keep a statement for after the rows; neighbours of one kind become one executemany, their order stays."""
        table = getattr(statement, "table", None)  # plain SQL is for search indexes, which nobody reads by key
        if table is not None:
            self.besides.add(table)
        if not self._later or self._later[-1][0] is not statement:
            self._later.append((statement, []))
        self._later[-1][1].append(parameters)

    def forget(self) -> None:
        """Part of what this group wrote was rolled back: everything is asked of the engine anew."""
        self.layer, self.known = Layer(), Known()

    def fetch(self, table: Table, key: Any) -> Entry:
        """The row as the engine has it, remembered for the group."""
        compiled = self.statements.by_key(table)
        self.cursor.execute(compiled.sql, compiled.lay(key_parameters(table, key)))
        found = self.cursor.fetchone()
        entry = Entry(dict(zip(column_names(table), found, strict=True)) if found else None)
        self.layer.put(table, key, entry)
        return entry

    def fetch_by(self, table: Table, name: str, value: Any) -> tuple[Any, dict[str, Any]] | None:
        compiled = self.statements.by_column(table, name)
        self.cursor.execute(compiled.sql, compiled.lay({"value": value}))
        found = self.cursor.fetchone()
        if found is None:
            return None
        row = dict(zip(column_names(table), found, strict=True))
        return key_of(table, row), row

    def _write(self, table: Table, entries: dict[Any, Entry]) -> None:
        gone = [key_parameters(table, key) for key, entry in entries.items() if entry.op == "delete"]
        if gone:
            compiled = self.statements.delete(table)
            self.cursor.executemany(compiled.sql, compiled.lay_many(gone))
        new = [entry.row for entry in entries.values() if entry.op == "insert" and entry.row is not None]
        if new:
            self.statements.write_many(self.cursor, table, new, onto="new")
        alike: dict[frozenset[str], list[dict[str, Any]]] = {}
        for entry in entries.values():
            if entry.op == "update" and entry.row is not None:
                alike.setdefault(entry.changed, []).append(entry.row)
        for names, rows in alike.items():
            self.statements.write_many(self.cursor, table, rows, onto=names)


class Unit:
    """Rows for one unit of work. Plain code: it reads, checks and buffers; nothing in it waits."""

    def __init__(self, group: Group, *, now: int) -> None:
        self.now = now
        self._group = group
        self._layer = Layer()
        self._ensured: list[tuple[Table, dict[str, Any]]] = []
        self._later: list[tuple[Any, dict[str, Any]]] = []
        self._savepoint = False

    @property
    def dialect(self) -> str:
        """The engine's name, for what only one of them has: sqlite | postgresql."""
        return self._group.connection.dialect.name

    def get(self, table: Table, key: Any) -> Row | None:
        """The row under this primary key (a tuple when it has several columns), as of now in this group."""
        return self._entry(table, key).row

    def find(self, table: Table, **column: Any) -> Row | None:
        """The row whose one unique column has this value: `tx.find(messages, id=message_id)`."""
        [(name, value)] = column.items()
        key = self._layer.key_of(table, name, value)
        if key is None:
            key = self._group.layer.key_of(table, name, value)
        if key is None:
            key = self._group.known.key_of(table, name, value)
        if key is None:
            stored = self._group.fetch_by(table, name, value)
            if stored is None:
                return None
            key, row = stored
            if self._group.layer.find(table, key) is None:
                self._group.layer.put(table, key, Entry(row))
        row_now = self._entry(table, key).row
        return row_now if row_now is not None and row_now[name] == value else None

    def rows(self, statement: Any) -> list[Row]:
        """Any select. What waits is flushed first, so keep this off the hot paths."""
        self._flush()
        return [dict(row) for row in self._group.connection.execute(statement).mappings()]

    def insert(self, table: Table, row: dict[str, Any]) -> None:
        """Buffer a new row; every column must be given."""
        self._put(table, key_of(table, row), "insert", row=row, changed=frozenset(row))

    def update(self, table: Table, key: Any, **values: Any) -> None:
        """Buffer new values of an existing row. Raises LookupError when there is none."""
        entry = self._entry(table, key)
        if entry.row is None:
            raise LookupError(f"no row {key!r} in {table.name}")
        if not values:
            return
        self._put(table, key, "update", row=entry.row | values, changed=frozenset(values))

    def delete(self, table: Table, key: Any) -> None:
        """Buffer a deletion; deleting nothing is no error."""
        if self._entry(table, key).row is not None:
            self._put(table, key, "delete", row=None, changed=frozenset())

    def ensure(self, table: Table, row: dict[str, Any]) -> None:
        """Buffer a row that is written unless one stands under its key; `get` does not see it. For unchanging rows."""
        self._ensured.append((table, row))

    def later(self, statement: Any, parameters: dict[str, Any]) -> None:
        """Buffer a statement for after the rows. Pass one module-level object: equal ones run as executemany."""
        self._later.append((statement, parameters))

    def keep(self) -> None:
        """The unit succeeded: what it wrote belongs to the group."""
        self._hand_over()
        if self._savepoint:
            self._group.cursor.execute("RELEASE SAVEPOINT unit")
            self._savepoint = False

    def drop(self) -> None:
        """The unit was refused: nothing of it was ever there."""
        if self._savepoint:
            self._group.cursor.execute("ROLLBACK TO SAVEPOINT unit")
            self._group.cursor.execute("RELEASE SAVEPOINT unit")
            self._group.forget()  # what it holds may come from the part rolled back
            self._savepoint = False

    def _entry(self, table: Table, key: Any) -> Entry:
        group = self._group
        entry = self._layer.find(table, key) or group.layer.find(table, key) or group.known.find(table, key)
        return entry if entry is not None else group.fetch(table, key)

    def _put(self, table: Table, key: Any, op: Op, *, row: dict[str, Any] | None, changed: frozenset[str]) -> None:
        own = self._layer.find(table, key)
        known = own or self._group.layer.find(table, key)
        if op == "insert" and known is not None and known.row is not None:
            raise LookupError(f"row {key!r} is in {table.name} already")
        entry = Entry(row, op, changed)
        self._layer.put(table, key, merged(own, entry) if own is not None else entry)

    def _flush(self) -> None:
        own = bool(self._layer.rows or self._ensured or self._later)
        if own and not self._savepoint:
            self._group.flush()
            self._group.cursor.execute("SAVEPOINT unit")
            self._savepoint = True
        if own:
            self._hand_over()
        self._group.flush()

    def _hand_over(self) -> None:
        self._group.layer.absorb(self._layer)
        for table, row in self._ensured:
            self._group.ensured.setdefault(table, {})[key_of(table, row)] = row
        for statement, parameters in self._later:
            self._group.later(statement, parameters)
        self._layer, self._ensured, self._later = Layer(), [], []

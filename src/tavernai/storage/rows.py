"""The buffer of a unit of work: rows read and written by key, kept in memory until the group of units is flushed.

A unit sees what earlier units of its group wrote, although nothing has reached the engine yet. Each unit writes into a
layer of its own; a refused unit's layer is dropped, and nothing of it was ever there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import Table

Row = Mapping[str, Any]
Op = Literal["insert", "update", "delete"]


@dataclass(slots=True)
class Entry:
    """One row as this group knows it; `row` None: known to be absent. `op` is what the engine still has to hear."""

    row: dict[str, Any] | None
    op: Op | None = None
    changed: frozenset[str] = frozenset()


@dataclass(slots=True)
class Layer:
    """Rows by table and key, and where a unique value leads."""

    rows: dict[Table, dict[Any, Entry]] = field(default_factory=dict)
    unique: dict[tuple[Table, str], dict[Any, Any]] = field(default_factory=dict)

    def find(self, table: Table, key: Any) -> Entry | None:
        known = self.rows.get(table)
        return known.get(key) if known else None

    def put(self, table: Table, key: Any, entry: Entry) -> None:
        self.rows.setdefault(table, {})[key] = entry
        if entry.row is not None:
            for name in unique_names(table):
                self.unique.setdefault((table, name), {})[entry.row[name]] = key

    def key_of(self, table: Table, name: str, value: Any) -> Any:
        known = self.unique.get((table, name))
        return known.get(value) if known else None

    def absorb(self, other: "Layer") -> None:
        """Take over what a unit wrote. Its operations say what they do to this layer, not to the engine."""
        for table, entries in other.rows.items():
            own = self.rows.setdefault(table, {})
            for key, entry in entries.items():
                known = own.get(key)
                own[key] = merged(known, entry) if known is not None and known.op is not None else entry
        for place, keys in other.unique.items():
            self.unique.setdefault(place, {}).update(keys)

    def pending(self) -> Iterator[tuple[Table, dict[Any, Entry]]]:
        """Tables with something the engine has not heard yet."""
        for table, entries in self.rows.items():
            waiting = {key: entry for key, entry in entries.items() if entry.op is not None}
            if waiting:
                yield table, waiting

    def settle(self) -> None:
        """The engine has heard it all."""
        for table, entries in self.pending():
            for key, entry in entries.items():
                self.rows[table][key] = Entry(entry.row)


# What a further write makes of a write that waits already: (waiting, new) -> what waits then.
MERGED: dict[tuple[Op, Op], Op | None] = {
    ("insert", "update"): "insert",
    ("insert", "delete"): None,
    ("update", "update"): "update",
    ("update", "delete"): "delete",
    ("delete", "insert"): "update",
}


def merged(waiting: Entry, new: Entry) -> Entry:
    """What waits for the engine after a further write to the same row."""
    if new.op is None:
        return Entry(new.row, waiting.op, waiting.changed)
    op = new.op if waiting.op is None else MERGED[waiting.op, new.op]
    changed = waiting.changed | new.changed
    return Entry(new.row, op, frozenset(new.row or ()) if waiting.op == "delete" else changed)


_unique_names: dict[Table, tuple[str, ...]] = {}


def unique_names(table: Table) -> tuple[str, ...]:
    """Columns that alone name a row, besides the key."""
    names = _unique_names.get(table)
    if names is None:
        names = tuple(column.name for column in table.columns if column.unique)
        _unique_names[table] = names
    return names


_column_names: dict[Table, tuple[str, ...]] = {}


def column_names(table: Table) -> tuple[str, ...]:
    """All columns, in the table's order; SQLAlchemy builds that list anew at each call, which rows pay for."""
    names = _column_names.get(table)
    if names is None:
        names = _column_names[table] = tuple(table.columns.keys())
    return names


_key_names: dict[Table, tuple[str, ...]] = {}


def key_names(table: Table) -> tuple[str, ...]:
    """The primary key's columns."""
    names = _key_names.get(table)
    if names is None:
        names = tuple(column.name for column in table.primary_key.columns)
        _key_names[table] = names
    return names


def key_of(table: Table, row: Row) -> Any:
    """A row's key: the value of a single-column key, a tuple of a composite one."""
    names = key_names(table)
    return row[names[0]] if len(names) == 1 else tuple(row[name] for name in names)


def key_parameters(table: Table, key: Any) -> dict[str, Any]:
    """The key as parameters `k_<column>` of a compiled statement."""
    names = key_names(table)
    values = (key,) if len(names) == 1 else key
    return {f"k_{name}": value for name, value in zip(names, values, strict=True)}

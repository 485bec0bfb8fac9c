"""The buffer of a unit of work: rows read and written by key, kept in memory until the group of units is flushed.

A unit sees what earlier units of its group wrote, although nothing has reached the engine yet. Each unit writes into a
layer of its own; a refused unit's layer is dropped, and nothing of it was ever there.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import Table

KNOWN_ROWS_MAX = 500
"""of each table"""
KNOWN_CHARACTERS_MAX = 4_096

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


class Known:
    """Small rows that the latest groups read or wrote: as long as nobody else writes, the engine need not be asked.

    Every question to the engine lets go of Python's lock, and winning it back beside a busy event loop costs more than
    the question.
    """

    def __init__(self) -> None:
        self._layer = Layer()
        self._looked_up: set[Table] = set()
        self.is_current = False
        """whether what is known was true when the last group was committed"""

    def find(self, table: Table, key: Any) -> Entry | None:
        self._looked_up.add(table)
        return self._layer.find(table, key)

    def key_of(self, table: Table, name: str, value: Any) -> Any:
        return self._layer.key_of(table, name, value)

    def clear(self) -> None:
        """Somebody else wrote, or a group was taken back."""
        self._layer = Layer()
        self.is_current = False

    def keep(self, layer: Layer, *, besides: Iterable[Table]) -> None:
        """A group was committed: what it knew holds. `besides`: tables it wrote to past its rows are forgotten."""
        for table in self._looked_up & layer.rows.keys():  # the others are only ever written
            for key, entry in layer.rows[table].items():
                self._forget(table, key)
                if entry.row is not None and _is_small(entry.row):
                    self._layer.put(table, key, Entry(entry.row))
            self._shorten(table)
        for table in besides:
            self._layer.rows.pop(table, None)
        self.is_current = True

    def _forget(self, table: Table, key: Any) -> None:
        entry = self._layer.rows.get(table, {}).pop(key, None)
        if entry is None or entry.row is None:
            return
        for name in unique_names(table):
            places = self._layer.unique.get((table, name), {})
            if places.get(entry.row[name]) == key:
                del places[entry.row[name]]

    def _shorten(self, table: Table) -> None:
        known = self._layer.rows.get(table, {})
        while len(known) > KNOWN_ROWS_MAX:
            self._forget(table, next(iter(known)))


def _is_small(row: Row) -> bool:
    return sum(len(value) for value in row.values() if type(value) is str) <= KNOWN_CHARACTERS_MAX


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

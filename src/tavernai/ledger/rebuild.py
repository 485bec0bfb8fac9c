"""Throw the read tables away and fold every fact again: the proof that the ledger is the truth."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import orjson
from sqlalchemy import Connection, Table, select

from tavernai.kernel.facts import Recorded
from tavernai.ledger.projections import Projections
from tavernai.storage.rows import key_names
from tavernai.storage.schema import is_transient, metadata
from tavernai.storage.statements import Statements
from tavernai.storage.unit import Group, Unit

BATCH = 500


@dataclass(frozen=True, slots=True)
class Compared:
    """One table, live and rebuilt."""

    table: str
    rows: int
    rebuilt_rows: int
    equal: bool


def rebuilt_tables() -> list[Table]:
    """The read tables that facts alone tell."""
    return [table for table in metadata.sorted_tables if not is_transient(table)]


def replay(events: Iterable[Recorded], into: Connection, projections: Projections) -> int:
    """Fold the facts into the empty tables of `into`; the newest position folded."""
    statements = Statements(into.engine.dialect)
    group, pos = Group(into, statements), 0
    for number, event in enumerate(events, start=1):
        unit = Unit(group, now=event.ts)
        projections.fold(unit, event)
        unit.keep()
        pos = event.pos
        if number % BATCH == 0:
            group.flush()
            group = Group(into, statements)
    group.flush()
    return pos


def digest(conn: Connection, table: Table) -> tuple[int, str]:
    """How many rows, and the sha256 of what facts tell of them, in key order."""
    columns = [column for column in table.columns if not is_transient(column)]
    query = select(*columns).order_by(*(table.c[name] for name in key_names(table)))
    total, count = hashlib.sha256(), 0
    for row in conn.execution_options(yield_per=2_000).execute(query):
        total.update(orjson.dumps([value.hex() if isinstance(value, bytes) else value for value in row]))
        count += 1
    return count, total.hexdigest()


def compare(live: Connection, rebuilt: Connection) -> list[Compared]:
    """Each rebuilt table against the live one."""
    result = []
    for table in rebuilt_tables():
        (rows, one), (again, other) = digest(live, table), digest(rebuilt, table)
        result.append(Compared(table.name, rows, again, one == other))
    return result

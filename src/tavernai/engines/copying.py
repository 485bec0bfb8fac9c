"""Every row of every table from one database into another, whichever engines they are; in bounded memory.

Indexes that follow the ledger are not carried over: the tables of one engine are nothing to the other, and what has no
checkpoint is made again from the first fact when the server starts.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, inspect, select

from tavernai.ledger.follower import index_positions
from tavernai.storage.schema import metadata

ROWS_AT_ONCE = 500


def copy_rows(source: Connection, target: Connection, *, told: Callable[[float], None]) -> None:
    """Copy all rows into tables that are there and empty; `told` hears how much is done, from 0 to 1."""
    tables = _tables(source, target)
    total = max(1, sum(_count(source, table) for table in tables))
    done = 0
    streamed = source.execution_options(stream_results=True, yield_per=ROWS_AT_ONCE)
    for table in tables:
        into = insert(table)
        for rows in streamed.execute(select(table)).mappings().partitions(ROWS_AT_ONCE):
            target.execute(into, [dict(row) for row in rows])
            done += len(rows)
            told(min(1.0, done / total))


def empty(target: Connection) -> None:
    """Take every row out of every table, in the transaction that puts others in."""
    for table in metadata.sorted_tables:
        if inspect(target).has_table(table.name):
            target.execute(delete(table))


def _tables(source: Connection, target: Connection) -> list[Table]:
    there, here = set(inspect(source).get_table_names()), set(inspect(target).get_table_names())
    both = there & here
    return [table for table in metadata.sorted_tables if table.name in both and table is not index_positions]


def _count(connection: Connection, table: Table) -> int:
    found: Any = connection.execute(select(func.count()).select_from(table)).scalar()
    return int(found or 0)

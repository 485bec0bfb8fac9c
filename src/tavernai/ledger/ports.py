"""What services hold: commit a unit of work, read beside it."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from sqlalchemy import Connection

from tavernai.ledger.transaction import Transaction
from tavernai.storage.writer import Heard

T = TypeVar("T")


class Storage(Protocol):
    """The ledger and its read tables in one database."""

    async def commit(self, unit: Callable[[Transaction], T]) -> T:
        """Run the unit in the writer thread; return after COMMIT. It raised: raised here, and nothing was written."""
        ...

    async def read(self, query: Callable[[Connection], T]) -> T:
        """Run the query in a reader thread, on one snapshot."""
        ...

    async def glance(self, query: Callable[[Connection], T]) -> T:
        """As `read`, for a few rows by key or index: done at once where that costs less than asking a thread for it."""
        ...

    async def study(self, query: Callable[[Connection], T], *, whose: str) -> T:
        """As `read`, for a query that computes at length (prompts, scans, strangers' expressions): in a thread of
        another kind, so that however many there are, nobody's reading waits for them.

        `whose`: the person it is done for, who never has all of these threads.
        """
        ...

    def on_commit(self, hear: Heard) -> None:
        """Call `hear` with the facts of each group, in the event loop, after COMMIT and before its waiters go on."""
        ...

    async def close(self) -> None: ...

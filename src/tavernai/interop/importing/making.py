"""Objects one after the other: read again, then made by the room where they live, each batch in one unit of work.

A maker is given items of one kind, first to read them (nothing is written, so the next batch is read while one is
written), then to say of each what became of it. What it makes stands in the same unit of work as the item's own row, so
an import that was killed goes on with the first item that has no outcome.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import orjson

from tavernai.characters.importing import ImportService
from tavernai.characters.ports import Pictures
from tavernai.config.domain.fold import Op, Scope
from tavernai.config.service import commit_in
from tavernai.interop.importing.events import ImportKept
from tavernai.interop.importing.folders import Folders
from tavernai.interop.importing.homes import counter_in
from tavernai.interop.importing.ids import derived_id
from tavernai.interop.importing.sources import MemberUnreadable, Source
from tavernai.interop.importing.tables import import_items, import_kept
from tavernai.kernel.errors import TavernError
from tavernai.kernel.facts import By
from tavernai.ledger.domain import Stream
from tavernai.ledger.ports import Storage
from tavernai.ledger.transaction import Transaction
from tavernai.storage.ports import Blobs
from tavernai.storage.rows import Row

READERS: Final = 4
"""Files read and pictures decoded at the same time."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What makers make with."""

    storage: Storage
    blobs: Blobs
    pictures: Pictures
    cards: ImportService


@dataclass(slots=True)
class Outcome:
    """What became of an item."""

    outcome: str
    """imported | duplicate | refused"""
    object_id: str | None = None
    version: int | None = None
    status: str | None = None
    code: str | None = None
    message: str | None = None
    about: dict[str, Any] | None = None


@dataclass(slots=True)
class Read:
    """An item with what was read of it outside of the unit of work."""

    item: Row
    value: Any = None
    refused: Outcome | None = None
    extra: dict[str, Any] = field(default_factory=dict)


class Maker(Protocol):
    """Makes objects of one kind."""

    async def read(self, items: Sequence[Row]) -> list[Read]:
        """What the items hold, in their order; nothing is written but blobs."""
        ...

    async def write(self, told: Sequence[Read]) -> None:
        """Make what was read, and say of each item what became of it."""
        ...


UNREADABLE: Final = ("unreadable", "This file cannot be read.")
CHANGED: Final = ("changed_meanwhile", "This file is not what it was when it was looked at.")


def refused(code: str, message: str) -> Outcome:
    return Outcome("refused", status="refused", code=code, message=message)


class Run:
    """One run of one import: what every maker needs of it."""

    def __init__(self, tools: Tools, source: Source, job: Row, folders: Folders) -> None:
        self.tools = tools
        self.source = source
        self.job = job
        self.owner: str = job["owner_id"]
        self.by = By(f"user:{job['owner_id']}", "import")
        self.cause: str | None = job["cause_id"]
        self.folders = folders
        self._turns = asyncio.Semaphore(READERS)

    async def read(self, read: Callable[[Row], Read], items: Sequence[Row]) -> list[Read]:
        """Every item read in a thread, some at a time."""
        return list(await asyncio.gather(*(self._in_turn(read, item) for item in items)))

    async def _in_turn(self, read: Callable[[Row], Read], item: Row) -> Read:
        async with self._turns:
            return await asyncio.to_thread(_read_safely, read, item)

    def settle(self, tx: Transaction, item: Row, told: Outcome) -> None:
        """Note what became of an item."""
        values: dict[str, Any] = {"outcome": told.outcome, "object_id": told.object_id, "object_version": told.version}
        values |= {"code": told.code or item["code"], "message": told.message or item["message"]}
        if told.status is not None:
            values["status"] = told.status
        if told.about is not None:
            values["about"] = orjson.dumps(item["about"] | told.about).decode()
        tx.update(import_items, (item["import_id"], item["n"]), **values)

    def warn(self, tx: Transaction, item: Row, *warnings: dict[str, Any]) -> None:
        """Say more of an item than the look at it did, all at once."""
        told = [*item["warnings"], *warnings]
        tx.update(import_items, (item["import_id"], item["n"]), warnings=orjson.dumps(told).decode())

    def made(self, tx: Transaction, kind: str, status: str, object_id: str | None) -> Outcome:
        """What a room's own import answered, as an outcome."""
        if status == "duplicate" or object_id is None:
            return Outcome("duplicate", object_id)
        return Outcome("imported", object_id, counter_in(tx, kind, object_id))

    def earlier(self, item: Row) -> str | None:
        """The object that the same content became in an earlier import, if the analysis saw it."""
        found = item["about"].get("object_id") if item["verdict"] == "duplicate" else None
        return found if isinstance(found, str) else None

    def keep(
        self, tx: Transaction, kind: str, item: Row, value: Any, *, object_id: str | None = None, part: str = ""
    ) -> str:
        """Keep a value as it came; once, however often this is asked for. Its id."""
        kept_id = derived_id(self.job["created_at"], f"{self.job['id']}/{item['n']}/{kind}/{part}")
        if tx.get(import_kept, kept_id) is None:
            data = value if isinstance(value, str) else orjson.dumps(value).decode()
            fact = ImportKept(kept_id, self.job["id"], kind, item["name"], item["path"], object_id, data)
            tx.append(Stream(f"import:{self.job['id']}", self.owner), [fact], by=self.by, cause_id=self.cause)
        return kept_id

    def tune(self, tx: Transaction, scope: Scope, ops: Sequence[Op]) -> list[Op]:
        """Those of the ops that this version takes, each a revision of its own."""
        taken: list[Op] = []
        for op in ops:
            try:
                commit_in(tx, self.owner, scope, [op], by=self.by, cause_id=self.cause)
                taken.append(op)
            except TavernError:
                continue
        return taken


class OneByOne(ABC):
    """A maker of objects that are small: all of a batch are read, then all are written."""

    def __init__(self, run: Run) -> None:
        self.run = run

    @abstractmethod
    def read_one(self, item: Row) -> Read:
        """Plain code for a thread."""

    @abstractmethod
    def make_one(self, tx: Transaction, one: Read) -> Outcome:
        """A part of the batch's unit of work."""

    async def read(self, items: Sequence[Row]) -> list[Read]:
        return await self.run.read(self.read_one, items)

    async def write(self, told: Sequence[Read]) -> None:
        def unit(tx: Transaction) -> None:
            for one in told:
                self.run.settle(tx, one.item, one.refused or self.make_one(tx, one))

        await self.run.tools.storage.commit(unit)


def _read_safely(read: Callable[[Row], Read], item: Row) -> Read:
    try:
        return read(item)
    except MemberUnreadable:
        return Read(item, refused=refused(*UNREADABLE))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return Read(item, refused=refused(*CHANGED))
    except TavernError as error:
        if error.status >= 500:
            raise
        return Read(item, refused=refused(error.code, error.detail))

"""Imports: use-cases. What they set going stands in `jobs.py`.

analysing ─→ ready ─→ importing ─→ done ─→ undone
    │          │          │
    └──────────┴──────────┴──→ cancelled | failed ─→ (resume) analysing | importing
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqlalchemy import bindparam, update

from tavernai.interop.importing import events as e
from tavernai.interop.importing import store
from tavernai.interop.importing.counting import counts_of
from tavernai.interop.importing.errors import PathRefused, WrongStage
from tavernai.interop.importing.jobs import STAGES, Jobs, as_json, stream_of, turn
from tavernai.interop.importing.making import Tools
from tavernai.interop.importing.tables import import_items, imports
from tavernai.interop.importing.undoing import TRASHED, kept_items, take_back
from tavernai.kernel.errors import NotFound
from tavernai.kernel.facts import By
from tavernai.kernel.ids import new_id
from tavernai.kernel.paging import Page, decode_cursor, encode_cursor
from tavernai.ledger.transaction import Transaction
from tavernai.storage.rows import Row

UNDONE_A_COMMIT: Final = 100
KEPT_MS: Final = 24 * 3_600_000
FOLDER_MODE: Final = 0o700

SKIP_KIND = (
    update(import_items)
    .where(import_items.c.import_id == bindparam("of"), import_items.c.kind == bindparam("skipped"))
    .values(outcome=bindparam("told"))
)
SKIP_ONE = (
    update(import_items)
    .where(import_items.c.import_id == bindparam("of"), import_items.c.n == bindparam("skipped"))
    .values(outcome=bindparam("told"))
)
CLOSE_REFUSED = (
    update(import_items)
    .where(import_items.c.import_id == bindparam("of"), import_items.c.verdict == bindparam("verdict"))
    .values(outcome=bindparam("told"))
)


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undo came to."""

    trashed: int
    kept: list[dict[str, Any]]


class ImportsService:
    """Whole folders and backups into a person's data."""

    def __init__(self, tools: Tools, *, folder: Path) -> None:
        self._storage = tools.storage
        self._folder = folder
        self._jobs = Jobs(tools, folder=folder)

    # The life of the process.

    async def begin(self) -> None:
        """Go on with what a former process left in the middle."""
        for row in await self._storage.read(store.unfinished):
            self._go_on(row)
        await self.tidy()

    async def close(self) -> None:
        """Stop at the next step; what is unfinished goes on at the next start."""
        await self._jobs.stop()

    async def tidy(self) -> None:
        """Remove files of imports that nobody went on with, and what belongs to none."""
        if not self._folder.exists():
            return
        before = await self._storage.commit(lambda tx: tx.now) - KEPT_MS
        old = set(await self._storage.read(lambda conn: store.older_than(conn, before)))
        places = list(self._folder.iterdir())
        known = await self._storage.read(lambda conn: store.existing(conn, [place.name for place in places]))
        for place in places:
            # What belongs to none was being sent when a process ended, or is being sent right now.
            is_left = place.name not in known and place.stat().st_mtime * 1_000 < before
            if (place.name in old or is_left) and place.name not in self._jobs:
                await asyncio.to_thread(shutil.rmtree, place, ignore_errors=True)

    def _go_on(self, row: Row) -> None:
        (self._jobs.look if row["status"] == "analysing" else self._jobs.make)(row["id"])

    # What a person asks for.

    @asynccontextmanager
    async def receiving(self, user_id: str) -> AsyncIterator["Arrival"]:
        """A place for files that are being sent; they are looked at once the block ends well."""
        await self.tidy()
        import_id = new_id()
        place = self._folder / import_id
        await asyncio.to_thread(place.mkdir, mode=FOLDER_MODE, parents=True)
        arrival = Arrival(import_id, place)
        try:
            yield arrival
            if not arrival.files:
                raise PathRefused("No file was sent.")
            label = arrival.files[0][0] if len(arrival.files) == 1 else f"{len(arrival.files)} files"
            await self._open(
                user_id, import_id, label, {"files": [[name, place.name] for name, place in arrival.files]}
            )
        except BaseException:
            await asyncio.to_thread(shutil.rmtree, place, ignore_errors=True)
            raise

    async def open_path(self, user_id: str, path: str) -> str:
        """Look at a folder or a file of this machine; the import's id. Raises PathRefused.

        An import of the same place that is under way, or was when a former process ended, goes on instead: begun anew
        beside it, half a chat would be there twice.
        """
        place = Path(path)
        if not place.is_absolute() or not await asyncio.to_thread(place.exists):
            raise PathRefused(path=path[:500])
        for row in await self._storage.read(store.unfinished):
            if row["owner_id"] == user_id and row["source"].get("path") == str(place):
                self._go_on(row)
                return str(row["id"])
        import_id = new_id()
        await self._open(user_id, import_id, place.name or str(place), {"path": str(place)})
        return import_id

    async def get(self, user_id: str, import_id: str) -> Row:
        """An import with its counts. Raises NotFound."""

        def query(conn: Any) -> Row | None:
            row = store.find_import(conn, user_id, import_id)
            return dict(row) | {"counts": counts_of(store.counts(conn, import_id))} if row is not None else None

        found = await self._storage.read(query)
        if found is None:
            raise NotFound
        return found

    async def list(self, user_id: str, *, cursor: str | None, limit: int) -> Page[Row]:
        """A person's imports, the newest first."""
        before = decode_cursor(cursor, str)[0] if cursor else None
        rows = await self._storage.read(lambda conn: store.imports_of(conn, user_id, before=before, limit=limit + 1))
        return Page(rows[:limit], encode_cursor(rows[limit - 1]["id"]) if len(rows) > limit else None)

    async def items(
        self, user_id: str, import_id: str, *, status: str | None, kind: str | None, cursor: str | None, limit: int
    ) -> Page[Row]:
        """What was found, or what became of it. Raises NotFound."""
        await self.get(user_id, import_id)
        told = decode_cursor(cursor, int, int) if cursor else None
        after = (told[0], told[1]) if told else None
        rows = await self._storage.read(
            lambda conn: store.items_page(conn, import_id, status=status, kind=kind, after=after, limit=limit + 1)
        )
        last = rows[limit - 1] if len(rows) > limit else None
        return Page(rows[:limit], encode_cursor(last["stage"], last["n"]) if last else None)

    async def start(self, user_id: str, import_id: str, *, skip: Sequence[str] = ()) -> Row:
        """Import what was found, except kinds or items (their numbers) to skip. Raises NotFound, WrongStage."""
        await self._storage.commit(lambda tx: self._start(tx, user_id, import_id, skip=skip))
        self._jobs.make(import_id)
        return await self.get(user_id, import_id)

    async def cancel(self, user_id: str, import_id: str) -> Row:
        """Stop; what was imported by then stays until it is undone. Raises NotFound, WrongStage."""
        row = await self.get(user_id, import_id)
        if import_id in self._jobs:
            await self._jobs.stop(import_id)
        elif row["status"] not in ("ready", "analysing", "importing"):
            raise WrongStage(status=row["status"])
        await self._storage.commit(lambda tx: self._cancel(tx, user_id, import_id))
        return await self.get(user_id, import_id)

    async def resume(self, user_id: str, import_id: str) -> Row:
        """Go on with what was cancelled or failed. Raises NotFound, WrongStage."""

        def unit(tx: Transaction) -> bool:
            row = _own(tx, user_id, import_id)
            _check(row, "cancelled", "failed")
            begun = row["cause_id"] is not None
            turn(tx, import_id, status="importing" if begun else "analysing", code=None, detail=None)
            return begun

        begun = await self._storage.commit(unit)
        (self._jobs.make if begun else self._jobs.look)(import_id)
        return await self.get(user_id, import_id)

    async def undo(self, user_id: str, import_id: str) -> Undone:
        """Put what it made into the trash, except what was changed since. Raises NotFound, WrongStage."""
        row = await self.get(user_id, import_id)
        _check(row, "done", "cancelled", "failed")
        await self._jobs.stop(import_id)  # what is done may still be tidying up behind itself
        by = By(f"user:{user_id}", "import")
        while items := await self._storage.read(lambda conn: store.made(conn, import_id, limit=UNDONE_A_COMMIT)):
            await self._storage.commit(partial(take_back, items=items, owner_id=user_id, by=by))
        kept = kept_items(await self._storage.read(lambda conn: store.kept_by_undo(conn, import_id)))
        trashed = await self._storage.read(lambda conn: store.undone_count(conn, import_id, TRASHED))

        def unit(tx: Transaction) -> None:
            tx.append(stream_of(import_id, user_id), [e.ImportUndone(import_id, trashed, len(kept))], by=by)
            turn(tx, import_id, status="undone")

        await self._storage.commit(unit)
        await asyncio.to_thread(shutil.rmtree, self._folder / import_id, ignore_errors=True)
        return Undone(trashed, kept)

    # Steps of an import.

    async def _open(self, user_id: str, import_id: str, label: str, source: dict[str, Any]) -> None:
        def unit(tx: Transaction) -> None:
            row = dict.fromkeys(imports.columns.keys()) | {
                "id": import_id, "owner_id": user_id, "status": "analysing", "label": label[:300],
                "source": as_json(source), "roots": "[]", "about": "{}", "done": 0, "total": 0,
                "created_at": tx.now, "updated_at": tx.now,
            }  # fmt: skip
            tx.insert(imports, row)

        await self._storage.commit(unit)
        self._jobs.look(import_id)

    def _start(self, tx: Transaction, user_id: str, import_id: str, *, skip: Sequence[str]) -> None:
        row = _own(tx, user_id, import_id)
        _check(row, "ready")
        tx.later(CLOSE_REFUSED, {"of": import_id, "verdict": "refused", "told": "refused"})
        for one in skip:
            if one in STAGES:
                tx.later(SKIP_KIND, {"of": import_id, "skipped": one, "told": "skipped"})
            elif one.isdecimal():
                tx.later(SKIP_ONE, {"of": import_id, "skipped": int(one), "told": "skipped"})
        fact = e.ImportStarted(import_id, row["label"], row["total"])
        [told] = tx.append(stream_of(import_id, user_id), [fact], by=By.user(user_id))
        turn(tx, import_id, status="importing", cause_id=told.id, done=0)

    def _cancel(self, tx: Transaction, user_id: str, import_id: str) -> None:
        row = _own(tx, user_id, import_id)
        if row["status"] in ("ready", "analysing", "importing"):
            if row["cause_id"] is not None:
                fact = e.ImportCancelled(import_id, row["done"])
                tx.append(stream_of(import_id, user_id), [fact], by=By.user(user_id))
            turn(tx, import_id, status="cancelled")


@dataclass(slots=True)
class Arrival:
    """Files as they come in."""

    id: str
    folder: Path
    files: list[tuple[str, Path]] = field(default_factory=list)

    def place(self, filename: str) -> Path:
        """Where to write the next file: under a name of ours, whatever its own may be."""
        place = self.folder / f"{len(self.files):04d}"
        self.files.append((filename, place))
        return place


def _own(tx: Transaction, user_id: str, import_id: str) -> Row:
    row = tx.get(imports, import_id)
    if row is None or row["owner_id"] != user_id:
        raise NotFound
    return row


def _check(row: Row, *stages: str) -> None:
    if row["status"] not in stages:
        raise WrongStage(status=row["status"])

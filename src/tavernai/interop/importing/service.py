"""Imports: use-cases and the jobs behind them.

analysing ─→ ready ─→ importing ─→ done ─→ undone
    │          │          │
    └──────────┴──────────┴──→ cancelled | failed ─→ (resume) analysing | importing

One job runs at a time. What it does is written as it goes, so a job that was killed goes on where it stopped.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import islice, takewhile
from pathlib import Path
from time import monotonic
from typing import Any, Final

import orjson
import structlog
from sqlalchemy import bindparam, delete, update

from tavernai.interop.importing import events as e
from tavernai.interop.importing import store
from tavernai.interop.importing.analysing import Analyst
from tavernai.interop.importing.domain.found import KINDS, LEFT_OUT, Found
from tavernai.interop.importing.errors import PathRefused, WrongStage
from tavernai.interop.importing.folders import Folders
from tavernai.interop.importing.making import Importer, Tools
from tavernai.interop.importing.sources import FilesSource, FolderSource, Source, ZipSource, is_zip
from tavernai.interop.importing.tables import import_items, imports
from tavernai.interop.importing.undoing import TRASHED, kept_items, take_back
from tavernai.kernel.errors import NotFound, TavernError
from tavernai.kernel.facts import By
from tavernai.kernel.ids import new_id
from tavernai.kernel.paging import Page, decode_cursor, encode_cursor
from tavernai.ledger.domain import Stream
from tavernai.ledger.transaction import Transaction
from tavernai.storage.rows import Row

STAGES: Final = {kind: number for number, kind in enumerate(KINDS)}
PLANNED: Final = {
    "chat": "mapped", "group_chat": "mapped", "settings": "mapped", "group": "preserved", "background": "preserved",
}  # fmt: skip
ANALYSED_A_COMMIT: Final = 200
MADE_A_COMMIT: Final = {"character": 64, "lorebook": 8, "persona": 16, "background": 16, "chat": 16, "group_chat": 16}
MADE_OTHERWISE: Final = 64
UNDONE_A_COMMIT: Final = 100
TOLD_SECONDS: Final = 0.5
STOP_SECONDS: Final = 60.0
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
FORGET_ITEMS = delete(import_items).where(import_items.c.import_id == bindparam("of"))

log = structlog.get_logger()


class Stopped(Exception):
    """Somebody wants the job to end."""


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undo came to."""

    trashed: int
    kept: list[dict[str, Any]]


@dataclass(slots=True)
class Job:
    """A job of this process."""

    task: asyncio.Task[None]
    stopping: bool = False


class ImportsService:
    """Whole folders and backups into a person's data."""

    def __init__(self, tools: Tools, *, folder: Path) -> None:
        self._tools = tools
        self._storage = tools.storage
        self._folder = folder
        self._jobs: dict[str, Job] = {}
        self._turn = asyncio.Semaphore(1)

    # The life of the process.

    async def begin(self) -> None:
        """Go on with what a former process left in the middle."""
        for row in await self._storage.read(store.unfinished):
            self._work(row["id"], self._analyse if row["status"] == "analysing" else self._import)
        await self.tidy()

    async def close(self) -> None:
        """Stop at the next step; what is unfinished goes on at the next start."""
        jobs = list(self._jobs.values())
        for job in jobs:
            job.stopping = True
        if jobs:
            await asyncio.wait([job.task for job in jobs], timeout=STOP_SECONDS)

    async def tidy(self) -> None:
        """Remove files of imports that nobody went on with, and what belongs to none."""
        if not self._folder.exists():
            return
        now = await self._storage.commit(lambda tx: tx.now)
        old = set(await self._storage.read(lambda conn: store.older_than(conn, now - KEPT_MS)))
        for place in list(self._folder.iterdir()):
            if place.name in old and place.name not in self._jobs:
                await asyncio.to_thread(shutil.rmtree, place, ignore_errors=True)

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
        """Look at a folder or a file of this machine; the import's id. Raises PathRefused."""
        place = Path(path)
        if not place.is_absolute() or not await asyncio.to_thread(place.exists):
            raise PathRefused(path=path[:500])
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
        self._work(import_id, self._import)
        return await self.get(user_id, import_id)

    async def cancel(self, user_id: str, import_id: str) -> Row:
        """Stop; what was imported by then stays until it is undone. Raises NotFound, WrongStage."""
        row = await self.get(user_id, import_id)
        job = self._jobs.get(import_id)
        if job is not None:
            job.stopping = True
            await asyncio.wait([job.task], timeout=STOP_SECONDS)
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
            _turn(tx, import_id, status="importing" if begun else "analysing", code=None, detail=None)
            return begun

        begun = await self._storage.commit(unit)
        self._work(import_id, self._import if begun else self._analyse)
        return await self.get(user_id, import_id)

    async def undo(self, user_id: str, import_id: str) -> Undone:
        """Put what it made into the trash, except what was changed since. Raises NotFound, WrongStage."""
        row = await self.get(user_id, import_id)
        _check(row, "done", "cancelled", "failed")
        if import_id in self._jobs:
            raise WrongStage(status=row["status"])
        by = By(f"user:{user_id}", "import")
        while items := await self._storage.read(lambda conn: store.made(conn, import_id, limit=UNDONE_A_COMMIT)):
            await self._storage.commit(partial(take_back, items=items, owner_id=user_id, by=by))
        kept = kept_items(await self._storage.read(lambda conn: store.kept_by_undo(conn, import_id)))
        trashed = await self._storage.read(lambda conn: store.undone_count(conn, import_id, TRASHED))

        def unit(tx: Transaction) -> None:
            tx.append(stream_of(import_id, user_id), [e.ImportUndone(import_id, trashed, len(kept))], by=by)
            _turn(tx, import_id, status="undone")

        await self._storage.commit(unit)
        await asyncio.to_thread(shutil.rmtree, self._folder / import_id, ignore_errors=True)
        return Undone(trashed, kept)

    # Steps of an import.

    async def _open(self, user_id: str, import_id: str, label: str, source: dict[str, Any]) -> None:
        def unit(tx: Transaction) -> None:
            row = dict.fromkeys(imports.columns.keys()) | {
                "id": import_id, "owner_id": user_id, "status": "analysing", "label": label[:300],
                "source": _json(source), "roots": "[]", "about": "{}", "done": 0, "total": 0,
                "created_at": tx.now, "updated_at": tx.now,
            }  # fmt: skip
            tx.insert(imports, row)

        await self._storage.commit(unit)
        self._work(import_id, self._analyse)

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
        _turn(tx, import_id, status="importing", cause_id=told.id, done=0)

    def _cancel(self, tx: Transaction, user_id: str, import_id: str) -> None:
        row = _own(tx, user_id, import_id)
        if row["status"] in ("ready", "analysing", "importing"):
            if row["cause_id"] is not None:
                fact = e.ImportCancelled(import_id, row["done"])
                tx.append(stream_of(import_id, user_id), [fact], by=By.user(user_id))
            _turn(tx, import_id, status="cancelled")

    # Jobs.

    def _work(self, import_id: str, do: Callable[[Row, Job], Awaitable[None]]) -> None:
        if import_id not in self._jobs:
            job = Job(task=asyncio.create_task(self._run(import_id, do), name=f"import {import_id}"))
            self._jobs[import_id] = job

    async def _run(self, import_id: str, do: Callable[[Row, Job], Awaitable[None]]) -> None:
        job = self._jobs[import_id]
        try:
            async with self._turn:
                row = await self._storage.read(lambda conn: store.any_import(conn, import_id))
                if row is not None and not job.stopping:
                    await do(row, job)
        except Stopped:
            pass
        except TavernError as error:
            await self._fail(import_id, error.code, error.detail)
        except Exception:  # a fault of ours must not leave an import that seems to run for ever
            log.exception("import_failed", import_id=import_id)
            await self._fail(
                import_id, "import_failed", "It failed, and should not have; the server's log tells where."
            )
        finally:
            self._jobs.pop(import_id, None)

    async def _fail(self, import_id: str, code: str, detail: str) -> None:
        await self._storage.commit(lambda tx: _turn(tx, import_id, status="failed", code=code, detail=detail))

    async def _analyse(self, row: Row, job: Job) -> None:
        await self._storage.commit(lambda tx: tx.later(FORGET_ITEMS, {"of": row["id"]}))
        source = await asyncio.to_thread(self._source, row)
        try:
            analyst = Analyst(source)
            found, number = analyst.found(), 0
            while batch := await asyncio.to_thread(_taken_from, found, ANALYSED_A_COMMIT):
                if job.stopping:
                    raise Stopped
                await self._storage.read(partial(store.known, owner_id=row["owner_id"], found=batch))
                note = partial(_note_items, row=row, batch=batch, first=number)
                await self._storage.commit(partial(note, done=analyst.done, total=analyst.total))
                number += len(batch)
            values = {"roots": _json(analyst.roots), "about": _json(analyst.told()), "done": 0, "total": number}
            await self._storage.commit(lambda tx: _turn(tx, row["id"], status="ready", **values))
        finally:
            await asyncio.to_thread(source.close)

    async def _import(self, row: Row, job: Job) -> None:
        source = await asyncio.to_thread(self._source, row)
        try:
            await self._make_all(row, job, source)
        finally:
            await asyncio.to_thread(source.close)
        counts = counts_of(await self._storage.read(lambda conn: store.counts(conn, row["id"])))

        def unit(tx: Transaction) -> None:
            by = By(f"user:{row['owner_id']}", "import")
            tx.append(stream_of(row["id"], row["owner_id"]), [e.ImportFinished(row["id"], counts["outcomes"])], by=by)
            _turn(tx, row["id"], status="done", done=row["total"])

        await self._storage.commit(unit)
        # What was sent may hold keys: it does not lie about once it is not needed.
        await asyncio.to_thread(shutil.rmtree, self._folder / row["id"], ignore_errors=True)

    async def _make_all(self, row: Row, job: Job, source: Source) -> None:
        folders = Folders(self._storage, row["id"], row["owner_id"])
        await asyncio.to_thread(folders.read, source)
        importer = Importer(self._tools, source, row, folders)
        after, kind, done, told_at = (-1, -1), "", await self._done(row), monotonic()
        while items := await self._storage.read(partial(store.waiting, import_id=row["id"], after=after)):
            if job.stopping:
                raise Stopped
            if items[0]["kind"] != kind:
                kind = items[0]["kind"]
                await folders.learn()
            batch = list(islice(takewhile(partial(_is_of, kind), items), MADE_A_COMMIT.get(kind, MADE_OTHERWISE)))
            await importer.make(batch)
            after, done = (batch[-1]["stage"], batch[-1]["n"]), done + len(batch)
            if monotonic() - told_at > TOLD_SECONDS:
                told_at = monotonic()
                await self._storage.commit(partial(_progress, row=row, done=done))

    async def _done(self, row: Row) -> int:
        counts = counts_of(await self._storage.read(lambda conn: store.counts(conn, row["id"])))
        return int(row["total"]) - int(counts["waiting"])

    def _source(self, row: Row) -> Source:
        """The place to read from. Raises PathRefused, ArchiveRefused."""
        told = row["source"]
        if "path" in told:
            place = Path(told["path"])
            if place.is_dir():
                return FolderSource(place)
            files = [(place.name, place)]
        else:
            files = [(name, self._folder / row["id"] / kept) for name, kept in told["files"]]
        if not all(place.is_file() for _, place in files):
            raise PathRefused("What was to be imported is not there any more; start again.")
        if len(files) == 1 and is_zip(*files[0]):
            return ZipSource(files[0][1])
        return FilesSource(files)


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


def stream_of(import_id: str, owner_id: str) -> Stream:
    """Where an import's facts stand."""
    return Stream(f"import:{import_id}", owner_id)


def counts_of(rows: Sequence[Row]) -> dict[str, Any]:
    """What a page shows of an import in numbers."""
    told: dict[str, Any] = {"total": 0, "waiting": 0, "kinds": {}, "verdicts": {}, "statuses": {}, "outcomes": {}}
    fine = refused = repaired = 0
    for row in rows:
        count = row["count"]
        told["total"] += count
        for group, name in (("verdicts", row["verdict"]), ("statuses", row["status"]), ("outcomes", row["outcome"])):
            if name is not None:
                told[group][name] = told[group].get(name, 0) + count
        told["waiting"] += count if row["outcome"] is None else 0
        kind = told["kinds"].setdefault(row["kind"], {})
        kind[row["verdict"]] = kind.get(row["verdict"], 0) + count
        if row["code"] not in LEFT_OUT:
            refused += count if row["status"] == "refused" else 0
            repaired += row["repaired"] if row["status"] != "refused" else 0
            fine += count if row["status"] != "refused" else 0
    told["repaired"], told["success"] = repaired, round(fine / (fine + refused), 4) if fine + refused else None
    return told


def _taken_from(found: Iterator[Found], count: int) -> list[Found]:
    return list(islice(found, count))


def _is_of(kind: str, item: Row) -> bool:
    return bool(item["kind"] == kind)


def _note_items(tx: Transaction, *, row: Row, batch: Sequence[Found], first: int, done: int, total: int) -> None:
    for number, one in enumerate(batch, start=first):
        status = "refused" if one.verdict == "refused" else PLANNED.get(one.kind, "kept")
        tx.insert(import_items, {
            "import_id": row["id"], "n": number, "owner_id": row["owner_id"], "stage": STAGES[one.kind],
            "kind": one.kind, "path": one.path, "name": one.name, "verdict": one.verdict, "status": status,
            "outcome": None, "code": one.code, "message": one.message, "warnings": _json(one.warnings),
            "fields": _json([note.as_json() for note in one.fields]), "about": _json(one.about),
            "digest": one.digest, "size": one.size, "object_id": None, "object_version": None, "undone": None,
        })  # fmt: skip
    _turn(tx, row["id"], done=done, total=total)


def _progress(tx: Transaction, *, row: Row, done: int) -> None:
    fact = e.ImportProgressed(row["id"], done, row["total"])
    tx.append(stream_of(row["id"], row["owner_id"]), [fact], by=By(f"user:{row['owner_id']}", "import"))
    _turn(tx, row["id"], done=done)


def _own(tx: Transaction, user_id: str, import_id: str) -> Row:
    row = tx.get(imports, import_id)
    if row is None or row["owner_id"] != user_id:
        raise NotFound
    return row


def _check(row: Row, *stages: str) -> None:
    if row["status"] not in stages:
        raise WrongStage(status=row["status"])


def _turn(tx: Transaction, import_id: str, **values: Any) -> None:
    tx.update(imports, import_id, updated_at=tx.now, **values)


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()

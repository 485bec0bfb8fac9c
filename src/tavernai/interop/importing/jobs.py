"""The work behind imports: the look at a source, and the making of what was found.

One job runs at a time. What it does is written as it goes, so a job that was killed goes on where it stopped: an
analysis begins again, since it has made nothing; an import goes on with the first item that has no outcome.
"""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import Any, Final

import orjson
import structlog
from sqlalchemy import Connection, bindparam, delete

from tavernai.characters.personas import store as personas
from tavernai.interop.importing import events as e
from tavernai.interop.importing import store
from tavernai.interop.importing.analysing import Analyst
from tavernai.interop.importing.counting import counts_of
from tavernai.interop.importing.domain.found import KINDS, Found
from tavernai.interop.importing.errors import PathRefused
from tavernai.interop.importing.folders import Folders
from tavernai.interop.importing.makers.importer import Importer
from tavernai.interop.importing.making import Read, Run, Tools
from tavernai.interop.importing.sources import FilesSource, FolderSource, Source, ZipSource, is_zip
from tavernai.interop.importing.tables import import_items, imports
from tavernai.kernel.errors import TavernError
from tavernai.kernel.facts import By
from tavernai.ledger.domain import Stream
from tavernai.ledger.transaction import Transaction
from tavernai.storage.rows import Row

STAGES: Final = {kind: number for number, kind in enumerate(KINDS)}
PLANNED: Final = {
    "chat": "mapped", "group_chat": "mapped", "settings": "mapped", "group": "mapped", "background": "preserved",
}  # fmt: skip
ANALYSED_A_COMMIT: Final = 200
MADE_A_COMMIT: Final = {
    "character": 64, "lorebook": 8, "persona": 16, "background": 16, "chat": 16, "group_chat": 16, "sprite": 1,
}  # fmt: skip
"""A folder of sprites holds up to two thousand pictures by itself."""
MADE_OTHERWISE: Final = 64
TOLD_SECONDS: Final = 0.5
STOP_SECONDS: Final = 60.0

FORGET_ITEMS = delete(import_items).where(import_items.c.import_id == bindparam("of"))

log = structlog.get_logger()


class Stopped(Exception):
    """Somebody wants the job to end."""


@dataclass(slots=True)
class Job:
    """A job of this process."""

    task: asyncio.Task[None]
    stopping: bool = False


Do = Callable[[Row, Job], Awaitable[None]]


class Jobs:
    """The jobs of this process, each by its import's id."""

    def __init__(self, tools: Tools, *, folder: Path) -> None:
        self._tools = tools
        self._storage = tools.storage
        self._folder = folder
        self._jobs: dict[str, Job] = {}
        self._turn = asyncio.Semaphore(1)

    def __contains__(self, import_id: str) -> bool:
        return import_id in self._jobs

    def look(self, import_id: str) -> None:
        """Look at an import's source, from the beginning."""
        self._work(import_id, self._analyse)

    def make(self, import_id: str) -> None:
        """Import what was found and has no outcome yet."""
        self._work(import_id, self._import)

    async def stop(self, *import_ids: str) -> None:
        """Stop these at their next step, or all of them; nothing for those that do not run."""
        jobs = [job for import_id, job in self._jobs.items() if not import_ids or import_id in import_ids]
        for job in jobs:
            job.stopping = True
        if jobs:
            await asyncio.wait([job.task for job in jobs], timeout=STOP_SECONDS)

    def _work(self, import_id: str, do: Do) -> None:
        if import_id not in self._jobs:
            job = Job(task=asyncio.create_task(self._run(import_id, do), name=f"import {import_id}"))
            self._jobs[import_id] = job

    async def _run(self, import_id: str, do: Do) -> None:
        job = self._jobs[import_id]
        try:
            async with self._turn:
                row = await self._storage.read(lambda conn: store.any_import(conn, import_id))
                if row is not None and not job.stopping:
                    await do(row, job)
        except Stopped:
            pass  # who asked for it has recorded that, or the process ends and the next one goes on
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
        await self._storage.commit(lambda tx: turn(tx, import_id, status="failed", code=code, detail=detail))

    # The look.

    async def _analyse(self, row: Row, job: Job) -> None:
        await self._storage.commit(lambda tx: tx.later(FORGET_ITEMS, {"of": row["id"]}))
        source = await asyncio.to_thread(self._source, row)
        try:
            analyst = Analyst(source, user_name=await self._storage.read(partial(_player, owner_id=row["owner_id"])))
            found, number = analyst.found(), 0
            while batch := await asyncio.to_thread(_taken_from, found, ANALYSED_A_COMMIT):
                if job.stopping:
                    raise Stopped
                await self._storage.read(partial(store.known, owner_id=row["owner_id"], found=batch))
                note = partial(_note_items, row=row, batch=batch, first=number)
                await self._storage.commit(partial(note, done=analyst.done, total=analyst.total))
                number += len(batch)
            values = {"roots": as_json(analyst.roots), "about": as_json(analyst.told()), "done": 0, "total": number}
            await self._storage.commit(lambda tx: turn(tx, row["id"], status="ready", **values))
        finally:
            await asyncio.to_thread(source.close)

    # The making.

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
            turn(tx, row["id"], status="done", done=row["total"])

        await self._storage.commit(unit)
        # What was sent may hold keys: it does not lie about once it is not needed.
        await asyncio.to_thread(shutil.rmtree, self._folder / row["id"], ignore_errors=True)

    async def _make_all(self, row: Row, job: Job, source: Source) -> None:
        folders = Folders(self._storage, row["id"], row["owner_id"])
        await asyncio.to_thread(folders.read, source)
        importer = Importer(Run(self._tools, source, row, folders))
        counts = counts_of(await self._storage.read(lambda conn: store.counts(conn, row["id"])))
        progress = Progress(self._storage, row, done=int(row["total"]) - int(counts["waiting"]))
        after = -1
        while (
            kind := await self._storage.read(partial(store.next_kind, import_id=row["id"], after=after))
        ) is not None:
            await folders.learn()
            await self._make_kind(kind, row["id"], job=job, importer=importer, progress=progress)
            after = STAGES[kind]

    async def _make_kind(
        self, kind: str, import_id: str, *, job: Job, importer: Importer, progress: "Progress"
    ) -> None:
        """While one batch is written, the next is read."""
        wanted = partial(store.waiting, import_id=import_id, kind=kind, limit=MADE_A_COMMIT.get(kind, MADE_OTHERWISE))
        ahead: asyncio.Task[list[Read]] | None = None
        after: int | None = -1
        try:
            while True:
                items = await self._storage.read(partial(wanted, after=after)) if after is not None else []
                after = items[-1]["n"] if items else None
                told = await ahead if ahead is not None else []
                ahead = asyncio.create_task(importer.read(items)) if items else None
                if told:
                    await importer.write(told)
                    await progress.tell(len(told))
                elif ahead is None:
                    return
                if job.stopping:
                    raise Stopped
        finally:
            if ahead is not None:  # its threads read from the source, which is closed next
                await asyncio.gather(ahead, return_exceptions=True)

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


class Progress:
    """How far an import is, told now and then."""

    def __init__(self, storage: Any, row: Row, *, done: int) -> None:
        self._storage = storage
        self._row = row
        self._done = done
        self._told_at = monotonic()

    async def tell(self, more: int) -> None:
        self._done += more
        if monotonic() - self._told_at > TOLD_SECONDS:
            self._told_at = monotonic()
            await self._storage.commit(self._note)

    def _note(self, tx: Transaction) -> None:
        row = self._row
        fact = e.ImportProgressed(row["id"], self._done, row["total"])
        tx.append(stream_of(row["id"], row["owner_id"]), [fact], by=By(f"user:{row['owner_id']}", "import"))
        turn(tx, row["id"], done=self._done)


def stream_of(import_id: str, owner_id: str) -> Stream:
    """Where an import's facts stand."""
    return Stream(f"import:{import_id}", owner_id)


def turn(tx: Transaction, import_id: str, **values: Any) -> None:
    """Change an import's row."""
    tx.update(imports, import_id, updated_at=tx.now, **values)


def as_json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _player(conn: Connection, owner_id: str) -> str:
    persona = personas.default(conn, owner_id)
    return str(persona["name"]) if persona is not None else ""


def _taken_from(found: Iterator[Found], count: int) -> list[Found]:
    return list(islice(found, count))


def _note_items(tx: Transaction, *, row: Row, batch: Sequence[Found], first: int, done: int, total: int) -> None:
    for number, one in enumerate(batch, start=first):
        status = "refused" if one.verdict == "refused" else PLANNED.get(one.kind, "kept")
        tx.insert(import_items, {
            "import_id": row["id"], "n": number, "owner_id": row["owner_id"], "stage": STAGES[one.kind],
            "kind": one.kind, "path": one.path, "name": one.name, "verdict": one.verdict, "status": status,
            "outcome": None, "code": one.code, "message": one.message, "warnings": as_json(one.warnings),
            "fields": as_json([note.as_json() for note in one.fields]), "about": as_json(one.about),
            "digest": one.digest, "size": one.size, "object_id": None, "object_version": None, "undone": None,
        })  # fmt: skip
    turn(tx, row["id"], done=done, total=total)

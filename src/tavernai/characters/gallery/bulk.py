"""One act on many characters, a few to a commit, so that nobody waits behind it; taken back as one.

A bulk's id is that of the fact that began it. Facts about the characters name it as their cause, and a fold keeps how
each is taken back. Taking back is a bulk of its own, which can be taken back in turn. A process that ends in between
leaves a bulk that was stopped: what it did stands and can be taken back.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import Connection

from tavernai.characters import store as characters_store
from tavernai.characters.gallery import store
from tavernai.characters.gallery.acts import ACTS, take_back
from tavernai.characters.gallery.errors import AlreadyUndone
from tavernai.characters.gallery.events import BulkFinished, BulkStarted, gallery_stream
from tavernai.characters.gallery.shelves import own
from tavernai.characters.gallery.tables import bulk_changes, collections
from tavernai.characters.service import char_stream
from tavernai.characters.store import Wanted
from tavernai.characters.tables import characters
from tavernai.kernel.clock import rfc3339
from tavernai.kernel.errors import NotFound
from tavernai.kernel.facts import By
from tavernai.kernel.paging import Page, decode_cursor, encode_cursor
from tavernai.ledger.ports import Storage
from tavernai.ledger.transaction import Transaction
from tavernai.storage.rows import Row

AT_ONCE_MAX = 1_000
"""Up to so many are done before the answer; more is a job that tells how far it is."""
GROUP_MAX = 50
GROUP_SECONDS = 0.002
"""How long one unit may hold the writer, without its COMMIT."""

Shown = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which characters: these, or all a list holds."""

    ids: tuple[str, ...] = ()
    wanted: Wanted | None = None
    with_hidden: bool = True

    def found(self, conn: Connection, owner_id: str) -> list[str]:
        """The ids, each once."""
        if self.wanted is None:
            return list(dict.fromkeys(self.ids))
        return characters_store.matching_ids(conn, owner_id, self.asked(conn, owner_id))

    def asked(self, conn: Connection, owner_id: str) -> Wanted:
        """The list, without what is hidden unless that is asked for."""
        assert self.wanted is not None
        return self.wanted if self.with_hidden else characters_store.unhidden(conn, owner_id, self.wanted)


@dataclass(slots=True)
class _Run:
    """A bulk under way: for each character what to do, and how far it is."""

    id: str
    user_id: str
    steps: Sequence[tuple[str, Callable[[Transaction, Row], list[Any]]]]
    done: int = 0
    changed: int = 0
    stopped: bool = False
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class BulkService:
    """Acts on many of a person's characters."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._runs: dict[str, _Run] = {}
        self._jobs: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Leave what runs after its present group."""
        for run in self._runs.values():
            run.stopped = True
        await asyncio.gather(*self._jobs, return_exceptions=True)

    async def start(self, user_id: str, chosen: Chosen, action: str, value: Any = None) -> Shown:
        """Do it to all of them; how far it is. Ids that are not there or somebody else's are passed over.

        Raises:
            NotFound: the collection it is about is not there.
        """
        ids = await self._storage.read(lambda conn: chosen.found(conn, user_id))
        return await self._begun(user_id, action, value, ids)

    async def rename_tags(self, user_id: str, tags: Sequence[str], to: str) -> Shown:
        """These tags under one name, wherever they stand; of several it makes one."""
        ids = await self._storage.read(lambda conn: characters_store.tagged_ids(conn, user_id, tags))
        return await self._begun(user_id, "rename_tags", {"tags": list(tags), "to": to}, ids)

    async def undo(self, user_id: str, bulk_id: str) -> Shown:
        """Take a bulk back, all of it; one that runs is stopped first. Raises NotFound, AlreadyUndone."""
        if (run := self._runs.get(bulk_id)) is not None and run.user_id == user_id:
            run.stopped = True
            await run.ended.wait()

        def query(conn: Connection) -> list[tuple[str, str]]:
            if store.row(conn, bulk_changes, user_id, bulk_id) is None:
                raise NotFound
            return store.items_of(conn, bulk_id)

        items = await self._storage.read(query)
        backs = {character_id: orjson.loads(back) for character_id, back in items}
        return await self._begun(user_id, "undo", bulk_id, list(backs), backs)

    async def get(self, user_id: str, bulk_id: str) -> Shown:
        """How far a bulk is. Raises NotFound."""

        def query(conn: Connection) -> Shown:
            row = store.row(conn, bulk_changes, user_id, bulk_id)
            if row is None:
                raise NotFound
            return self._shown(conn, row)

        return await self._storage.read(query)

    async def newest(self, user_id: str, *, cursor: str | None, limit: int) -> Page[Shown]:
        """What was done to many, the newest first."""
        before = decode_cursor(cursor, str)[0] if cursor else None

        def query(conn: Connection) -> list[Shown]:
            rows = store.bulks_before(conn, user_id, before=before, limit=limit + 1)
            return [self._shown(conn, row) for row in rows]

        found = await self._storage.read(query)
        more = encode_cursor(found[limit - 1]["id"]) if len(found) > limit else None
        return Page(found[:limit], more)

    def _shown(self, conn: Connection, row: Row) -> Shown:
        run, ended = self._runs.get(row["id"]), row["changed"] is not None
        state = "undone" if row["undone_by"] else "done" if ended else "running" if run else "stopped"
        changed = row["changed"] if ended else run.changed if run else store.changed_by(conn, row["id"])
        return {
            "id": row["id"], "action": row["action"], "state": state, "total": row["total"],
            "done": row["total"] if ended else run.done if run else changed, "changed": changed,
            "created_at": rfc3339(row["created_at"]),
        }  # fmt: skip

    async def _begun(
        self, user_id: str, action: str, value: Any, ids: list[str], backs: dict[str, Any] | None = None
    ) -> Shown:
        bulk_id = await self._storage.commit(lambda tx: _recorded_start(tx, user_id, action, value, len(ids)))
        run = _Run(bulk_id, user_id, [(one, _step(action, value, backs, one)) for one in ids])
        self._runs[bulk_id] = run
        job = asyncio.create_task(self._run(run), name=f"bulk {bulk_id}")
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)
        if len(ids) <= AT_ONCE_MAX:
            await asyncio.shield(job)
        return await self.get(user_id, bulk_id)

    async def _run(self, run: _Run) -> None:
        try:
            while run.done < len(run.steps) and not run.stopped:
                # A unit may run again when its group is replayed: it counts nothing itself.
                passed, changed = await self._storage.commit(lambda tx: _group(tx, run))
                run.done, run.changed = run.done + passed, run.changed + changed
            finished = BulkFinished(run.id, run.changed)
            if run.done == len(run.steps):
                await self._storage.commit(lambda tx: _record(tx, run.user_id, finished))
        finally:
            self._runs.pop(run.id, None)
            run.ended.set()


def _recorded_start(tx: Transaction, user_id: str, action: str, value: Any, total: int) -> str:
    if action.endswith("_collection") and own(tx, collections, user_id, value)["deleted"]:
        raise NotFound
    if action == "undo" and own(tx, bulk_changes, user_id, value)["undone_by"] is not None:
        raise AlreadyUndone
    [recorded] = tx.append(gallery_stream(user_id), [BulkStarted(action, value, total)], by=By.user(user_id))
    return recorded.id


def _step(
    action: str, value: Any, backs: dict[str, Any] | None, character_id: str
) -> Callable[[Transaction, Row], list[Any]]:
    if backs is not None:
        back = backs[character_id]
        return lambda tx, row: take_back(tx, row, back)
    act = ACTS[action]
    return lambda tx, row: act(tx, row, value)


def _group(tx: Transaction, run: _Run) -> tuple[int, int]:
    """As many as fit into GROUP_SECONDS, one at least: how many were looked at, and how many changed."""
    until, passed, changed = time.perf_counter() + GROUP_SECONDS, 0, 0
    for character_id, step in run.steps[run.done : run.done + GROUP_MAX]:
        row = tx.get(characters, character_id)
        facts = step(tx, row) if row is not None and row["owner_id"] == run.user_id else []
        if facts:
            tx.append(char_stream(run.user_id, character_id), facts, by=By.user(run.user_id), cause_id=run.id)
        passed, changed = passed + 1, changed + bool(facts)
        if time.perf_counter() > until:
            break
    return passed, changed


def _record(tx: Transaction, user_id: str, fact: Any) -> None:
    tx.append(gallery_stream(user_id), [fact], by=By.user(user_id))

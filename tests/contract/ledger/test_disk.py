"""A disk that takes nothing: what is asked is refused by name, what was there stays, and all goes on by itself.

SQLite's own limit of pages is a full disk as SQLite sees it; the other tests fill a real one.
"""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tavernai.engines.blobs import FileBlobs
from tavernai.engines.sqlite import SqliteDialog
from tavernai.kernel.facts import By, fact
from tavernai.ledger import store as ledger_store
from tavernai.ledger.domain import Stream
from tavernai.ops.watch import keep_trying
from tavernai.storage.database import Database
from tavernai.storage.ports import StorageFull, StorageReadOnly


@fact("test_disk.mentioned")
class NoteMentioned:
    text: str


def writing(size: int = 10) -> Any:
    def unit(tx: Any) -> Any:
        return tx.append(Stream("notes:1", "u1"), [NoteMentioned("x" * size)], by=By.system())

    return unit


def pragma(words: str) -> Any:
    """Told to the writer's own connection; a unit of work that writes nothing itself."""

    def unit(tx: Any) -> None:
        tx._group.cursor.execute(f"PRAGMA {words}")

    return unit


async def test_a_full_disk_refuses_by_name_and_what_was_acknowledged_stays(sqlite_storage: Database) -> None:
    await sqlite_storage.commit(writing())
    await sqlite_storage.commit(pragma("max_page_count=1"))
    with pytest.raises(StorageFull):
        await sqlite_storage.commit(writing(200_000))
    assert sqlite_storage.health.state == "full"
    assert await sqlite_storage.read(ledger_store.newest_position) == 1


async def test_everything_goes_on_by_itself_when_there_is_space_again(sqlite_storage: Database) -> None:
    watch = asyncio.create_task(keep_trying(sqlite_storage, seconds=0.01))
    await sqlite_storage.commit(pragma("max_page_count=1"))
    with pytest.raises(StorageFull):
        await sqlite_storage.commit(writing(200_000))
    await sqlite_storage.commit(pragma("max_page_count=1000000"))
    async with asyncio.timeout(5):
        while sqlite_storage.health.state != "ok":
            await asyncio.sleep(0.01)
    watch.cancel()
    assert (await sqlite_storage.commit(writing()))[0].pos == 1


async def test_data_that_may_not_be_written_is_refused_by_name_and_still_read(sqlite_storage: Database) -> None:
    await sqlite_storage.commit(writing())
    await sqlite_storage.commit(pragma("query_only=1"))
    with pytest.raises(StorageReadOnly):
        await sqlite_storage.commit(writing())
    assert sqlite_storage.health.state == "read_only"
    assert await sqlite_storage.read(ledger_store.newest_position) == 1


async def test_a_refusal_for_want_of_space_harms_nobody_else_in_its_group(sqlite_storage: Database) -> None:
    await sqlite_storage.commit(writing())
    await sqlite_storage.commit(pragma("max_page_count=1"))
    small, large = writing(), writing(200_000)
    answers = await asyncio.gather(*map(sqlite_storage.commit, (small, large, small)), return_exceptions=True)
    kept = [one for one in answers if not isinstance(one, StorageFull)]
    assert await sqlite_storage.read(ledger_store.newest_position) == 1 + len(kept)


def test_a_failed_write_is_explained_by_what_the_folder_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = sqlite3.OperationalError("disk I/O error")
    failed.sqlite_errorcode = sqlite3.SQLITE_IOERR_WRITE
    dialog = SqliteDialog(tmp_path / "data" / "edge.db")
    assert dialog.refusal(failed) is None, "the folder takes files: then it is something else"
    monkeypatch.setattr(dialog, "path", Path("/proc/edge.db"))
    assert dialog.refusal(failed) in ("read_only", None)
    assert dialog.refusal(ValueError()) is None


def test_a_picture_that_cannot_be_written_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises((StorageFull, StorageReadOnly)):
        FileBlobs(Path("/sys/tavernai")).put(b"picture")

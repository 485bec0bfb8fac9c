"""The service around the files: one at a time, daily by itself, failures told, given up when the server stops."""

import asyncio
import shutil
from pathlib import Path

import pytest

from tavernai.ops.backups import making
from tavernai.ops.backups.errors import BackupNoRoom, BackupRunning
from tavernai.ops.backups.making import Sources
from tavernai.ops.backups.plan import Plan
from tavernai.ops.backups.service import BackupService
from tavernai.storage.database import Database

HOURLY = Plan(0, keep_daily=1, keep_weekly=0)


@pytest.fixture
def service(sqlite_storage: Database, tmp_path: Path) -> BackupService:
    sources = Sources(sqlite_storage.dialog, tmp_path, tmp_path / "secret.key")
    return BackupService(sqlite_storage, sources, tmp_path / "backups", HOURLY)


async def test_a_second_backup_is_refused_while_one_is_made(service: BackupService) -> None:
    first = service.begin()
    with pytest.raises(BackupRunning):
        service.begin()
    assert (await first).position == 0


async def test_a_daily_backup_is_made_once_and_older_ones_go(service: BackupService) -> None:
    service.folder.mkdir()
    old = service.folder / "tavernai-20260101T040000Z-daily.zip"
    old.write_bytes(b"")
    watch = asyncio.create_task(service.keep_daily(first=0, seconds=0.05))
    async with asyncio.timeout(20):
        while old.exists():
            await asyncio.sleep(0.05)
    await asyncio.sleep(0.3)
    watch.cancel()
    assert [one.why for one in await service.kept()] == ["daily"]


async def test_a_failure_is_told_until_the_next_one_succeeds(
    service: BackupService, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(making.shutil, "disk_usage", lambda _: type(usage)(usage.total, usage.used, 1_000))
    with pytest.raises(BackupNoRoom):
        await service.make()
    assert service.failure is not None
    assert service.failure.code == "backup_no_room"
    monkeypatch.undo()
    await service.make()
    assert service.failure is None


async def test_a_backup_given_up_leaves_nothing_behind(service: BackupService) -> None:
    service.begin()
    await service.close()
    assert list(service.folder.iterdir()) == []
    assert not service.is_running

"""One server serves a database on PostgreSQL."""

import asyncio

import psycopg
import pytest
from sqlalchemy import text

from tavernai.engines.database_lock import DatabaseInUse, DatabaseLock
from tavernai.engines.postgres import PostgresDialog
from tavernai.storage.migrate import upgrade

pytestmark = pytest.mark.needs("postgres")


async def test_a_second_server_waits_and_is_refused(postgres_url: str) -> None:
    async with DatabaseLock(postgres_url):
        with pytest.raises(DatabaseInUse):
            async with DatabaseLock(postgres_url, wait_seconds=0.5):
                pass
    async with DatabaseLock(postgres_url, wait_seconds=0.5):
        pass


async def test_a_server_that_replaces_another_waits_until_it_is_gone(postgres_url: str) -> None:
    first = DatabaseLock(postgres_url)
    await first.__aenter__()
    second = asyncio.create_task(DatabaseLock(postgres_url).__aenter__())
    await asyncio.sleep(0.5)
    assert not second.done()
    await first.__aexit__(None, None, None)
    async with asyncio.timeout(5):
        await (await second).__aexit__(None, None, None)


async def test_the_lock_is_taken_again_when_its_session_was_ended(postgres_url: str) -> None:
    async with DatabaseLock(postgres_url, hold_seconds=0.2):
        with psycopg.connect(postgres_url, autocommit=True) as admin:
            ended = admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4713"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            ).fetchall()
        assert ended == [(True,)]
        await asyncio.sleep(1.5)
        with pytest.raises(DatabaseInUse):
            async with DatabaseLock(postgres_url, wait_seconds=0.3):
                pass


async def test_whoever_holds_it_may_migrate_and_write(postgres_url: str) -> None:
    async with DatabaseLock(postgres_url):
        dialog = PostgresDialog(postgres_url)
        try:
            await asyncio.to_thread(upgrade, dialog.write_engine)
            with dialog.write_engine.connect() as connection:
                dialog.begin(connection)
                assert connection.execute(text("SELECT count(*) FROM alembic_version")).scalar() == 1
        finally:
            dialog.close()

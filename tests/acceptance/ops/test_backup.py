"""Backups made beside a running server, and the way back, by the commands people type."""

import asyncio
import json
import sqlite3
import zipfile
from pathlib import Path

import pytest

from tests.conftest import NewServer
from tests.support.people import Person
from tests.support.processes import run_tavernai
from tests.support.servers import Server, must, started_server

KEY = "sk-something-secret"
CONNECTION = {"name": "m", "kind": "openai", "base_url": "http://127.0.0.1:9/v1", "model": "m", "key": KEY}
Backup = Path


@pytest.fixture
async def backup(server: Server, owner: Person, tmp_path: Path) -> Backup:
    """Of a server with a character, its picture, a chat and a sealed key."""
    (await owner.post("/api/connections", CONNECTION)).ok()
    (await owner.post("/api/characters/samples/" + await _sample(owner) + ":add")).ok()
    (await owner.post("/v1/agent/messages", {"content": "Remember the blue door.", "reply": False})).ok()
    target = tmp_path / "all.zip"
    server.command("backup", target)
    return target


async def _sample(owner: Person) -> str:
    return str((await owner.get("/api/characters/samples")).ok()["items"][0]["name"])


async def test_a_backup_restored_elsewhere_is_the_same_server(backup: Backup, tmp_path: Path, server: Server) -> None:
    elsewhere = tmp_path / "elsewhere"
    said = must("restore", "restore", backup, data=elsewhere)
    assert "cannot be opened: enter them again" in said
    assert "are as they were recorded" in must("verify", "ledger", "verify", data=elsewhere)
    again = started_server(elsewhere, server.key)
    try:
        async with Person(again.url, key=server.key) as person:
            found = (await person.get("/api/search", params={"q": "blue door"})).ok()["items"]
            [character] = (await person.get("/api/characters")).ok()["items"]
            assert [one["kind"] for one in found] == ["message"]
            assert (await person.get(character["avatar_url"])).status == 200
    finally:
        again.kill()


async def test_the_key_file_comes_along_only_when_asked_for(backup: Backup, tmp_path: Path, server: Server) -> None:
    with_key = tmp_path / "with-key.zip"
    made = json.loads(server.command("backup", with_key, "--with-key", "--json"))
    assert made["has_key"] is True
    assert "secret.key" not in zipfile.ZipFile(backup).namelist()
    must("restore", "restore", with_key, data=tmp_path / "elsewhere")
    key = tmp_path / "elsewhere" / "secret.key"
    assert key.read_text() == (server.data / "secret.key").read_text()
    assert key.stat().st_mode & 0o077 == 0


async def test_data_that_is_there_is_put_aside_and_only_when_told(
    backup: Backup, tmp_path: Path, server: Server, owner: Person
) -> None:
    (await owner.post("/v1/agent/messages", {"content": "Written after the backup.", "reply": False})).ok()
    in_use = run_tavernai("restore", backup, "--replace", data=server.data)
    assert (in_use.returncode, "is using this data folder" in in_use.stderr) == (1, True)
    server.stop()
    refused = run_tavernai("restore", backup, data=server.data)
    assert (refused.returncode, "--replace" in refused.stderr) == (1, True)
    restored = json.loads(must("restore", "restore", backup, "--replace", "--json", data=server.data))
    assert restored["key"] == "kept"
    assert _messages(Path(restored["aside"])) == _messages(server.data) + 1
    server.start()


def _messages(folder: Path) -> int:
    with sqlite3.connect(folder / "edge.db") as connection:
        return int(connection.execute("SELECT count(*) FROM messages").fetchone()[0])


@pytest.mark.parametrize("harm", ["cut", "flipped", "not a zip", "other words"])
async def test_a_damaged_backup_is_refused_and_nothing_is_touched(backup: Backup, tmp_path: Path, harm: str) -> None:
    data, elsewhere = backup.read_bytes(), tmp_path / "elsewhere"
    if harm == "other words":
        _retold(backup)
    else:
        half = len(data) // 2
        harmed = {"cut": data[:half], "flipped": data[:half] + bytes([data[half] ^ 1]) + data[half + 1 :]}
        backup.write_bytes(harmed.get(harm, b"hello"))
    refused = run_tavernai("restore", backup, data=elsewhere)
    assert (refused.returncode, "no whole backup" in refused.stderr) == (1, True), refused.stderr
    assert [one.name for one in elsewhere.iterdir()] == ["run"]


def _retold(backup: Path) -> None:
    """Another database under the old manifest: the hashes do not hold."""
    with zipfile.ZipFile(backup) as zipped:
        files = {name: zipped.read(name) for name in zipped.namelist()}
    files["edge.db"] = files["edge.db"].replace(b"blue door", b"grey door")
    with zipfile.ZipFile(backup, "w") as zipped:
        for name, data in files.items():
            zipped.writestr(name, data)


async def test_a_backup_is_consistent_while_many_write(server: Server, owner: Person, tmp_path: Path) -> None:
    writing, acknowledged = True, 0

    async def write() -> None:
        nonlocal acknowledged
        while writing:
            (await owner.post("/v1/agent/messages", {"content": "again and again", "reply": False})).ok()
            acknowledged += 1

    crowd = [asyncio.create_task(write()) for _ in range(4)]
    await asyncio.sleep(0.5)
    before = acknowledged
    made = json.loads(await asyncio.to_thread(server.command, "backup", tmp_path / "b.zip", "--json"))
    writing = False
    await asyncio.gather(*crowd)
    must("restore", "restore", tmp_path / "b.zip", data=tmp_path / "elsewhere")
    assert before <= _messages(tmp_path / "elsewhere") <= acknowledged
    assert made["position"] > 0
    rebuilt = json.loads(must("rebuild", "ledger", "rebuild", "--check", "--json", data=tmp_path / "elsewhere"))
    assert rebuilt["ok"] is True


def test_a_backup_takes_no_other_files_place(server: Server, tmp_path: Path) -> None:
    taken = tmp_path / "taken.zip"
    taken.write_text("mine")
    refused = run_tavernai("backup", taken, data=server.data)
    assert (refused.returncode, taken.read_text()) == (1, "mine")
    assert "file of this name" in refused.stderr


@pytest.mark.needs("postgres")
async def test_a_backup_of_postgres_opens_as_a_file_and_goes_back(
    new_server: NewServer, postgres_url: str, tmp_path: Path
) -> None:
    server = new_server(DATABASE_URL=postgres_url)
    async with Person(server.url, key=server.key) as person:
        (await person.post("/v1/agent/messages", {"content": "Written on PostgreSQL.", "reply": False})).ok()
    must("backup", "backup", tmp_path / "pg.zip", data=server.data, DATABASE_URL=postgres_url)
    must("restore", "restore", tmp_path / "pg.zip", data=tmp_path / "as-file")
    assert _messages(tmp_path / "as-file") == 1
    again = must("verify", "ledger", "rebuild", "--check", "--json", data=tmp_path / "as-file")
    assert json.loads(again)["ok"] is True
    server.stop()
    replaced = ("restore", tmp_path / "pg.zip", "--replace")
    must("restore", *replaced, data=server.data, DATABASE_URL=postgres_url)
    must("verify", "ledger", "verify", data=server.data, DATABASE_URL=postgres_url)
    assert list((server.data / "backups").glob("*before-restore.zip"))

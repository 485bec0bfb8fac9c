"""tavernai import and export, and an import that outlives its process."""

import asyncio
import json
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tavernai.accounts.service import AccountsService
from tavernai.bootstrap import open_services
from tavernai.interop.importing.service import ImportsService
from tavernai.kernel.facts import By
from tavernai.settings import Settings
from tests.support.processes import environment, run_tavernai, tavernai_program
from tests.support.tavernfolder import BOOK, card, chat, laid_out

CARDS = 400
LINES = 3_000
MADE = {"characters": "deleted = 0", "lorebooks": "deleted_at IS NULL", "conversations": "deleted_pos IS NULL",
        "messages": "1"}  # fmt: skip


def test_a_folder_moves_in_and_out_on_the_command_line(tmp_path: Path) -> None:
    folder, data = laid_out(tmp_path / "tavern"), tmp_path / "data"
    run_tavernai("user", "add", "ari", "--role", "owner", "--password-stdin", data=data, stdin="correct horse\n")
    looked = run_tavernai("import", folder, "--look", "--json", data=data)
    assert (looked.returncode, json.loads(looked.stdout)["status"]) == (0, "ready")
    done = run_tavernai("import", folder, "--yes", data=data)
    assert done.returncode == 0, done.stderr
    assert "Keys are never imported" in done.stdout
    out = run_tavernai("export", tmp_path / "out.zip", "--json", data=data)
    assert json.loads(out.stdout)["bytes"] == (tmp_path / "out.zip").stat().st_size


async def test_an_import_that_was_cut_off_goes_on_at_the_next_start_and_doubles_nothing(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", log_level="error")
    folder = laid_out(tmp_path / "st", {f"characters/C{number}.png": card(f"C{number}") for number in range(CARDS)})
    async with open_services(settings) as services:
        user = await services[AccountsService].add("ari", "correct horse", role="owner", by=By("cli", "owner"))
        imports = services[ImportsService]
        import_id = await imports.open_path(user.id, str(folder))
        await reached(imports, user.id, import_id, "ready")
        await imports.start(user.id, import_id)
        while count(tmp_path) == 0:
            await asyncio.sleep(0.01)
    assert 0 < count(tmp_path) < CARDS
    async with open_services(settings, serving=True) as services:
        await reached(services[ImportsService], user.id, import_id, "done")
    assert count(tmp_path) == CARDS


def lay_out_a_large_folder(tmp_path: Path) -> None:
    """Many cards and a long chat, for somebody who is there already."""
    lines = [("Mira" if number % 2 else "you", f"Line {number}.") for number in range(LINES)]
    files = {f"characters/C{number}.png": card(f"C{number}") for number in range(CARDS)}
    books = {"worlds/Coast.json": json.dumps(BOOK).encode()}
    laid_out(tmp_path / "st", files | books | {"chats/C1/Long.jsonl": chat(*lines)})
    words = ("user", "add", "ari", "--role", "owner", "--password-stdin")
    assert run_tavernai(*words, data=tmp_path / "data", stdin="correct horse\n").returncode == 0


def moving_in(tmp_path: Path) -> subprocess.Popen[bytes]:
    """`tavernai import` of it, begun."""
    data = tmp_path / "data"
    words = [sys.executable, "-m", "tavernai", "import", str(tmp_path / "st"), "--yes"]
    return subprocess.Popen(
        words, env=environment(TAVERNAI_DATA_DIR=str(data)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def killed_once(process: subprocess.Popen[bytes], tmp_path: Path, table: str, *, at: int) -> None:
    """Pull the plug when this many rows are there, and see that it was in the middle."""
    end = time.monotonic() + 60
    while count(tmp_path, table) < at and process.poll() is None and time.monotonic() < end:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    assert process.wait(20) == -signal.SIGKILL, "it ended before"


@pytest.mark.alone
def test_an_import_whose_process_was_killed_goes_on_doubles_nothing_and_can_be_undone(tmp_path: Path) -> None:
    lay_out_a_large_folder(tmp_path)
    killed_once(moving_in(tmp_path), tmp_path, "characters", at=CARDS // 3)
    assert 0 < count(tmp_path, "characters") < CARDS
    killed_once(moving_in(tmp_path), tmp_path, "messages", at=LINES // 3)
    assert 0 < count(tmp_path, "messages") < LINES
    done = run_tavernai("import", tmp_path / "st", "--yes", "--json", data=tmp_path / "data")
    told = json.loads(done.stdout)
    assert (told["status"], told["counts"]["outcomes"]) == ("done", {"imported": CARDS + 2})
    assert [count(tmp_path, table) for table in MADE] == [CARDS, 1, 1, LINES]
    assert count(tmp_path, "imports") == 1
    undone = run_tavernai("import", "--undo", told["id"], "--json", data=tmp_path / "data")
    assert json.loads(undone.stdout) == {"trashed": CARDS + 2, "kept": []}
    assert [count(tmp_path, table, live) for table, live in MADE.items()][:3] == [0, 0, 0]


@pytest.mark.alone
def test_a_server_that_was_killed_in_the_middle_of_an_import_ends_it_after_its_next_start(tmp_path: Path) -> None:
    lay_out_a_large_folder(tmp_path)
    server = tavernai_program(tmp_path / "data").start()
    try:
        command = moving_in(tmp_path)  # runs in the server
        while count(tmp_path, "characters") < CARDS // 3 and command.poll() is None:
            time.sleep(0.005)
        server.kill()
        command.wait(60)
        assert 0 < count(tmp_path, "characters") < CARDS
        server.start()
        end = time.monotonic() + 60
        while not count(tmp_path, "imports", "status = 'done'") and time.monotonic() < end:
            time.sleep(0.05)
        assert [count(tmp_path, table) for table in MADE] == [CARDS, 1, 1, LINES]
        assert count(tmp_path, "import_items", "outcome IS NULL") == 0
    finally:
        server.kill()


async def reached(imports: ImportsService, user_id: str, import_id: str, status: str) -> None:
    async with asyncio.timeout(120):
        while (await imports.get(user_id, import_id))["status"] != status:
            await asyncio.sleep(0.05)


def count(tmp_path: Path, table: str = "characters", where: str = "1") -> int:
    try:
        with sqlite3.connect(tmp_path / "data" / "edge.db", timeout=10) as database:
            return int(database.execute(f"SELECT count(*) FROM {table} WHERE {where}").fetchone()[0])
    except sqlite3.OperationalError:  # nobody has made the table yet
        return 0

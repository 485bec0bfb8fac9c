"""tavernai import and export, and an import that outlives its process."""

import asyncio
import json
import sqlite3
from pathlib import Path

from tavernai.accounts.service import AccountsService
from tavernai.bootstrap import open_services
from tavernai.interop.importing.service import ImportsService
from tavernai.kernel.facts import By
from tavernai.settings import Settings
from tests.support.processes import run_tavernai
from tests.support.tavernfolder import card, laid_out

CARDS = 400


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


async def reached(imports: ImportsService, user_id: str, import_id: str, status: str) -> None:
    async with asyncio.timeout(120):
        while (await imports.get(user_id, import_id))["status"] != status:
            await asyncio.sleep(0.05)


def count(tmp_path: Path) -> int:
    with sqlite3.connect(tmp_path / "data" / "edge.db") as database:
        return int(database.execute("SELECT count(*) FROM characters").fetchone()[0])

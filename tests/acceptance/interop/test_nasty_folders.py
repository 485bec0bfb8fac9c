"""Folders as they lie about on people's disks move in by page and by path, go back whole, and come in again."""

import os
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.support.moving import IMPORT, imported, items, looked_at, until
from tests.support.people import Person
from tests.support.tavernfolder import SECRET, card, chat, laid_out
from tests.support.tavernfolders import LAYOUTS, LONG, LONG_ON_DISK, linked, long_names, packed_folder, windows_zip

BECAME: dict[str, tuple[dict[str, int], float]] = {
    "old public": ({"imported": 7, "refused": 6}, 1.0),
    "several users": ({"imported": 9, "duplicate": 1, "refused": 4}, 1.0),
    "damaged": ({"imported": 14, "refused": 10}, 14 / 23),
    "duplicates": ({"imported": 5, "duplicate": 4}, 1.0),
    "long names": ({"imported": 12}, 1.0),
    "orphans": ({"imported": 9}, 1.0),
    "huge settings": ({"imported": 8, "refused": 12}, 1.0),
}
"""What becomes of each, and the share of what counts (keys, code, thumbnails and vectors do not) that can come in."""

LIVE = {
    "characters": "deleted = 0", "lorebooks": "deleted_at IS NULL", "presets": "deleted_at IS NULL",
    "conversations": "deleted_pos IS NULL", "personas": "deleted_at IS NULL", "import_kept": "deleted = 0",
}  # fmt: skip


def live(data: Path) -> dict[str, int]:
    """How many things of each kind are there, outside the trash."""
    with sqlite3.connect(data / "edge.db", timeout=10) as database:
        return {
            table: database.execute(f"SELECT count(*) FROM {table} WHERE {where}").fetchone()[0]
            for table, where in LIVE.items()
        }


async def by_path(person: Person, folder: Path) -> dict[str, Any]:
    sent = await person.post(f"{IMPORT}/sillytavern", {"path": str(folder)})
    found = await until(person, sent.ok()["import_id"], "ready")
    (await person.post(f"{IMPORT}/{found['id']}:start", {})).ok()
    return await until(person, found["id"], "done")


async def undone(person: Person, import_id: str) -> list[dict[str, Any]]:
    kept: list[dict[str, Any]] = (await person.post(f"{IMPORT}/{import_id}:undo", {})).ok()["kept"]
    return kept


@pytest.mark.parametrize("name", LAYOUTS)
async def test_a_backup_moves_in_goes_back_whole_and_comes_in_again(ari: Person, tmp_path: Path, name: str) -> None:
    before, sent = live(tmp_path / "data"), packed_folder(LAYOUTS[name](), top="backup 2026/")
    outcomes, rate = BECAME[name]
    for _ in range(2):
        done = await imported(ari, sent)
        assert (done["counts"]["outcomes"], done["counts"]["waiting"]) == (outcomes, 0)
        assert done["counts"]["success"] == pytest.approx(rate, abs=0.0001)
        again = await imported(ari, sent)
        assert "imported" not in again["counts"]["outcomes"]
        assert await undone(ari, again["id"]) == []
        assert await undone(ari, done["id"]) == []
        assert live(tmp_path / "data") == before


@pytest.mark.parametrize("name", LAYOUTS)
async def test_a_folder_moves_in_as_its_backup_does_and_no_key_is_kept(ari: Person, tmp_path: Path, name: str) -> None:
    files = long_names(LONG_ON_DISK) if name == "long names" else LAYOUTS[name]()
    done = await by_path(ari, laid_out(tmp_path / "tavern", files))
    assert done["counts"]["outcomes"] == BECAME[name][0]
    kept = [path for path in (tmp_path / "data").rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]
    assert kept == []


async def test_names_of_two_hundred_signs_are_told_whole(ari: Person) -> None:
    done = await imported(ari, packed_folder(long_names()))
    told = {item["kind"]: item["path"] for item in await items(ari, done["id"]) if LONG in item["path"]}
    assert told.keys() == {"lorebook", "character", "group", "chat"}
    [conversation] = (await ari.get("/api/conversations")).ok()["items"]
    assert LONG.startswith(conversation["character_name"])


@pytest.mark.parametrize(
    ("encoding", "name"), [("cp437", "Zoë Ñandú"), ("utf-8", "灯台の夜"), ("utf-8", "Žofie"), ("gb2312", "灯塔守望者")]
)
async def test_a_zip_made_on_windows_keeps_folders_and_letters(ari: Person, encoding: str, name: str) -> None:
    files = {f"data/x/characters/{name}.png": card(name), f"data/x/chats/{name}/{name} 1.jsonl": chat((name, "Hi."))}
    done = await imported(ari, windows_zip(files, encoding=encoding))
    assert [item["path"] for item in await items(ari, done["id"])] == list(files)
    [conversation] = (await ari.get("/api/conversations")).ok()["items"]
    assert (conversation["title"], conversation["character_name"]) == (f"{name} 1", name)


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
async def test_links_are_told_and_only_those_to_files_inside_are_followed(ari: Person, tmp_path: Path) -> None:
    done = await by_path(ari, linked(tmp_path / "tavern", tmp_path / "outside"))
    assert done["counts"]["outcomes"] == {"imported": 2, "duplicate": 1, "refused": 6}
    refused = {item["path"] for item in await items(ari, done["id"], status="refused")}
    assert {"characters/Out.png", "chats/Away", "worlds"} <= refused
    assert [one["name"] for one in (await ari.get("/api/characters")).ok()["items"]] == ["Mira"]


async def test_the_check_names_what_is_missing(ari: Person) -> None:
    found = await looked_at(ari, packed_folder(LAYOUTS["orphans"]()))
    names = found["checks"]["names"]
    assert (names["missing_lorebooks"], names["missing_characters"]) == (["No"], ["Gone"])


async def test_what_was_chosen_before_is_chosen_again_after_an_undo_of_two_users(ari: Person) -> None:
    def chosen(told: list[dict[str, Any]]) -> list[str]:
        return [one["name"] for one in told if one["is_default"]]

    before = chosen((await ari.get("/api/personas")).ok()["items"])
    done = await imported(ari, packed_folder(LAYOUTS["several users"]()))
    assert chosen((await ari.get("/api/personas")).ok()["items"]) == ["Ari"]
    await undone(ari, done["id"])
    assert chosen((await ari.get("/api/personas")).ok()["items"]) == before


async def test_an_import_of_a_place_that_went_away_says_so_and_goes_on_when_it_is_back(
    ari: Person, tmp_path: Path
) -> None:
    folder = laid_out(tmp_path / "tavern", {f"characters/C{number}.png": card(f"C{number}") for number in range(5)})
    sent = await ari.post(f"{IMPORT}/sillytavern", {"path": str(folder)})
    found = await until(ari, sent.ok()["import_id"], "ready")
    shutil.move(folder, tmp_path / "away")
    (await ari.post(f"{IMPORT}/{found['id']}:start", {})).ok()
    assert (await until(ari, found["id"], "failed"))["code"] == "path_refused"
    shutil.move(tmp_path / "away", folder)
    (await ari.post(f"{IMPORT}/{found['id']}:resume", {})).ok()
    assert (await until(ari, found["id"], "done"))["counts"]["outcomes"] == {"imported": 5}

"""A SillyTavern user moves in over HTTP: looks, imports, looks again, undoes."""

import io
import json
import os
import time
import zipfile
from pathlib import Path

import pytest

from tests.support.moving import IMPORT, imported, items, looked_at, names, until
from tests.support.people import Person
from tests.support.shared import fixture
from tests.support.tavernfolder import FILES, SECRET, card, chat, laid_out, zipped


@pytest.mark.parametrize("prefix", ["", "public/", "SillyTavern/data/default-user/"])
async def test_a_backup_of_any_layout_is_understood_before_anything_is_written(ari: Person, prefix: str) -> None:
    found = await looked_at(ari, zipped(prefix))
    told = {(item["kind"], item["name"]): item for item in await items(ari, found["id"])}
    assert {("character", "Mira"), ("lorebook", "Coast"), ("persona", "Ari"), ("script", "Trim")} <= told.keys()
    assert told["character", "Broken"]["status"] == "refused"
    assert found["counts"]["success"] == pytest.approx(13 / 14, abs=0.001)
    assert found["checks"]["names"]["keys"][-1] == "openai"
    assert await names(ari, "/api/characters") == []


async def test_everything_finds_its_home(ari: Person) -> None:
    done = await imported(ari, zipped())
    assert done["counts"]["waiting"] == 0
    assert await names(ari, "/api/characters") == ["Mira"]
    assert await names(ari, "/api/lorebooks") == ["Coast"]
    assert await names(ari, "/api/presets") == ["Dusk", "Mine", "Trim"]
    assert "Ari" in await names(ari, "/api/personas")
    assert await names(ari, "/api/conversations", "title") == ["1", "Evening", "Old"]
    [mira] = (await ari.get("/api/characters")).ok()["items"]
    assert mira["tags"] == ["sea", "keeper"]


async def test_a_branch_becomes_part_of_the_conversation_it_came_from(ari: Person) -> None:
    await imported(ari, zipped())
    [evening] = [one for one in (await ari.get("/api/conversations")).ok()["items"] if one["title"] == "Evening"]
    path = f"/api/conversations/{evening['id']}"
    told = (await ari.get(f"{path}/messages")).ok()["items"]
    assert [item["text"] for item in told][:3] == ["Hello.", "Hi.", "Tea?"]
    assert told[0]["variant"]["count"] == 2
    branches = (await ari.get(f"{path}/branches")).ok()["items"]
    assert {branch["last"]["text"] for branch in branches} == {"Please.", "No."}


async def test_a_persona_keeps_its_place_in_prompts(ari: Person) -> None:
    files = dict(FILES)
    settings = json.loads(FILES["settings.json"])
    settings["power_user"]["persona_descriptions"]["me.png"] |= {"position": 4, "depth": 5, "role": 1}
    files["settings.json"] = json.dumps(settings).encode()
    done = await imported(ari, zipped(files=files))
    [persona] = [one for one in (await ari.get("/api/personas")).ok()["items"] if one["name"] == "Ari"]
    assert (persona["position"], persona["depth"], persona["role"]) == ("in_chat", 5, "user")
    [item] = await items(ari, done["id"], kind="persona")
    assert {"position", "depth", "role"} <= {one["field"] for one in item["fields"] if one["status"] == "mapped"}


async def test_settings_become_config_of_the_person_and_notes_config_of_the_chat(ari: Person) -> None:
    await imported(ari, zipped())
    values = (await ari.get("/api/config/effective")).ok()["values"]
    assert (values["/generation/temperature"], values["/generation/reply_tokens"]) == (0.7, 321)
    assert values["/lore/depth"] == 6
    assert len(values["/lore/books"]) == len(values["/scripts/enabled"]) == 1
    [evening] = [one for one in (await ari.get("/api/conversations")).ok()["items"] if one["title"] == "Evening"]
    there = (await ari.get("/api/config/effective", params={"conversation_id": evening["id"]})).ok()["values"]
    assert (there["/note/text"], there["/note/depth"]) == ("Be brief.", 3)


async def test_keys_are_named_and_stored_nowhere(ari: Person, tmp_path: Path) -> None:
    done = await imported(ari, zipped())
    [secret] = await items(ari, done["id"], kind="secret")
    assert (secret["code"], [one["field"] for one in secret["fields"]]) == ("secret", ["openai"])
    left = [place for place in tmp_path.rglob("*") if place.is_file() and SECRET.encode() in place.read_bytes()]
    assert left == []


async def test_importing_the_same_twice_makes_nothing_twice(ari: Person) -> None:
    await imported(ari, zipped())
    again = await imported(ari, zipped())
    assert "imported" not in again["counts"]["outcomes"]
    assert len(await names(ari, "/api/characters")) == 1
    assert len(await names(ari, "/api/conversations", "title")) == 3


async def test_undo_keeps_what_somebody_changed_and_says_so(ari: Person) -> None:
    done = await imported(ari, zipped())
    [book] = (await ari.get("/api/lorebooks")).ok()["items"]
    (await ari.patch(f"/api/lorebooks/{book['id']}", {"version": book["version"], "name": "My coast"})).ok()
    undone = (await ari.post(f"{IMPORT}/{done['id']}:undo", {})).ok()
    assert [(one["kind"], one["why"]) for one in undone["kept"]] == [("lorebook", "changed")]
    assert await names(ari, "/api/characters") == await names(ari, "/api/conversations", "title") == []
    assert await names(ari, "/api/personas") == ["ari"]
    values = (await ari.get("/api/config/effective")).ok()["values"]
    assert values["/lore/depth"] == 2
    assert (await ari.get(f"{IMPORT}/{done['id']}")).ok()["status"] == "undone"


async def test_kinds_and_items_can_be_left_out(ari: Person) -> None:
    found = await looked_at(ari, zipped())
    (await ari.post(f"{IMPORT}/{found['id']}:start", {"skip": ["chat", "group_chat"]})).ok()
    done = await until(ari, found["id"], "done")
    assert done["counts"]["outcomes"]["skipped"] == 4
    assert await names(ari, "/api/conversations", "title") == []


async def test_a_cancelled_import_goes_on_where_it_stopped(ari: Person) -> None:
    found = await looked_at(ari, zipped("", {f"characters/C{number}.png": card(f"C{number}") for number in range(150)}))
    (await ari.post(f"{IMPORT}/{found['id']}:start", {})).ok()
    cancelled = (await ari.post(f"{IMPORT}/{found['id']}:cancel")).ok()
    assert cancelled["status"] in ("cancelled", "done")
    if cancelled["status"] == "cancelled":
        (await ari.post(f"{IMPORT}/{found['id']}:resume")).ok()
    done = await until(ari, found["id"], "done")
    assert done["counts"]["outcomes"] == {"imported": 150}


async def test_single_files_are_told_by_their_content(ari: Person) -> None:
    done = await imported(ari, chat(("Wren", "Well?"), ("you", "Well.")), "talk.jsonl")
    [item] = await items(ari, done["id"])
    assert (item["kind"], item["outcome"]) == ("chat", "imported")
    assert await names(ari, "/api/conversations", "title") == ["talk"]


async def test_a_folder_is_read_for_owners_and_links_out_of_it_are_not_followed(ari: Person, tmp_path: Path) -> None:
    folder = laid_out(tmp_path / "tavern")
    outside = tmp_path / "outside.png"
    outside.write_bytes(card("Outsider"))
    (folder / "characters" / "Link.png").symlink_to(outside)
    sent = await ari.post(f"{IMPORT}/sillytavern", {"path": str(folder)})
    found = await until(ari, sent.ok()["import_id"], "ready")
    [link] = [item for item in await items(ari, found["id"]) if item["path"].endswith("Link.png")]
    assert (link["code"], link["status"]) == ("member_refused", "refused")


async def test_a_path_is_refused_to_who_is_no_owner_or_comes_from_elsewhere(ari: Person, tmp_path: Path) -> None:
    through = await ari.post(f"{IMPORT}/sillytavern", {"path": str(tmp_path)}, headers={"X-Forwarded-For": "10.0.0.9"})
    assert (through.status, through.json()["code"]) == (403, "path_not_allowed")


async def test_a_bomb_and_a_name_that_leads_out_are_refused_and_the_rest_is_imported(ari: Person) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("characters/Mira.png", FILES["characters/Mira.png"])
        archive.writestr("characters/../../evil.png", b"x")
        archive.writestr("worlds/Bomb.json", b" " * 8_000_000)
    done = await imported(ari, out.getvalue())
    assert done["counts"]["statuses"] == {"kept": 1, "refused": 2}
    assert await names(ari, "/api/characters") == ["Mira"]


async def test_what_is_no_archive_is_refused_with_a_sentence(ari: Person) -> None:
    found = await looked_at(ari, b"PK\x03\x04 no archive", "backup.zip")
    [item] = await items(ari, found["id"])
    assert item["status"] == "refused"


async def test_the_shared_backups_come_in_whole(ari: Person) -> None:
    for name in ("st118_backup.zip", "st1126_backup.zip"):
        done = await imported(ari, fixture(f"sillytavern/backup/{name}").read_bytes(), name)
        assert done["counts"]["success"] == 1.0
    assert await names(ari, "/api/characters") != []


async def test_an_export_is_a_folder_that_comes_in_again(ari: Person) -> None:
    await imported(ari, zipped())
    data = (await ari.get("/api/config/export", params={"format": "sillytavern"})).body
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {"characters/Mira.png", "worlds/Coast.json", "groups/1.json"} <= set(archive.namelist())
        book = json.loads(archive.read("worlds/Coast.json"))
    assert book["entries"]["0"]["mine"] == {"a": 1}


@pytest.mark.parametrize("form", ["csv", "txt"])
async def test_chats_are_exported_as_rows_and_as_words(ari: Person, form: str) -> None:
    await imported(ari, zipped())
    told = (await ari.get("/api/config/export", params={"format": form})).body.decode()
    assert "Hello." in told
    assert "Please." in told


async def test_what_was_being_sent_when_a_process_ended_does_not_lie_about_for_ever(
    ari: Person, tmp_path: Path
) -> None:
    folder = tmp_path / "data" / "imports"
    for name, days in (("left", 2), ("coming in", 0)):
        laid_out(folder / name, {"0000": b"a backup with keys in it"})
        moment = time.time() - days * 86_400
        os.utime(folder / name, (moment, moment))
    await looked_at(ari, zipped())
    assert [(folder / name).exists() for name in ("left", "coming in")] == [False, True]


async def test_the_note_of_a_character_joins_the_note_of_the_chat(ari: Person) -> None:
    note = {"chara": [{"name": "Mira", "prompt": "Salt.", "useChara": True, "position": 2}]}
    files = {
        "characters/Mira.png": card("Mira"),
        "settings.json": json.dumps({"extension_settings": {"note": note}}).encode(),
        "chats/Mira/Evening.jsonl": chat(("Mira", "Hello."), ("you", "Hi."), note_prompt="Rain.", note_depth=0),
    }  # fmt: skip
    await imported(ari, zipped(files=files))
    [there] = (await ari.get("/api/conversations")).ok()["items"]
    body = {"kind": "chat", "data": {}, "conversation_id": there["id"]}
    said = (await ari.post("/api/presets:preview", body)).ok()["messages"]
    assert said[-1]["content"] == "Rain.\nSalt."


async def test_a_chat_goes_on_with_what_it_said_in_place_of_the_card(ari: Person) -> None:
    mira = card("Mira", scenario="A calm sea.", system_prompt="Be.", description="prefix {{pick::red::green::blue}}")
    lore = {"entries": {"0": {"uid": 0, "key": ["nowhere"], "content": "It rains on.", "sticky": 5}}}
    metadata = {
        "scenario": "A storm, {{getvar::strength}}.", "mes_example": "{{char}}: Row!", "system_prompt": "Be brief.",
        "variables": {"strength": "12"}, "chat_id_hash": 12345, "world_info": "Sea",
        "timedWorldInfo": {"sticky": {"Sea.0": {"hash": 1, "start": 1, "end": 6, "protected": False}}},
    }  # fmt: skip
    files = {
        "characters/Mira.png": mira, "worlds/Sea.json": json.dumps(lore).encode(),
        "chats/Mira/Evening.jsonl": chat(("Mira", "Hello."), ("you", "Hi."), **metadata),
    }  # fmt: skip
    done = await imported(ari, zipped(files=files))
    [there] = (await ari.get("/api/conversations")).ok()["items"]
    body = {"kind": "chat", "data": {}, "conversation_id": there["id"]}
    said = [one["content"] for one in (await ari.post("/api/presets:preview", body)).ok()["messages"]]
    assert {"Be brief.", "A storm, 12.", "Row!", "It rains on.", "prefix blue"} <= set(said)
    [item] = await items(ari, done["id"], kind="chat")
    mapped = {one["field"].removeprefix("chat_metadata.") for one in item["fields"] if one["status"] == "mapped"}
    assert metadata.keys() <= mapped

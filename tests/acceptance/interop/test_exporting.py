"""An export for SillyTavern holds what was made here, and comes in again with another person."""

import io
import json
import zipfile
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest_asyncio

from tests.support.moving import imported, names
from tests.support.people import Person
from tests.support.tavernfolder import PICTURE, zipped

GUEST = ("guest", "correct horse")
SCRIPT = {"findRegex": "/salt/g", "replaceString": "sea", "placement": [2]}
QUILL = {"name": "Quill", "description": "Tall.", "position": "in_chat", "depth": 5, "role": "user"}


@pytest_asyncio.fixture
async def guest(ari: Person) -> AsyncIterator[Person]:
    (await ari.post("/api/users", {"username": GUEST[0], "password": GUEST[1], "role": "member"})).ok()
    async with Person(ari.url) as person:
        (await person.sign_in(*GUEST)).ok()
        yield person


async def exported(person: Person) -> bytes:
    return (await person.get("/api/config/export", params={"format": "sillytavern"})).body


def opened(data: bytes) -> tuple[zipfile.ZipFile, dict[str, Any]]:
    archive = zipfile.ZipFile(io.BytesIO(data))
    return archive, json.loads(archive.read("settings.json"))


async def set_here(person: Person, scope: dict[str, str], path: str, value: Any) -> None:
    op = {"op": "set", "path": path, "value": value}
    (await person.post("/api/config/revisions", {"scope": scope, "ops": [op]})).ok()


async def one_of_each(person: Person) -> None:
    """A lorebook, a character, a persona that is played with it and searches the book, a preset, a script that runs."""
    book = (await person.post("/api/lorebooks", {"name": "Reef"})).ok()
    wren = (await person.post("/api/characters", {"card": {"name": "Wren", "first_mes": "Seven waves."}})).ok()
    quill = (await person.post("/api/personas", QUILL | {"is_default": True})).ok()
    path = f"/api/personas/{quill['id']}"
    (await person.patch(path, {"version": quill["version"], "lorebook_id": book["id"]})).ok()
    form = aiohttp.FormData()
    form.add_field("file", PICTURE, filename="quill.png")
    (await person.put(f"{path}/avatar", data=form)).ok()
    await set_here(person, {"type": "character", "id": wren["id"]}, "/persona/id", quill["id"])
    for kind, name, data in (("chat", "Mine", {"temperature": 1, "prompts": []}), ("script", "Salt", SCRIPT)):
        made = (await person.post("/api/presets", {"kind": kind, "name": name, "data": data})).ok()
    await set_here(person, {"type": "user"}, "/scripts/enabled", [made["id"]])


async def test_personas_made_here_are_pictures_and_entries_of_the_settings(ari: Person) -> None:
    await one_of_each(ari)
    archive, settings = opened(await exported(ari))
    assert archive.read("User Avatars/Quill.png") == PICTURE
    power = settings["power_user"]
    assert (power["personas"]["Quill.png"], power["default_persona"]) == ("Quill", "Quill.png")
    assert power["persona_descriptions"]["Quill.png"] == {
        "title": "", "description": "Tall.", "position": 4, "depth": 5, "role": 1, "lorebook": "Reef",
        "connections": [{"type": "character", "id": "Wren.png"}],
    }  # fmt: skip
    assert set(power["personas"]) == {path.rpartition("/")[2] for path in archive.namelist() if "Avatars" in path}


async def test_what_an_import_brought_is_the_ground_of_the_settings_and_edits_stand_in_them(ari: Person) -> None:
    told = {"title": "Courier", "description": "Old.", "connections": [{"type": "group", "id": "1"}], "mine": 1}
    power = {"personas": {"me.png": "Ari"}, "persona_descriptions": {"me.png": told}, "pin_examples": True}
    brought = {"main_api": "openai", "power_user": power, "extension_settings": {"regex": [SCRIPT], "mine": 2}}
    await imported(ari, zipped(files={"User Avatars/me.png": PICTURE, "settings.json": json.dumps(brought).encode()}))
    [persona] = [one for one in (await ari.get("/api/personas")).ok()["items"] if one["name"] == "Ari"]
    (await ari.patch(f"/api/personas/{persona['id']}", {"version": persona["version"], "description": "New."})).ok()
    archive, settings = opened(await exported(ari))
    assert archive.namelist().count("settings.json") == 1
    said = settings["power_user"]["persona_descriptions"]["me.png"]
    assert {name: said[name] for name in told} == told | {"description": "New."}
    assert (settings["main_api"], settings["power_user"]["pin_examples"]) == ("openai", True)
    assert (settings["extension_settings"]["mine"], len(settings["extension_settings"]["regex"])) == (2, 1)


async def test_scripts_stand_in_the_settings_and_those_off_the_list_are_off(ari: Person) -> None:
    await one_of_each(ari)
    (await ari.post("/api/presets", {"kind": "script", "name": "Idle", "data": SCRIPT})).ok()
    archive, settings = opened(await exported(ari))
    told = settings["extension_settings"]["regex"]
    assert [(one["scriptName"], bool(one.get("disabled"))) for one in told] == [("Salt", False), ("Idle", True)]
    assert told[0].items() >= SCRIPT.items()
    assert not [path for path in archive.namelist() if path.startswith("regex/")]


async def test_an_export_brings_everything_made_here_to_another_person(ari: Person, guest: Person) -> None:
    await one_of_each(ari)
    done = await imported(guest, await exported(ari))
    assert done["counts"]["success"] == 1.0
    assert await names(guest, "/api/characters") == ["Wren"]
    assert await names(guest, "/api/presets") == ["Mine", "Salt"]
    [book] = (await guest.get("/api/lorebooks")).ok()["items"]
    [quill] = [one for one in (await guest.get("/api/personas")).ok()["items"] if one["name"] == "Quill"]
    assert {name: quill[name] for name in QUILL} == QUILL
    assert (book["name"], quill["lorebook_id"], quill["is_default"]) == ("Reef", book["id"], True)
    assert [use["name"] for use in quill["uses"] if use["type"] == "character"] == ["Wren"]
    assert len((await guest.get("/api/config/effective")).ok()["values"]["/scripts/enabled"]) == 1

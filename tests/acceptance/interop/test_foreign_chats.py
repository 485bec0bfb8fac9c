"""Chats of other programs find their speakers: the person who plays there, the character they lie with."""

import json
from typing import Any

import pytest

from tests.support.moving import imported
from tests.support.people import Person
from tests.support.tavernfolder import card, zipped

SETTINGS = {"username": "Quill", "power_user": {"personas": {"me.png": "Quill"}, "default_persona": "me.png"}}
CAI = {"histories": {"histories": [{"msgs": [
    {"src": {"is_human": True}, "text": "Hi."}, {"src": {"is_human": False}, "text": "Hello."},
]}]}}  # fmt: skip
OLD_OOBA = {"data_visible": [["Hi.", "Hello."]]}
OOBA = {"internal": [], "visible": [["Hi.", "Hello."]], "metadata": {}}
AGNAI = {"messages": [{"msg": "Hi.", "userId": "u"}, {"msg": "Hello.", "characterId": "c"}]}
RISU = {"type": "risuChat", "ver": 1, "data": {"message": [
    {"role": "user", "data": "Hi."}, {"role": "char", "data": "Hello."},
]}}  # fmt: skip
KOBOLD = {"savedsettings": {"chatname": "Pen", "chatopponent": "Lamp||$||Other"}, "prompt": "",
          "actions": ["{{[INPUT]}}Hi.", "{{[OUTPUT]}}Hello."]}  # fmt: skip
CHUB = (
    {"user_name": "Pen", "character_name": "Mira"},
    {"name": "Pen", "is_user": True, "mes": {"message": "Hi."}},
    {"name": "Mira", "is_user": False, "mes": {"message": "Hello."}, "swipes": [{"message": "Hello."}]},
)
SAID = {  # who is told to have said the two lines, wherever the format leaves it open
    "cai": (CAI, ["Quill", "Mira"]),
    "old ooba": (OLD_OOBA, ["Quill", "Mira"]),
    "ooba": (OOBA, ["Quill", "Mira"]),
    "agnai": (AGNAI, ["Quill", "Mira"]),
    "risu": (RISU, ["Quill", "Mira"]),
    "kobold": (KOBOLD, ["Pen", "Lamp"]),
}


async def told(person: Person) -> tuple[dict[str, Any], list[str]]:
    """The only conversation, and who speaks in it."""
    [one] = (await person.get("/api/conversations")).ok()["items"]
    messages = (await person.get(f"/api/conversations/{one['id']}/messages")).ok()["items"]
    assert [message["text"] for message in messages] == ["Hi.", "Hello."]
    return one, [message["name"] for message in messages]


@pytest.mark.parametrize("form", SAID)
async def test_a_chat_in_a_characters_folder_is_with_that_character(ari: Person, form: str) -> None:
    value, speakers = SAID[form]
    files = {"characters/Mira.png": card("Mira"), "settings.json": json.dumps(SETTINGS).encode()}
    await imported(ari, zipped(files=files | {"chats/Mira/old.json": json.dumps(value).encode()}))
    conversation, names = await told(ari)
    assert (conversation["character_name"], names) == ("Mira", speakers)


async def test_lines_of_chub_keep_their_own_names(ari: Person) -> None:
    lines = "\r\n".join(json.dumps(line) for line in CHUB).encode()
    await imported(ari, zipped(files={"characters/Mira.png": card("Mira"), "chats/Mira/old.jsonl": lines}))
    conversation, names = await told(ari)
    assert (conversation["character_name"], names) == ("Mira", ["Pen", "Mira"])


async def test_a_loose_chat_beside_one_card_is_with_it_and_spoken_by_the_persona_in_use(ari: Person) -> None:
    [persona] = (await ari.get("/api/personas")).ok()["items"]
    await imported(ari, zipped(files={"Mira.png": card("Mira"), "history.json": json.dumps(CAI).encode()}))
    conversation, names = await told(ari)
    assert (conversation["character_name"], names) == ("Mira", [persona["name"], "Mira"])


async def test_a_chat_that_names_a_character_that_is_here_already_is_with_it(ari: Person) -> None:
    await imported(ari, card("Lamp"), "Lamp.png")
    [lamp] = (await ari.get("/api/characters")).ok()["items"]
    await imported(ari, json.dumps(KOBOLD).encode(), "story.json")
    conversation, _ = await told(ari)
    assert conversation["character_id"] == lamp["id"]

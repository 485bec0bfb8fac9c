"""A chat moves in and out again over HTTP, and SillyTavern would not notice that it was away."""

import json

import pytest

from tests.support.archives import packed
from tests.support.moving import imported
from tests.support.people import Person
from tests.support.shared import fixture

CHATS = ("st11010_solo", "st1126_solo", "st118_solo")


@pytest.mark.parametrize("name", CHATS)
async def test_a_chat_comes_out_line_by_line_as_it_went_in(ari: Person, name: str) -> None:
    data = fixture(f"sillytavern/chats/{name}.jsonl").read_bytes()
    card = fixture("sillytavern/cards/seraphina_st118.png").read_bytes()
    folder = {"characters/Seraphina.png": card, f"chats/Seraphina/{name}.jsonl": data}
    await imported(ari, packed(folder))
    [conversation] = (await ari.get("/api/conversations")).ok()["items"]
    answer = await ari.get(f"/api/conversations/{conversation['id']}/export?format=jsonl")
    header, *lines = answer.body.split(b"\n")
    before = data.split(b"\n")
    assert lines == before[1:]
    assert json.loads(header)["chat_metadata"] == json.loads(before[0])["chat_metadata"]

"""Trying things out: nothing is asked of a model and nothing is left behind."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.acceptance.agent.conftest import conversation
from tests.acceptance.agent.test_objects import ME, again, book, entry, plan_of, preset, said, tune
from tests.support.people import Person
from tests.support.servers import Server


@pytest.fixture
async def ada(own_modelled: Server) -> AsyncIterator[Person]:
    """A person with a server of their own."""
    async with Person(own_modelled.url, key=own_modelled.key) as somebody:
        yield somebody


async def test_a_preview_is_the_prompt_that_would_be_sent(person: Person) -> None:
    ids = await conversation(person, words="Tell me.")
    data = {"prompts": [{"identifier": "main", "name": "Main", "content": "Be {{char}}."}]}
    body = {"kind": "chat", "data": data, "conversation_id": ids["conversation_id"]}
    seen = (await person.post("/api/presets:preview", body)).ok()
    assert seen["messages"][0]["content"].startswith("Be ")
    assert (seen["messages"][-1]["content"], seen["prompt"]) == ("Well met.", None)
    assert sum(part["tokens"] for part in seen["parts"]) <= seen["prompt_tokens"] <= seen["budget_tokens"]


async def test_a_template_is_previewed_as_one_string(person: Person) -> None:
    data = {"name": "T", "story_string": "STORY {{system}}{{trim}}", "story_string_position": 0}
    seen = (await person.post("/api/presets:preview", {"kind": "context", "data": data})).ok()
    assert seen["messages"] is None
    assert "STORY " in seen["prompt"]
    refused = await person.post("/api/presets:preview", {"kind": "theme", "data": {}})
    assert (refused.status, refused.json()["code"]) == (422, "nothing_to_preview")


async def test_a_text_tells_which_lore_it_wakes_and_which_keys_are_amiss(ada: Person) -> None:
    harbour = await book(ada, "Harbour", **{
        "0": entry("lamp", "A lamp of oil."), "1": entry("oil", "Oil comes by ship."), "2": entry("/a(b/", "Never."),
    })  # fmt: skip
    body: dict[str, Any] = {"text": "The lamp!", "lorebook_ids": [harbour]}
    plain = (await ada.post("/api/lorebooks:test", body)).ok()
    assert [(one["uid"], one["why"]) for one in plain["woken"]] == [("0", "key: lamp")]
    assert plain["flagged"] == [{"book": "Harbour", "uid": "2", "key": "/a(b/", "why": "invalid_as_plain"}]
    deeper = (await ada.post("/api/lorebooks:test", body | {"settings": {"/lore/recursive": True}})).ok()
    assert [one["uid"] for one in deeper["woken"]] == ["0", "1"]
    wrong = await ada.post("/api/lorebooks:test", body | {"settings": {"/lore/depth": -1}})
    assert wrong.status == 422


async def test_a_script_tells_where_it_matches_and_what_becomes_of_the_text(person: Person) -> None:
    script = {"scriptName": "S", "findRegex": "/o(.)/g", "replaceString": "[$1]", "placement": [1], "disabled": True}
    told = (await person.post("/api/scripts:test", {"script": script, "text": "to do 🌊 on"})).ok()
    assert told["matches"] == [{"start": 1, "end": 3}, {"start": 4, "end": 6}, {"start": 8, "end": 10}]
    assert told["text"] == "t[ ]d[ ]🌊 [n]"
    slow = {"findRegex": "/(a+)+$/", "placement": [1]}
    assert (await person.post("/api/scripts:test", {"script": slow, "text": "a" * 40 + "!"})).ok()["error"] in (
        "too_slow", None,
    )  # fmt: skip
    bad = (await person.post("/api/scripts:test", {"script": {"findRegex": "/(/"}, "text": "x"})).ok()
    assert bad["error"] == "invalid"


async def test_files_of_presets_come_in_and_one_that_is_none_is_named(person: Person) -> None:
    form = aiohttp.FormData()
    form.add_field("file", b'{"name": "Calm", "content": "Be calm."}', filename="a.json")
    form.add_field("file", b"{}", filename="b.json")
    answer = await person.ask("POST", "/api/presets/import", data=form)
    told = answer.ok()["results"]
    assert [(one["status"], one["kind"], one["code"]) for one in told] == [
        ("imported", "system_prompt", None), ("refused", None, "not_a_preset"),
    ]  # fmt: skip


async def test_a_swipe_begins_where_its_sibling_began(ada: Person, own_modelled: Server) -> None:
    counting = {"prompts": [{"identifier": "main", "name": "M", "content": "{{incvar::turns}} turns. {{char}}"}]}
    await tune(ada, ME, preset__chat=await preset(ada, "chat", "Counting", counting))
    first = await said(ada, "One.")
    here = {"conversation_id": first["conversation_id"]}
    swiped = await again(ada, "swipe", **here)
    second = await said(ada, "Two.", **here)
    plans = [await plan_of(ada, one["reply_message_id"]) for one in (swiped, second)]
    assert [plan["variables"]["local"] for plan in plans] == [{"turns": 1}, {"turns": 2}]
    own_modelled.kill()
    own_modelled.command("ledger", "rebuild", "--check")

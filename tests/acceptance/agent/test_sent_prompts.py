"""The prompt of a reply, as it was sent: over HTTP and on the command line, and what a changed byte does."""

import json
import sqlite3
from collections.abc import AsyncIterator

import pytest

from tests.acceptance.agent.conftest import conversation, ends, heard, shown
from tests.support.people import Person
from tests.support.processes import Program, run_tavernai
from tests.support.servers import Server


@pytest.fixture
async def own(own_modelled: Server) -> AsyncIterator[Person]:
    async with Person(own_modelled.url, key=own_modelled.key) as somebody:
        yield somebody


async def answered(person: Person) -> dict[str, str]:
    """A conversation and its first reply, by their ids."""
    ids = await conversation(person, "A word that nobody says: quillwort.")
    return {"conversation": ids["conversation_id"], "reply": ids["reply_message_id"]}


async def test_the_prompt_shown_is_what_the_model_was_sent(person: Person, model: Program) -> None:
    ids = await answered(person)
    told = (await person.get(f"/api/messages/{ids['reply']}/prompt")).ok()
    why = (await person.get(f"/api/messages/{ids['reply']}/why")).ok()
    assert told["messages"] == why["plan"]["messages"]
    assert (told["prompt"], told["hash_ok"], told["hash"]) == (None, True, why["plan"]["prompt_hash"])
    assert sum(part["tokens"] for part in told["parts"]) + 3 == told["prompt_tokens"]
    assert (told["connection"], told["model"]) == ("mock", "mock")
    assert not any(told["lore"].values())
    assert "quillwort" in told["messages"][-1]["content"]


async def test_an_older_variant_keeps_its_own_prompt(person: Person) -> None:
    ids = await answered(person)
    where = {"conversation_id": ids["conversation"], "nudge": "In verse."}
    async with person.say(action="swipe", **where) as frames:
        await heard(frames, ends)
    variants = (await person.get(f"/api/messages/{ids['reply']}/variants")).ok()["items"]
    prompts = [
        (await person.get(f"/api/messages/{ids['reply']}/prompt?variant_id={one['id']}")).ok() for one in variants
    ]
    assert ["In verse." in json.dumps(one["messages"]) for one in prompts] == [False, True]
    unknown = await person.get(f"/api/messages/{ids['reply']}/prompt?variant_id=nobody")
    assert (unknown.status, unknown.json()["code"]) == (404, "variant_not_found")


async def test_what_a_person_wrote_has_no_prompt(person: Person) -> None:
    ids = await answered(person)
    own = next(m for m in await shown(person, ids["conversation"]) if m["role"] == "user")
    answer = await person.get(f"/api/messages/{own['id']}/prompt")
    assert (answer.status, answer.json()["code"]) == (404, "no_prompt")


async def test_nobody_sees_the_prompts_of_others(own: Person, own_modelled: Server) -> None:
    reply = (await answered(own))["reply"]
    own_modelled.command("user", "add", "mina", "--password-stdin", stdin="correct horse")
    key = json.loads(own_modelled.command("key", "add", "--user", "mina", "--label", "x", "--json"))["key"]
    async with Person(own_modelled.url, key=key) as other:
        answer = await other.get(f"/api/messages/{reply}/prompt")
    assert (answer.status, answer.json()["code"]) == (404, "message_not_found")


async def test_a_changed_byte_is_told_and_ends_the_command_with_1(own: Person, own_modelled: Server) -> None:
    reply = (await answered(own))["reply"]
    assert json.loads(own_modelled.command("prompt", "show", reply, "--json"))["hash_ok"] is True
    assert "quillwort" in own_modelled.command("prompt", "show", reply)
    with sqlite3.connect(own_modelled.data / "edge.db") as db:
        db.execute("UPDATE prompt_parts SET text = replace(text, 'quillwort', 'quillwart')")
    db.close()
    assert (await own.get(f"/api/messages/{reply}/prompt")).ok()["hash_ok"] is False
    ended = run_tavernai("prompt", "show", reply, data=own_modelled.data)
    assert ended.returncode == 1
    assert ended.stderr.startswith("This is not what was sent: its hash is not ")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("DELETE FROM prompt_parts WHERE text LIKE '%quillwort%'", "prompt_text_gone"),
        ("UPDATE prompt_parts SET text = '[]' WHERE text LIKE '[[%'", "prompt_text_changed"),
    ],
)
async def test_a_prompt_that_cannot_be_put_together_is_gone(
    own: Person, own_modelled: Server, change: str, code: str
) -> None:
    reply = (await answered(own))["reply"]
    with sqlite3.connect(own_modelled.data / "edge.db") as db:
        assert db.execute(change).rowcount
    db.close()
    answer = await own.get(f"/api/messages/{reply}/prompt")
    assert (answer.status, answer.json()["code"]) == (410, code)
    ended = run_tavernai("prompt", "show", reply, data=own_modelled.data)
    assert (ended.returncode, ended.stderr) == (1, answer.json()["detail"] + "\n")

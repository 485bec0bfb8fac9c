"""Tuning over HTTP: layers, conflicts, whose it is, and what a model is really asked."""

import json
import urllib.request
from typing import Any

from tests.acceptance.agent.conftest import ends, heard
from tests.support.people import Person
from tests.support.processes import Program
from tests.support.servers import Server


async def character(person: Person, name: str = "Wren") -> str:
    made = (await person.post("/api/characters", {"card": {"name": name, "first_mes": "Hm?"}})).ok()
    return str(made["id"])


async def conversation(person: Person, character_id: str) -> str:
    return str((await person.post("/api/conversations", {"character_id": character_id})).ok()["id"])


async def commit(person: Person, scope: dict[str, Any], *ops: dict[str, Any], **more: Any) -> Any:
    return await person.post("/api/config/revisions", {"scope": scope, "ops": list(ops)} | more)


def say(path: str, value: Any) -> dict[str, Any]:
    return {"op": "set", "path": path, "value": value}


def last_request(model: Program) -> dict[str, Any]:
    with urllib.request.urlopen(f"{model.url}/mock/requests") as answer:
        requests = json.load(answer)
    found = requests[-1] if isinstance(requests, list) else requests["requests"][-1]
    return dict(found.get("body", found))


async def reply(person: Person, conversation_id: str, content: str = "Hello") -> dict[str, Any]:
    async with person.say(content=content, conversation_id=conversation_id) as frames:
        told = await heard(frames, ends)
    assert told[-1].event == "complete", told[-1].data
    found = (await person.get(f"/api/conversations/{conversation_id}/messages")).ok()["items"][-1]
    return dict((await person.get(f"/api/messages/{found['id']}/why")).ok())


async def test_each_layer_says_otherwise_and_gives_back_what_lies_below(person: Person) -> None:
    who = await character(person)
    chat = await conversation(person, who)
    mine, hers, here = {"type": "user"}, {"type": "character", "id": who}, {"type": "conversation", "id": chat}
    for scope, value in ((mine, 0.09), (hers, 0.11), (here, 0.04)):
        (await commit(person, scope, say("/generation/min_p", value))).ok()
    told = (await person.get(f"/api/config/effective?conversation_id={chat}")).ok()
    assert told["values"]["/generation/min_p"] == 0.04
    assert told["sources"]["/generation/min_p"] == {"type": "conversation", "id": chat}
    assert told["sources"]["/note/depth"] == "seed"
    back = (await commit(person, here, {"op": "unset", "path": "/generation/min_p"})).ok()
    assert back["effective"]["values"]["/generation/min_p"] == 0.11
    assert [layer["scope"]["type"] for layer in back["effective"]["layers"]][1:] == [
        "user",
        "character",
        "conversation",
    ]
    (await commit(person, mine, {"op": "unset", "path": "/generation/min_p"})).ok()


async def test_a_reply_asks_for_what_was_tuned_and_why_tells_every_layer(person: Person, model: Program) -> None:
    who = await character(person)
    chat = await conversation(person, who)
    here = {"type": "conversation", "id": chat}
    values = {"temperature": 0.35, "top_p": 0.8, "top_k": 33, "stop": ["THE END"], "reply_tokens": 123, "tfs": 0.9}
    (await commit(person, here, *(say(f"/generation/{name}", value) for name, value in values.items()))).ok()
    (await commit(person, {"type": "character", "id": who}, say("/note/text", "It rains."), say("/note/depth", 1))).ok()
    (await commit(person, here, say("/reply/length", "short"))).ok()
    why = await reply(person, chat)
    sent = last_request(model)
    assert {name: sent.get(name) for name in ("temperature", "top_p", "top_k", "max_tokens")} == {
        "temperature": 0.35, "top_p": 0.8, "top_k": 33, "max_tokens": 123,
    }  # fmt: skip
    assert "THE END" in sent["stop"]
    assert [message["content"] for message in sent["messages"] if "It rains." in message["content"]]
    assert "short" in sent["messages"][-1]["content"]
    revisions = why["config"]["revisions"]
    assert (revisions[f"char:{who}"], revisions[f"conv:{chat}"]) == (1, 2)
    used = {one["path"]: (one["value"], one["source"]) for one in why["config"]["used"]}
    assert used["/generation/temperature"] == (0.35, f"conv:{chat}")
    assert used["/note/depth"] == (1, f"char:{who}")
    assert why["config"]["ignored"] == ["tfs"]
    assert {part["title"] for part in why["plan"]["parts"]} >= {"Reply length", "Author's note"}


async def test_a_reply_made_before_keeps_the_revisions_it_was_made_with(person: Person) -> None:
    chat = await conversation(person, await character(person))
    first = await reply(person, chat)
    (await commit(person, {"type": "conversation", "id": chat}, say("/generation/temperature", 1))).ok()
    again = (await person.get(f"/api/messages/{first['message_id']}/why")).ok()
    assert again["config"] == first["config"]
    assert f"conv:{chat}" not in first["config"]["revisions"]


async def test_the_same_value_changed_meanwhile_is_a_conflict_and_another_one_is_not(person: Person) -> None:
    scope = {"type": "character", "id": await character(person)}
    (await commit(person, scope, say("/generation/top_k", 10), base_n=0)).ok()
    other = (await commit(person, scope, say("/generation/tfs", 0.5), base_n=0)).ok()
    assert other["n"] == 2
    refused = await commit(person, scope, say("/generation/top_k", 20), base_n=0)
    assert (refused.status, refused.json()["code"]) == (409, "config_changed")
    current = refused.json()["facts"]["current"]
    assert (current["n"], current["values"]["/generation/top_k"]) == (2, 10)
    (await commit(person, scope, say("/generation/top_k", 20), base_n=current["n"])).ok()
    assert (await commit(person, scope, say("/generation/top_k", 20), base_n=99)).status == 422


async def test_a_change_that_changes_nothing_makes_no_revision(person: Person) -> None:
    scope = {"type": "character", "id": await character(person)}
    assert (await commit(person, scope, say("/generation/top_k", 10))).ok()["n"] == 1
    again = (await commit(person, scope, say("/generation/top_k", 10), base_n=0)).ok()
    assert (again["n"], again["revision_id"]) == (1, None)
    query = f"scope_type=character&scope_id={scope['id']}"
    page = (await person.get(f"/api/config/revisions?{query}")).ok()
    assert [(one["n"], one["ops"]) for one in page["items"]] == [(1, [say("/generation/top_k", 10)])]


async def test_values_that_do_not_fit_are_refused_with_their_range(person: Person) -> None:
    refused = await commit(person, {"type": "user"}, say("/generation/temperature", 9))
    assert refused.status == 422
    assert (refused.json()["code"], refused.json()["facts"]["max"]) == ("config_value_invalid", 5)
    assert (await commit(person, {"type": "user"}, say("/luck", 9))).json()["code"] == "config_path_unknown"
    assert (await commit(person, {"type": "user"}, say("/persona/id", "nobody"))).status == 422
    assert (await commit(person, {"type": "character"}, say("/reply/length", "long"))).status == 422


async def test_others_scopes_are_not_there(person: Person, modelled: Server) -> None:
    who = await character(person)
    chat = await conversation(person, who)
    user = (await person.get("/api/auth/me")).ok()["user"]["id"]
    (await person.post("/api/users", {"username": "guest", "password": "correct horse", "role": "member"})).ok()
    async with Person(modelled.url) as guest:
        await guest.sign_in("guest", "correct horse")
        for scope in ({"type": "user", "id": user}, {"type": "character", "id": who},
                      {"type": "conversation", "id": chat}):  # fmt: skip
            assert (await commit(guest, scope, say("/reply/length", "long"))).status == 404
            asked = f"scope_type={scope['type']}&scope_id={scope['id']}"
            assert (await guest.get(f"/api/config/revisions?{asked}")).status == 404
        assert (await guest.get(f"/api/config/effective?conversation_id={chat}")).status == 404
        assert (await commit(guest, {"type": "global"}, say("/reply/length", "long"))).status == 403


async def test_what_an_owner_locks_for_everybody_nobody_says_otherwise(person: Person) -> None:
    chat = await conversation(person, await character(person))
    here = {"type": "conversation", "id": chat}
    (await commit(person, here, say("/generation/top_a", 0.3))).ok()
    (await commit(person, {"type": "global"}, say("/generation/top_a", 0.1) | {"lock": True})).ok()
    told = (await person.get(f"/api/config/effective?conversation_id={chat}")).ok()
    assert (told["values"]["/generation/top_a"], told["locked"]) == (0.1, ["/generation/top_a"])
    (await commit(person, {"type": "global"}, {"op": "unset", "path": "/generation/top_a"})).ok()
    told = (await person.get(f"/api/config/effective?conversation_id={chat}")).ok()
    assert told["values"]["/generation/top_a"] == 0.3


async def test_the_persona_locked_nearest_is_played_and_one_in_the_trash_gives_way(person: Person) -> None:
    who = await character(person)
    captain = (await person.post("/api/personas", {"name": "Captain"})).ok()["id"]
    ghost = (await person.post("/api/personas", {"name": "Ghost"})).ok()["id"]
    (await commit(person, {"type": "character", "id": who}, say("/persona/id", captain))).ok()
    chat = await conversation(person, who)
    here = {"type": "conversation", "id": chat}

    async def signed() -> str:
        await reply(person, chat)
        items = (await person.get(f"/api/conversations/{chat}/messages")).ok()["items"]
        return str(items[-2]["name"])

    assert await signed() == "Captain"
    (await commit(person, here, say("/persona/id", ghost))).ok()
    assert await signed() == "Ghost"
    listed = {one["id"]: one for one in (await person.get("/api/personas")).ok()["items"]}
    assert [(use["type"], use["id"]) for use in listed[ghost]["uses"]] == [("conversation", chat)]
    assert listed[captain]["use_count"] == 1
    assert (await person.delete(f"/api/personas/{ghost}")).status == 204
    assert await signed() == "Captain"
    (await person.post(f"/api/personas/{ghost}:restore")).ok()
    assert await signed() == "Ghost"


async def test_the_connection_tuned_answers_and_one_that_is_gone_gives_way(person: Person) -> None:
    chat = await conversation(person, await character(person))
    here = {"type": "conversation", "id": chat}
    made = (await person.post("/api/connections", {"name": "Pretend", "kind": "demo"})).ok()
    (await commit(person, here, say("/connection/name", "Pretend"))).ok()
    why = await reply(person, chat)
    assert (why["route"]["connection"], why["route"]["reason"]) == ("Pretend", "config")
    await person.delete(f"/api/connections/{made['id']}")
    assert (await reply(person, chat))["route"]["connection"] == "mock"

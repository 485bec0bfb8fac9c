"""Lore, presets, templates, scripts and variables in real replies: what the model was sent, and what is kept."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.acceptance.agent.conftest import ends, heard, shown, text_of
from tests.conftest import NewServer
from tests.support.people import Person
from tests.support.processes import Program
from tests.support.servers import Server

SAY = '[[mock reply="{}"]]'


@pytest.fixture
async def ada(own_modelled: Server) -> AsyncIterator[Person]:
    """A person with a server of their own: what they tune holds for them everywhere."""
    async with Person(own_modelled.url, key=own_modelled.key) as somebody:
        yield somebody


async def said(person: Person, words: str, answer: str = "Aye.", **order: Any) -> dict[str, Any]:
    """The ids of a reply that was waited for, its text under `text`."""
    async with person.say(content=f"{words} {SAY.format(answer)}", **order) as frames:
        told = await heard(frames, ends)
    return dict(told[0].data) | {"text": text_of(told)}


async def again(person: Person, action: str, **order: Any) -> dict[str, Any]:
    async with person.say(action=action, **order) as frames:
        told = await heard(frames, ends)
    return dict(told[0].data) | {"text": text_of(told)}


async def tune(person: Person, scope: dict[str, Any], **values: Any) -> None:
    ops = [{"op": "set", "path": "/" + path.replace("__", "/"), "value": value} for path, value in values.items()]
    (await person.post("/api/config/revisions", {"scope": scope, "ops": ops})).ok()


async def plan_of(person: Person, message_id: str) -> dict[str, Any]:
    """The plan of a reply as the ledger has it."""
    why = (await person.get(f"/api/messages/{message_id}/why")).ok()
    [made] = [event for event in why["events"] if event["kind"] == "plan.made"][-1:]
    return dict(made["payload"]["plan"]) | {"sent": why["plan"]["messages"]}


async def sent_to(model: Program) -> list[dict[str, Any]]:
    async with Person(model.url) as beside:
        requests = (await beside.get("/mock/requests")).ok()
    return [request["body"] for request in requests if request["body"]]


def entry(key: str, content: str, **more: Any) -> dict[str, Any]:
    return {"key": [key], "content": content, "comment": key, **more}


async def book(person: Person, name: str, **entries: dict[str, Any]) -> str:
    made = (await person.post("/api/lorebooks", {"name": name, "entries": entries})).ok()
    return str(made["id"])


async def preset(person: Person, kind: str, name: str, data: dict[str, Any]) -> str:
    return str((await person.post("/api/presets", {"kind": kind, "name": name, "data": data})).ok()["id"])


ME: dict[str, Any] = {"type": "user"}


async def test_an_entry_wakes_by_its_key_and_the_account_tells_it(ada: Person, model: Program) -> None:
    lore = await book(ada, "Harbour", **{"0": entry("lantern", "The lantern burns green oil.")})
    await tune(ada, ME, lore__books=[lore])
    asked = await said(ada, "Why does the lantern flicker?")
    plan = await plan_of(ada, asked["reply_message_id"])
    [hit] = plan["lore"]["hits"]
    assert (hit["book"], hit["why"], hit["tokens"] > 0) == ("Harbour", "key: lantern", True)
    assert any("burns green oil" in json.dumps(body) for body in await sent_to(model))
    why = (await ada.get(f"/api/messages/{asked['reply_message_id']}/why")).ok()["plan"]
    assert [one["why"] for one in why["lore"]["hits"]] == ["key: lantern"]
    assert why["scripts"] == {"ran": [], "failed": []}
    listed = (await ada.get("/api/lorebooks")).ok()["items"]
    assert [(one["name"], one["everywhere"], one["entries"]) for one in listed] == [("Harbour", True, 1)]


async def test_books_of_the_chat_and_the_card_wake_where_they_are_attached(ada: Person) -> None:
    card = {
        "name": "Mira", "first_mes": "Hello.", "description": "Keeper.",
        "character_book": {"entries": [{"keys": ["storm"], "content": "Storms come from the west.", "enabled": True,
                                        "insertion_order": 1, "extensions": {}}]},
    }  # fmt: skip
    mira = (await ada.post("/api/characters", {"card": card})).ok()["id"]
    first = await said(ada, "A storm!", character_id=mira)
    here = {"type": "conversation", "id": first["conversation_id"]}
    await tune(ada, here, lore__books=[await book(ada, "Tides", **{"0": entry("tide", "The tide is out.")})])
    second = await said(ada, "And the tide in this storm?", conversation_id=first["conversation_id"])
    plan = await plan_of(ada, second["reply_message_id"])
    assert {hit["title"] for hit in plan["lore"]["hits"]} == {"tide", "Mira's Lorebook.0"}
    other = await plan_of(ada, (await said(ada, "Tide?"))["reply_message_id"])
    assert "lore" not in other


async def test_a_chosen_preset_says_which_messages_are_sent(ada: Person) -> None:
    chosen = await preset(ada, "chat", "Terse", {
        "prompts": [{"identifier": "main", "name": "Main", "role": "system", "content": "Answer tersely, {{char}}."}],
        "new_chat_prompt": "[Begin]", "temperature": 0.3,
    })  # fmt: skip
    before = await plan_of(ada, (await said(ada, "Hi."))["reply_message_id"])
    await tune(ada, ME, preset__chat=chosen)
    after = await plan_of(ada, (await said(ada, "Hi."))["reply_message_id"])
    assert before["sent"][0]["content"] != after["sent"][0]["content"]
    assert after["sent"][0]["content"].startswith("Answer tersely, ")
    assert {"path": "/generation/temperature", "value": 0.3, "source": "preset"} in after["config"]["used"]


async def test_scripts_have_their_say_where_they_are_meant_to(ada: Person, model: Program) -> None:
    def script(name: str, find: str, put: str, placement: list[int], **more: Any) -> dict[str, Any]:
        return {"scriptName": name, "id": name, "findRegex": find, "replaceString": put, "placement": placement, **more}

    scripts = [
        script("in", "/teh/g", "the", [1]),
        script("out", "/damn/gi", "darn", [2]),
        script("sent", "/secret/g", "[redacted]", [1], promptOnly=True),
        script("seen", "/darn/g", "d***", [2], markdownOnly=True),
    ]
    ids = [await preset(ada, "script", one["scriptName"], one) for one in scripts]
    await tune(ada, ME, scripts__enabled=ids)
    asked = await said(ada, "teh secret", "Damn it.")
    items = await shown(ada, asked["conversation_id"])
    assert items[-2]["text"].startswith("the secret")
    assert (items[-1]["text"], asked["text"]) == ("darn it.", "darn it.")
    plan = await plan_of(ada, asked["reply_message_id"])
    assert plan["sent"][-1]["content"].startswith("the [redacted]")
    assert [one["name"] for one in plan["scripts"]["ran"]] == ["sent"]
    path = f"/api/conversations/{asked['conversation_id']}:display"
    seen = (await ada.post(path, {"message_ids": [item["id"] for item in items]})).ok()["items"]
    assert seen == [{"message_id": items[-1]["id"], "text": "d*** it.", "reasoning": None}]


def rule(name: str, find: str, put: str, placement: list[int], **more: Any) -> dict[str, Any]:
    return {"scriptName": name, "id": name, "findRegex": find, "replaceString": put, "placement": placement, **more}


async def turn_on(person: Person, *scripts: dict[str, Any]) -> None:
    ids = [await preset(person, "script", one["scriptName"], one) for one in scripts]
    await tune(person, ME, scripts__enabled=ids)


async def looks(person: Person, conversation_id: str, **asked: Any) -> dict[str, Any]:
    return dict((await person.post(f"/api/conversations/{conversation_id}:display", asked)).ok())


async def test_what_is_shown_otherwise_is_told_with_the_word_for_its_scripts(ada: Person) -> None:
    asked = await said(ada, "Hello.", "A wolf.")
    here = asked["conversation_id"]
    assert await looks(ada, here, newest=20) == {"scripts": None, "near": 0, "items": []}
    await turn_on(ada, rule("seen", "/wolf/g", "dog", [2], markdownOnly=True))
    first = await looks(ada, here, newest=20)
    assert [one["text"] for one in first["items"]] == ["A dog."]
    assert first["near"] == 0
    await turn_on(ada, rule("other", "/wolf/g", "cat", [2], markdownOnly=True, maxDepth=1))
    second = await looks(ada, here, newest=20)
    assert (second["scripts"] != first["scripts"], second["near"]) == (True, 2)
    await said(ada, "More.", "Another wolf.", conversation_id=here)
    assert [one["text"] for one in (await looks(ada, here, newest=20))["items"]] == ["Another cat."]


async def test_messages_far_above_the_newest_are_shown_by_the_same_scripts(ada: Person) -> None:
    here = (await said(ada, "Hello.", "Aye."))["conversation_id"]
    told: dict[str, Any] = {"conversation_id": here, "as": {"role": "character", "name": "Old"}, "reply": False}
    for at in range(204):
        (await ada.post("/v1/agent/messages", told | {"content": f"wolf {at}"})).ok()
    await turn_on(ada, rule("seen", "/wolf/g", "dog", [2], markdownOnly=True, minDepth=202))
    path = (await ada.get(f"/api/conversations/{here}/messages", params={"limit": 200})).ok()
    top = (await ada.get(f"/api/conversations/{here}/messages", params={"before": path["items"][0]["id"]})).ok()[
        "items"
    ]
    seen = await looks(ada, here, message_ids=[one["id"] for one in top])
    assert [one["text"] for one in seen["items"]] == ["dog 0", "dog 1"]
    assert (await looks(ada, here, message_ids=[path["items"][-1]["id"]]))["items"] == []


async def test_only_scripts_that_run_on_edits_change_what_was_edited(ada: Person) -> None:
    asked = await said(ada, "Hello.", "Aye.")
    await turn_on(
        ada,
        rule("edits", "/teh/g", "the", [2], runOnEdit=True),
        rule("births", "/cat/g", "dog", [2]),
        rule("others", "/teh/g", "THE", [1], runOnEdit=True),
    )
    path = f"/api/messages/{asked['reply_message_id']}:edit"
    versions = {one["id"]: one["version"] for one in await shown(ada, asked["conversation_id"])}
    given = {"text": "teh cat", "version": versions[asked["reply_message_id"]]}
    assert (await ada.post(path, given)).ok()["message"]["text"] == "the cat"
    given = {"text": "teh cat", "version": versions[asked["message_id"]]}
    mine = (await ada.post(f"/api/messages/{asked['message_id']}:edit", given)).ok()["message"]
    assert mine["text"] == "THE cat"


async def test_a_script_that_cannot_run_is_named_and_the_reply_comes_all_the_same(ada: Person) -> None:
    bad = {"scriptName": "Bad", "id": "bad", "findRegex": "/(/g", "replaceString": "", "placement": [1],
           "promptOnly": True}  # fmt: skip
    await tune(ada, ME, scripts__enabled=[await preset(ada, "script", "Bad", bad)])
    asked = await said(ada, "Hello.")
    plan = await plan_of(ada, asked["reply_message_id"])
    assert plan["scripts"]["failed"] == [{"id": "bad", "name": "Bad", "why": "invalid"}]


async def test_variables_survive_and_follow_the_branch(ada: Person) -> None:
    first = await said(ada, "{{setvar::mood::calm}}{{setglobalvar::sky::red}}One.")
    here = {"conversation_id": first["conversation_id"]}
    fork = (await shown(ada, here["conversation_id"]))[-1]
    await said(ada, "{{setvar::mood::wild}}Two.", **here)
    third = await said(ada, "It is {{getvar::mood}} under {{getglobalvar::sky}}.", **here)
    texts = [item["text"] for item in await shown(ada, here["conversation_id"])]
    assert texts[-2].startswith("It is wild under red.")
    assert "{{" not in "".join(texts)
    (await ada.post(f"/api/conversations/{here['conversation_id']}:select-leaf", {"message_id": fork["id"]})).ok()
    await said(ada, "Back: {{getvar::mood}}.", **here)
    assert (await shown(ada, here["conversation_id"]))[-2]["text"].startswith("Back: calm.")
    elsewhere = await said(ada, "Here: {{getvar::mood}}|{{getglobalvar::sky}}.")
    assert (await shown(ada, elsewhere["conversation_id"]))[-2]["text"].startswith("Here: |red.")
    assert (await plan_of(ada, third["reply_message_id"]))["variables"]["local"] == {"mood": "wild"}


async def test_what_stays_awake_stays_with_its_branch(ada: Person) -> None:
    woken = entry("dragon", "A dragon sleeps here.", sticky=4, scanDepth=1)
    await tune(ada, ME, lore__books=[await book(ada, "Beasts", **{"0": woken})])
    first = await said(ada, "Quiet night.")
    here = {"conversation_id": first["conversation_id"]}
    fork = (await shown(ada, here["conversation_id"]))[-1]
    second = await said(ada, "A dragon!", **here)
    third = await said(ada, "And then?", **here)
    plans = [await plan_of(ada, one["reply_message_id"]) for one in (second, third)]
    assert [[hit["why"] for hit in plan["lore"]["hits"]] for plan in plans] == [["key: dragon"], ["sticky"]]
    (await ada.post(f"/api/conversations/{here['conversation_id']}:select-leaf", {"message_id": fork["id"]})).ok()
    other = await said(ada, "Only wind.", **here)
    assert (await plan_of(ada, other["reply_message_id"]))["lore"]["hits"] == []


async def test_a_connection_that_completes_text_gets_one_string(new_server: NewServer, model: Program) -> None:
    server = new_server()
    add = ("connection", "add", "plain", "--kind", "text", "--base-url", f"{model.url}/v1", "--model", "mag-mell")
    server.command(*add, "--default")
    async with Person(server.url, key=server.key) as person:
        async with person.say(content="Tell me of teal herons.") as frames:
            told = await heard(frames, ends)
        plan = await plan_of(person, told[0].data["reply_message_id"])
    [message] = plan["sent"]
    assert message["role"] == "prompt"
    assert "<|im_start|>user\nTell me of teal herons.<|im_end|>" in message["content"]
    assert message["content"].endswith("<|im_start|>assistant\n")
    prompts = [body for body in await sent_to(model) if "teal herons" in str(body.get("prompt"))]
    assert [body["prompt"] for body in prompts] == [message["content"]]
    assert "<|im_end|>" in prompts[0]["stop"]

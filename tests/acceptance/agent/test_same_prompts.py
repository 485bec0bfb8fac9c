"""What SillyTavern would have sent, from what is stored here: posted as a person does, read at the model."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.acceptance.agent.conftest import shown, task_ended
from tests.acceptance.agent.test_objects import ME, again, plan_of, preset, said, sent_to, tune
from tests.acceptance.interop.test_importing import imported
from tests.conftest import NewServer
from tests.support.people import Person
from tests.support.processes import Program
from tests.support.servers import Server
from tests.support.tavernfolder import card, chat, zipped

CARD: dict[str, Any] = {"name": "Mira", "description": "Keeper of the light.", "first_mes": "Hello."}
NOTE = {"note__text": "Rain all night.", "note__depth": 1}


@pytest.fixture
async def ada(own_modelled: Server) -> AsyncIterator[Person]:
    """A person with a server of their own: what they tune holds for them everywhere."""
    async with Person(own_modelled.url, key=own_modelled.key) as somebody:
        yield somebody


async def character(person: Person, **fields: Any) -> str:
    return str((await person.post("/api/characters", {"card": CARD | fields})).ok()["id"])


async def sent_for(person: Person, words: str, **order: Any) -> list[tuple[str, str]]:
    """(role, text) of every message that was sent for the reply to these words."""
    plan = await plan_of(person, (await said(person, words, **order))["reply_message_id"])
    return [(one["role"], one["content"]) for one in plan["sent"]]


@pytest.mark.parametrize(
    ("place", "wanted"),
    [
        ({"position": "in_prompt"}, ("system", "A courier.")),
        ({"position": "note_top"}, ("system", "A courier.\nRain all night.")),
        ({"position": "note_bottom"}, ("system", "Rain all night.\nA courier.")),
        ({"position": "in_chat", "depth": 0, "role": "user"}, ("user", "A courier.")),
    ],
)
async def test_a_persona_is_told_where_it_was_placed(
    ada: Person, place: dict[str, Any], wanted: tuple[str, str]
) -> None:
    given = {"name": "Ari", "description": "A courier.", "is_default": True, **place}
    made = (await ada.post("/api/personas", given)).ok()
    assert {name: made[name] for name in place} == place
    await tune(ada, ME, **NOTE)
    sent = await sent_for(ada, "Who am I?", character_id=await character(ada))
    assert wanted in sent
    assert sum("A courier." in text for _, text in sent) == 1
    if place["position"] == "in_chat":
        assert sent[-1] == wanted


async def test_a_persona_moved_out_of_prompts_is_not_told_but_can_be_named(ada: Person) -> None:
    made = (await ada.post("/api/personas", {"name": "Ari", "description": "A courier.", "is_default": True})).ok()
    change = {"version": made["version"], "position": "none"}
    assert (await ada.patch(f"/api/personas/{made['id']}", change)).ok()["position"] == "none"
    told = json.dumps(await sent_for(ada, "Who am I?", character_id=await character(ada)))
    assert "A courier." not in told
    named = await character(ada, description="Knows that {{user}} is: {{persona}}")
    assert "A courier." not in json.dumps(await sent_for(ada, "Hm.", character_id=named))
    await tune(ada, ME, note__text="{{persona}}")
    assert ("system", "A courier.") in await sent_for(ada, "Hm.", character_id=named)


async def opened(person: Person, character_id: str, **more: Any) -> tuple[str, list[dict[str, Any]]]:
    """A new conversation: its id and its messages."""
    made = (await person.post("/api/conversations", {"character_id": character_id, **more})).ok()
    return made["id"], await shown(person, made["id"])


async def test_the_macros_of_a_greeting_run_once_when_it_is_said(ada: Person) -> None:
    said_first = "{{user}}, {{char}} here. {{random::Tea::Rum}} or {{pick::oil::wick::flame}}? {{isodate}} {{time}}|"
    mira = await character(ada, first_mes=said_first, alternate_greetings=["{{roll::1d1}} lamp."])
    conversation, [greeting] = await opened(ada, mira)
    assert re.fullmatch(r".+, Mira here\. (Tea|Rum) or (oil|wick|flame)\? \d{4}-\d\d-\d\d .+\|", greeting["text"])
    variants = (await ada.get(f"/api/messages/{greeting['id']}/variants")).ok()["items"]
    assert [one["text"] for one in variants] == [greeting["text"], "1 lamp."]
    sent = await sent_for(ada, "Hm.", conversation_id=conversation)
    assert ("assistant", greeting["text"]) in sent
    posted = await said(ada, "Hm.", character_id=mira)
    first = (await shown(ada, posted["conversation_id"]))[0]
    assert "{{" not in first["text"]


async def test_what_a_greeting_sets_holds_where_that_greeting_was_chosen(ada: Person) -> None:
    mira = await character(
        ada, first_mes="{{setvar::mood::calm}}Hello.", alternate_greetings=["{{setvar::mood::wild}}You!"]
    )
    for number, mood in ((0, "calm"), (1, "wild")):
        conversation, _ = await opened(ada, mira, greeting=number)
        await said(ada, "Mira is {{getvar::mood}}.", conversation_id=conversation)
        assert (await shown(ada, conversation))[1]["text"].startswith(f"Mira is {mood}.")
    posted = await said(ada, "Now {{getvar::mood}}.", character_id=mira)
    assert (await shown(ada, posted["conversation_id"]))[1]["text"].startswith("Now calm.")


async def test_scripts_have_their_say_about_a_greeting_before_it_is_stored(ada: Person) -> None:
    script = {"scriptName": "tidy", "id": "tidy", "findRegex": "/damn/g", "replaceString": "darn", "placement": [2]}
    await tune(ada, ME, scripts__enabled=[await preset(ada, "script", "tidy", script)])
    _, [greeting] = await opened(ada, await character(ada, first_mes="Damn, damn."))
    assert greeting["text"] == "Damn, darn."


COUNTING = "{{incvar::turns}}{{setvar::seen_NUMBER::yes}}"


async def test_messages_posted_at_the_same_moment_lose_no_change(ada: Person) -> None:
    conversation = (await said(ada, "Begin."))["conversation_id"]
    words = [COUNTING.replace("NUMBER", str(number)) + f"{number}" for number in range(6)]
    body: dict[str, Any] = {"conversation_id": conversation, "reply": False}
    told = await asyncio.gather(*(ada.post("/v1/agent/messages", body | {"content": one}) for one in words))
    assert {answer.status for answer in told} <= {200, 201, 202}
    asked = "{{getvar::turns}}|" + "".join(f"{{{{getvar::seen_{number}}}}}" for number in range(6)) + "|"
    await said(ada, asked, conversation_id=conversation)
    last = (await shown(ada, conversation))[-2]
    assert last["text"].startswith("6|" + "yes" * 6 + "|")


async def test_global_variables_counted_in_two_chats_at_once_lose_no_change(ada: Person) -> None:
    words = "{{incglobalvar::meetings}}met"
    await asyncio.gather(*(ada.post("/v1/agent/messages", {"content": words, "reply": False}) for _ in range(5)))
    posted = await said(ada, "{{getglobalvar::meetings}} in all")
    assert (await shown(ada, posted["conversation_id"]))[-2]["text"].startswith("5 in all")


async def test_what_a_reply_still_being_made_changes_is_there_after_a_message_posted_meanwhile(ada: Person) -> None:
    counting = {"prompts": [{"identifier": "main", "name": "M", "content": "{{incvar::prompts}} prompts."}]}
    await tune(ada, ME, preset__chat=await preset(ada, "chat", "Counting", counting))
    conversation = (await said(ada, "{{setvar::who::Ari}}One."))["conversation_id"]
    here = {"conversation_id": conversation}
    (await ada.post("/v1/agent/messages", here | {"content": "Two."})).ok()
    last = (await ada.post("/v1/agent/messages", here | {"content": "{{setvar::mood::calm}}Three."})).ok()
    await task_ended(ada, last["task_id"])
    told = (await plan_of(ada, last["reply_message_id"]))["variables"]["local"]
    assert told == {"who": "Ari", "mood": "calm", "prompts": 3}


@pytest.mark.parametrize("allowed", [False, True])
async def test_a_card_keeps_to_its_chat_unless_it_is_allowed_more(ada: Person, allowed: bool) -> None:
    await said(ada, "{{setglobalvar::sky::blue}}Mine.")
    mira = await character(
        ada, first_mes="{{setglobalvar::lamp::lit}}Hello.",
        description="The sky is {{getglobalvar::sky}}{{$sky}}. {{setglobalvar::sky::red}}{{if $sky}}Seen.{{/if}}",
    )  # fmt: skip
    if allowed:
        await tune(ada, {"type": "character", "id": mira}, macros__global_variables=True)
    posted = await said(ada, "Look.", character_id=mira)
    sent = (await plan_of(ada, posted["reply_message_id"]))["sent"]
    seen = "The sky is blueblue. Seen." if allowed else "The sky is . Seen."
    assert seen in [one["content"] for one in sent]
    elsewhere = await said(ada, "{{getglobalvar::sky}}|{{getglobalvar::lamp}}|")
    told = (await shown(ada, elsewhere["conversation_id"]))[-2]["text"]
    assert told.startswith("red|lit|" if allowed else "blue||")
    here = {"conversation_id": posted["conversation_id"]}
    await said(ada, "{{getvar::sky}}|{{getvar::lamp}}|", **here)
    assert (await shown(ada, here["conversation_id"]))[-2]["text"].startswith("||" if allowed else "red|lit|")


async def test_what_a_character_says_reaches_no_variable_of_other_chats(ada: Person) -> None:
    here = {"conversation_id": (await said(ada, "Go."))["conversation_id"]}
    words = {"content": "{{setglobalvar::key::stolen}}Done.", "as": {"role": "character"}, "reply": False}
    (await ada.post("/v1/agent/messages", here | words)).ok()
    await said(ada, "And?", **here)
    other = await said(ada, "[{{getglobalvar::key}}]")
    assert (await shown(ada, other["conversation_id"]))[-2]["text"].startswith("[]")


@pytest.fixture
async def teller(new_server: NewServer, model: Program) -> AsyncIterator[Person]:
    """A person whose model completes text."""
    server = new_server()
    add = ("connection", "add", "plain", "--kind", "text", "--base-url", f"{model.url}/v1", "--model", "Hearth-7B-v2")
    server.command(*add, "--default")
    async with Person(server.url, key=server.key) as somebody:
        yield somebody


KOBOLD = {
    "temp": 0.63, "rep_pen": 1.1, "rep_pen_slope": 0.7, "typical": 0.9, "tfs": 0.97, "top_p": 0.9, "top_k": 0,
    "sampler_order": [6, 0, 1], "grammar": "root ::= [a-z]+", "genamt": 77,
}  # fmt: skip
NOVEL = {"temperature": 1.2, "tail_free_sampling": 0.9, "repetition_penalty": 2, "math1_temp": 0.3, "presetVersion": 3}


async def test_a_kobold_preset_is_applied_and_what_no_server_there_knows_is_named(
    teller: Person, model: Program
) -> None:
    await tune(teller, ME, preset__text=await preset(teller, "kobold", "Godlike", KOBOLD))
    posted = await said(teller, "Tell of grey geese.")
    [body] = [one for one in await sent_to(model) if "grey geese" in str(one.get("prompt"))]
    told = {name: body.get(name) for name in ("temperature", "repetition_penalty", "typical_p", "tfs", "max_tokens")}
    assert told == {
        "temperature": 0.63, "repetition_penalty": 1.1, "typical_p": 0.9, "tfs": 0.97, "max_tokens": 77,
    }  # fmt: skip
    assert body["grammar_string"] == KOBOLD["grammar"]
    assert (await plan_of(teller, posted["reply_message_id"]))["config"]["ignored"] == [
        "repetition_penalty_slope", "sampler_order",
    ]  # fmt: skip


async def test_a_novel_preset_is_applied_as_far_as_it_goes(teller: Person, model: Program) -> None:
    await tune(teller, ME, preset__text=await preset(teller, "novel", "Edgewise", NOVEL))
    posted = await said(teller, "Tell of brown bears.")
    [body] = [one for one in await sent_to(model) if "brown bears" in str(one.get("prompt"))]
    assert (body["temperature"], body["tfs"], body["repetition_penalty"]) == (1.2, 0.9, 2)
    assert (await plan_of(teller, posted["reply_message_id"]))["config"]["ignored"] == ["math1_temp"]


async def prompt_for(person: Person, words: str) -> str:
    plan = await plan_of(person, (await said(person, words))["reply_message_id"])
    return str(plan["sent"][0]["content"])


async def test_a_template_whose_pattern_fits_the_models_name_is_taken(teller: Person) -> None:
    def instruct(word: str, **more: Any) -> dict[str, Any]:
        return {"name": word, "input_sequence": f"<{word}>", "output_sequence": "<REPLY>", **more}

    other = await preset(teller, "instruct", "Anvil", instruct("ANVIL", activation_regex="/anvil/i"))
    await preset(teller, "instruct", "Broken", instruct("BROKEN", activation_regex="/(/"))
    await preset(teller, "instruct", "Hearth", instruct("HEARTH", activation_regex="/hearth-\\d+b/i"))
    await preset(teller, "context", "Hearth", {"name": "Hearth", "story_string": "STORY OF {{char}}\n"})
    sent = await prompt_for(teller, "Hello.")
    assert "<HEARTH>" in sent
    assert sent.startswith("STORY OF ")
    await tune(teller, ME, template__instruct=other)
    assert "<ANVIL>" in await prompt_for(teller, "Hello.")
    await tune(teller, ME, template__by_model=True)
    assert "<HEARTH>" in await prompt_for(teller, "Hello.")


def group_folder(**group: Any) -> bytes:
    told = {"id": "7", "name": "Crew", "members": ["Mira.png", "Bo.png", "Kit.png"], "disabled_members": ["Kit.png"],
            "chats": ["Night watch"], "chat_id": "Night watch", **group}  # fmt: skip
    return zipped(files={
        "characters/Mira.png": card("Mira"), "characters/Bo.png": card("Bo"), "characters/Kit.png": card("Kit"),
        "groups/7.json": json.dumps(told).encode(),
        "group chats/Night watch.jsonl": chat(("Mira", "All aboard."), ("you", "Aye."), ("Bo", "Cold night.")),
        "settings.json": json.dumps({"username": "Ari"}).encode(),
    })  # fmt: skip


async def crew(person: Person, **group: Any) -> str:
    """An imported group's conversation."""
    await imported(person, group_folder(**group))
    [one] = [one for one in (await person.get("/api/conversations")).ok()["items"] if one["title"] == "Night watch"]
    assert one["character_name"] == "Crew"
    return str(one["id"])


async def until_quiet(person: Person, conversation_id: str) -> list[dict[str, Any]]:
    async with asyncio.timeout(20):
        while any(one["status"] in ("queued", "streaming") for one in await shown(person, conversation_id)):
            await asyncio.sleep(0.05)
    return await shown(person, conversation_id)


async def test_an_imported_group_is_answered_by_the_member_who_is_named(ada: Person) -> None:
    conversation = await crew(ada, generation_mode=0)
    posted = await said(ada, "Bo, what do you see?", conversation_id=conversation)
    told = await until_quiet(ada, conversation)
    assert [one["name"] for one in told[:3]] == ["Mira", "you", "Bo"]
    assert told[4]["name"] == "Bo"
    assert told[4]["character_id"] == told[2]["character_id"] is not None
    sent = [one["content"] for one in (await plan_of(ada, posted["reply_message_id"]))["sent"]]
    assert "Bo keeps the light." in sent
    assert "Mira keeps the light." not in sent
    assert "Mira: All aboard." in sent
    assert "[Start a new group chat. Group members: Mira, Bo, Kit]" in sent
    assert "[Write the next reply only as Bo.]" in sent


async def test_a_group_in_list_order_answers_with_everybody_who_is_not_muted(ada: Person) -> None:
    conversation = await crew(ada, activation_strategy=1, generation_mode=1)
    posted = await said(ada, "Report.", conversation_id=conversation)
    told = await until_quiet(ada, conversation)
    assert [one["name"] for one in told[4:]] == ["Mira", "Bo"]
    assert all(one["text"] for one in told[4:])
    sent = "\n".join(one["content"] for one in (await plan_of(ada, posted["reply_message_id"]))["sent"])
    assert "Mira keeps the light.\nBo keeps the light." in sent
    assert "Kit keeps the light." not in sent


async def test_in_a_group_led_by_hand_somebody_answers_only_when_asked_to(ada: Person) -> None:
    conversation = await crew(ada, activation_strategy=2)
    posted = (await ada.post("/v1/agent/messages", {"content": "Hm.", "conversation_id": conversation})).ok()
    assert posted["reply_message_id"] is None
    await again(ada, "regenerate", conversation_id=conversation)
    told = await until_quiet(ada, conversation)
    assert told[-1]["name"] in ("Mira", "Bo")


TAGS = {"tags": [{"id": "t1", "name": "keeper"}], "tag_map": {"mira-of-the-rock.png": ["t1"]}}


@pytest.mark.parametrize(
    ("chosen", "wakes"),
    [
        ({"names": ["mira-of-the-rock"]}, True),
        ({"names": ["Mira"]}, True),
        ({"names": ["Bo"]}, False),
        ({"names": ["mira-of-the-rock"], "isExclude": True}, False),
        ({"tags": ["t1"]}, True),
        ({"tags": ["t2"]}, False),
        ({"tags": ["t1"], "isExclude": True}, False),
    ],
)
async def test_lore_of_an_imported_book_is_told_to_the_characters_it_is_for(
    ada: Person, chosen: dict[str, Any], wakes: bool
) -> None:
    entry = {"uid": 0, "key": ["lamp"], "content": "It turns.", "characterFilter": chosen}
    settings = TAGS | {"world_info_settings": {"world_info": {"globalSelect": ["Coast"]}}}
    await imported(ada, zipped(files={
        "characters/mira-of-the-rock.png": card("Mira"), "settings.json": json.dumps(settings).encode(),
        "worlds/Coast.json": json.dumps({"entries": {"0": entry}}).encode(),
    }))  # fmt: skip
    [mira] = [one["id"] for one in (await ada.get("/api/characters")).ok()["items"] if one["name"] == "Mira"]
    told = [text for _, text in await sent_for(ada, "Light the lamp.", character_id=mira)]
    assert any("It turns." in text for text in told) is wakes


async def test_who_speaks_in_anothers_chat_is_named_in_the_prompt(ada: Person) -> None:
    lines = (("Mira", "Hello."), ("you", "Who is there?"), ("Bo", "Only me."))
    await imported(ada, zipped(files={"characters/Mira.png": card("Mira"), "chats/Mira/Evening.jsonl": chat(*lines)}))
    [one] = [one for one in (await ada.get("/api/conversations")).ok()["items"] if one["title"] == "Evening"]
    sent = await sent_for(ada, "Come in.", conversation_id=one["id"])
    assert ("assistant", "Bo: Only me.") in sent
    assert ("assistant", "Hello.") in sent


@pytest.mark.parametrize("allowed", [False, True])
async def test_lore_wakes_by_the_authors_note_where_the_imported_settings_allow_it(ada: Person, allowed: bool) -> None:
    entry = {"uid": 0, "key": ["lamp"], "content": "It turns."}
    note = {"default": "Mind the lamp.", "allowWIScan": allowed}
    settings = {
        "extension_settings": {"note": note}, "world_info_settings": {"world_info": {"globalSelect": ["Coast"]}},
    }  # fmt: skip
    await imported(ada, zipped(files={
        "characters/Mira.png": card("Mira"), "settings.json": json.dumps(settings).encode(),
        "worlds/Coast.json": json.dumps({"entries": {"0": entry}}).encode(),
    }))  # fmt: skip
    [mira] = [one["id"] for one in (await ada.get("/api/characters")).ok()["items"] if one["name"] == "Mira"]
    told = "\n".join(text for _, text in await sent_for(ada, "Good evening.", character_id=mira))
    assert "Mind the lamp." in told
    assert ("It turns." in told) is allowed

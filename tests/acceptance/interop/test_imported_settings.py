"""What settings.json brings besides config: variables of all chats, and who is played from now on."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.support.moving import IMPORT, imported, items
from tests.support.people import Person
from tests.support.tavernfolder import FILES, zipped


def folder(**settings: Any) -> bytes:
    told = json.loads(FILES["settings.json"])
    for name, value in settings.items():
        told[name] = told.get(name, {}) | value if isinstance(value, Mapping) else value
    return zipped(files=dict(FILES) | {"settings.json": json.dumps(told).encode()})


def variables(**told: Any) -> dict[str, Any]:
    return {"variables": {"global": told}}


async def said(ari: Person, text: str) -> str:
    """What macros make of a text, with the person's own variables."""
    card = (await ari.post("/api/characters", {"card": {"name": "Bo"}})).ok()
    chat = (await ari.post("/api/conversations", {"character_id": card["id"]})).ok()["id"]
    told = {"conversation_id": chat, "content": text, "reply": False}
    (await ari.post("/v1/agent/messages", told)).ok()
    return str((await ari.get(f"/api/conversations/{chat}/messages")).ok()["items"][0]["text"])


async def fields_of(ari: Person, import_id: str) -> dict[str, tuple[str, str]]:
    [item] = await items(ari, import_id, kind="settings")
    return {one["field"]: (one["status"], one["why"]) for one in item["fields"]}


async def test_variables_of_all_chats_come_along_and_go_with_the_import(ari: Person) -> None:
    done = await imported(ari, folder(extension_settings=variables(gold=12, home="Gull Rock", odd={"a": [1]})))
    assert await said(ari, "{{getglobalvar::gold}} {{getglobalvar::home}} {{getglobalvar::odd}}") == (
        '12 Gull Rock {"a":[1]}'
    )
    told = await fields_of(ari, done["id"])
    assert told["extension_settings.variables.global.gold"][0] == "mapped"
    assert (await ari.post(f"{IMPORT}/{done['id']}:undo", {})).ok()["kept"] == []
    assert await said(ari, "[{{getglobalvar::gold}}]") == "[]"


async def test_a_variable_of_ones_own_stays_and_the_report_says_so(ari: Person) -> None:
    await said(ari, "{{setglobalvar::gold::3}}.")
    done = await imported(ari, folder(extension_settings=variables(gold=12, home="Gull Rock")))
    assert await said(ari, "{{getglobalvar::gold}} {{getglobalvar::home}}") == "3 Gull Rock"
    told = await fields_of(ari, done["id"])
    status, why = told["extension_settings.variables.global.gold"]
    assert (status, "yours stays" in why) == ("preserved", True)
    (await ari.post(f"{IMPORT}/{done['id']}:undo", {})).ok()
    assert await said(ari, "{{getglobalvar::gold}}[{{getglobalvar::home}}]") == "3[]"


async def test_a_variable_that_was_changed_since_outlives_the_undo(ari: Person) -> None:
    done = await imported(ari, folder(extension_settings=variables(gold=12)))
    await said(ari, "{{setglobalvar::gold::13}}.")
    undone = (await ari.post(f"{IMPORT}/{done['id']}:undo", {})).ok()
    assert [(one["kind"], one["why"]) for one in undone["kept"]] == [("settings", "changed")]
    assert await said(ari, "{{getglobalvar::gold}}") == "13"


async def default_persona(ari: Person) -> str:
    return next(one["name"] for one in (await ari.get("/api/personas")).ok()["items"] if one["is_default"])


async def test_a_new_account_plays_the_folders_persona_from_now_on(ari: Person) -> None:
    done = await imported(ari, folder(power_user={"default_persona": "me.png"}))
    assert await default_persona(ari) == "Ari"
    (await ari.post(f"{IMPORT}/{done['id']}:undo", {})).ok()
    assert await default_persona(ari) == "ari"
    await imported(ari, folder(power_user={"default_persona": "me.png"}))
    assert await default_persona(ari) == "Ari"


@pytest.mark.parametrize("default", [None, "gone.png"])
async def test_without_a_default_the_persona_in_use_is_played(ari: Person, default: str | None) -> None:
    await imported(ari, folder(user_avatar="me.png", power_user={"default_persona": default}))
    assert await default_persona(ari) == "Ari"


async def test_who_has_a_persona_of_their_own_goes_on_playing_it(ari: Person) -> None:
    [mine] = (await ari.get("/api/personas")).ok()["items"]
    told = {"version": mine["version"], "description": "A smuggler."}
    (await ari.patch(f"/api/personas/{mine['id']}", told)).ok()
    await imported(ari, folder(power_user={"default_persona": "me.png"}))
    assert await default_persona(ari) == "ari"


async def test_what_was_decided_for_all_prompts_comes_along(ari: Person) -> None:
    power = {
        "user_prompt_bias": "*She", "collapse_newlines": True, "pin_examples": True, "strip_examples": True,
        "prefer_character_prompt": False, "prefer_character_jailbreak": True, "token_padding": "128",
        "trim_sentences": True, "custom_stopping_strings": '["\\n---", 7, "END"]',
    }  # fmt: skip
    done = await imported(ari, folder(power_user=power))
    values = (await ari.get("/api/config/effective")).ok()["values"]
    told = {path.removeprefix("/prompt/"): value for path, value in values.items() if path.startswith("/prompt/")}
    assert told == {
        "reply_start": "*She", "collapse_newlines": True, "pin_examples": True, "strip_examples": True,
        "card_prompt": False, "card_post_history": True, "trim_sentences": True, "padding_tokens": 128,
    }  # fmt: skip
    assert values["/generation/stop"] == ["\n---", "END"]
    assert (await fields_of(ari, done["id"]))["power_user.pin_examples"] == ("mapped", "/prompt/pin_examples")
    (await ari.post(f"{IMPORT}/{done['id']}:undo", {})).ok()
    assert (await ari.get("/api/config/effective")).ok()["values"]["/prompt/reply_start"] == ""


PROMPTS = {
    "prompts": [{"identifier": "main", "content": "Live main.", "system_prompt": True}, {"identifier": "chatHistory"}],
    "prompt_order": [
        {"character_id": 100001, "order": [{"identifier": "main", "enabled": True}, {"identifier": "chatHistory"}]}
    ],
}


async def chosen(ari: Person, path: str) -> dict[str, Any]:
    """The preset that config names there."""
    found = (await ari.get("/api/config/effective")).ok()["values"][path]
    return dict((await ari.get(f"/api/presets/{found}")).ok())


async def test_a_preset_edited_since_its_file_comes_as_it_was_in_use(ari: Person) -> None:
    oai = {"preset_settings_openai": "Mine", **PROMPTS, "api_key_openai": "sk-1"}
    done = await imported(ari, folder(oai_settings=oai))
    preset = await chosen(ari, "/preset/chat")
    assert (preset["name"], preset["data"]["prompts"][0]["content"]) == ("Mine (in use)", "Live main.")
    [item] = await items(ari, done["id"], kind="settings")
    assert [one["code"] for one in item["warnings"]] == ["in_use_differs"]
    (await ari.post(f"{IMPORT}/{done['id']}:undo", {})).ok()
    assert [one["name"] for one in (await ari.get("/api/presets")).ok()["items"]] == []


async def test_a_preset_in_use_as_its_file_says_is_chosen_itself(ari: Person) -> None:
    oai = {"preset_settings_openai": "Mine", "prompts": []}
    await imported(ari, folder(oai_settings=oai))
    assert (await chosen(ari, "/preset/chat"))["name"] == "Mine"


async def test_a_template_switched_off_in_the_settings_is_off_here(ari: Person) -> None:
    power = {
        "instruct": {"preset": "ChatML", "enabled": False, "input_sequence": "<u>"},
        "sysprompt": {"name": "Roleplay", "enabled": True, "content": "Be brief.", "post_history": "Now."},
    }
    await imported(ari, folder(main_api="textgenerationwebui", power_user=power))
    instruct, system = await chosen(ari, "/template/instruct"), await chosen(ari, "/template/system_prompt")
    assert (instruct["name"], instruct["data"]["enabled"]) == ("ChatML (in use)", False)
    assert (system["data"]["content"], system["data"]["post_history"]) == ("Be brief.", "Now.")


async def test_what_stands_where_a_list_belongs_spoils_its_own_file_alone(ari: Person) -> None:
    told = json.loads(FILES["settings.json"]) | {"main_api": "openai", "oai_settings": {"prompts": 5}}
    odd = {"id": "odd", "name": "Odd", "members": True, "chats": 5}
    files = {"settings.json": json.dumps(told).encode(), "groups/odd.json": json.dumps(odd).encode()}
    done = await imported(ari, zipped(files=dict(FILES) | files))
    assert done["status"] == "done"
    [group] = [one for one in await items(ari, done["id"]) if one["path"] == "groups/odd.json"]
    assert group["status"] == "refused"
    assert (await ari.get("/api/characters")).ok()["items"]

"""Group chats from the first greeting on: who is in them, who speaks, and what an edit of the group does to them."""

import asyncio
import io
import json
import zipfile
from typing import Any

from tests.acceptance.agent.conftest import shown
from tests.acceptance.agent.test_objects import again, plan_of
from tests.acceptance.agent.test_same_prompts import group_folder, until_quiet
from tests.support.moving import IMPORT, imported, looked_at, until
from tests.support.people import Person
from tests.support.tavernfolder import card, chat, zipped

POST = "/v1/agent/messages"


async def member(person: Person, name: str, *greetings: str, **fields: Any) -> str:
    first, *others = greetings or ("",)
    told = {"name": name, "first_mes": first, "alternate_greetings": others, "description": f"{name} sails."}
    return str((await person.post("/api/characters", {"card": told | fields})).ok()["id"])


async def crew(person: Person, **rules: Any) -> tuple[dict[str, Any], list[str]]:
    """A group of three: the last one muted, the second one silent at first."""
    ids = [
        await member(person, "Mira", " Aboard, {{group}}! "),
        await member(person, "Bo"),
        await member(person, "Kit", "Hm."),
    ]
    members = [{"character_id": one, "is_muted": one == ids[2]} for one in ids]
    return (await person.post("/api/groups", {"name": "Crew", "members": members, **rules})).ok(), ids


async def opened(person: Person, group: dict[str, Any]) -> dict[str, Any]:
    return dict((await person.post("/api/conversations", {"group_id": group["id"]})).ok())


async def speak(person: Person, conversation_id: str, **order: Any) -> list[str]:
    """Names of all who have spoken, after somebody was let speak."""
    await person.post(POST, {"action": "speak", "conversation_id": conversation_id, **order})
    return [one["name"] for one in await until_quiet(person, conversation_id)]


async def test_everybody_greets_who_has_something_to_say(person: Person) -> None:
    group, ids = await crew(person)
    here = await opened(person, group)
    told = await shown(person, here["id"])
    assert [(one["name"], one["text"]) for one in told] == [("Mira", "Aboard, Mira, Bo, Kit!"), ("Kit", "Hm.")]
    assert [one["character_id"] for one in told] == [ids[0], ids[2]]
    assert (here["title"], here["character_id"], here["undo"]["can_undo"]) == ("Crew", None, False)
    assert [one["name"] for one in here["group"]["members"]] == ["Mira", "Bo", "Kit"]
    listed = (await person.get("/api/conversations", params={"group_id": group["id"]})).ok()["items"]
    assert [one["group"]["id"] for one in listed] == [group["id"]]


async def test_a_member_greets_by_chance_and_by_what_is_kept_for_groups_too(person: Person) -> None:
    someone = await member(person, "Ada", "One.", "Two.", group_only_greetings=["Three."])
    group = (await person.post("/api/groups", {"members": [{"character_id": someone}]})).ok()
    chats = [await shown(person, (await opened(person, group))["id"]) for _ in range(12)]
    assert len({first["text"] for [first] in chats}) > 1
    assert all(first["variant"]["count"] == 3 for [first] in chats)


async def test_an_edit_of_the_group_holds_in_chats_that_stand_already(person: Person) -> None:
    group, ids = await crew(person, strategy="list")
    here = await opened(person, group)
    members = [{"character_id": one, "is_muted": one == ids[0]} for one in reversed(ids)]
    (await person.patch(f"/api/groups/{group['id']}", {"version": 1, "name": "Watch", "members": members})).ok()
    (await person.post(POST, {"content": "Report.", "conversation_id": here["id"]})).ok()
    told = await until_quiet(person, here["id"])
    assert [one["name"] for one in told[3:]] == ["Kit", "Bo"]
    now = (await person.get(f"/api/conversations/{here['id']}")).ok()["group"]
    assert (now["name"], [one["is_muted"] for one in now["members"]]) == ("Watch", [False, False, True])


async def test_a_member_is_let_speak_muted_or_not_and_nobody_else(person: Person) -> None:
    group, ids = await crew(person, strategy="manual")
    here = await opened(person, group)
    assert (await speak(person, here["id"], member=ids[2]))[2:] == ["Kit"]
    assert (await speak(person, here["id"]))[3] in ("Mira", "Bo")
    stranger = await member(person, "Spy")
    refused = await person.post(POST, {"action": "speak", "conversation_id": here["id"], "member": stranger})
    assert (refused.status, refused.json()["code"]) == (422, "not_a_member")


async def test_who_shall_answer_is_said_along_with_the_message(person: Person) -> None:
    group, ids = await crew(person, strategy="list")
    here = await opened(person, group)
    order = {"content": "You, Bo.", "conversation_id": here["id"], "member": ids[1]}
    posted = (await person.post(POST, order)).ok()
    told = await until_quiet(person, here["id"])
    assert [(one["name"], one["character_id"]) for one in told[3:]] == [("Bo", ids[1])]
    sent = [one["content"] for one in (await plan_of(person, posted["reply_message_id"]))["sent"]]
    assert "[Write the next reply only as Bo.]" in sent


async def test_a_person_speaks_in_a_members_part(person: Person) -> None:
    group, ids = await crew(person)
    here = await opened(person, group)
    said = {"content": "Aye.", "conversation_id": here["id"], "reply": False}
    (await person.post(POST, said | {"as": {"role": "character", "character_id": ids[1]}})).ok()
    last = (await shown(person, here["id"]))[-1]
    assert (last["role"], last["name"], last["character_id"]) == ("character", "Bo", ids[1])
    refused = await person.post(POST, said | {"as": {"role": "character", "character_id": group["id"]}})
    assert refused.json()["code"] == "not_a_member"


async def test_a_pooled_group_lets_everybody_speak_before_anybody_speaks_twice(person: Person) -> None:
    group, _ = await crew(person, strategy="pooled")
    here = await opened(person, group)
    (await person.post(POST, {"content": "Tell.", "conversation_id": here["id"]})).ok()
    await until_quiet(person, here["id"])
    told = await speak(person, here["id"])
    assert sorted(told[3:]) == ["Bo", "Mira"]


async def test_a_chat_goes_on_when_its_group_is_in_the_trash(person: Person) -> None:
    group, ids = await crew(person)
    here = await opened(person, group)
    assert (await person.delete(f"/api/groups/{group['id']}")).status == 204
    assert (await person.post("/api/conversations", {"group_id": group["id"]})).json()["code"] == "group_in_trash"
    assert (await person.get(f"/api/conversations/{here['id']}")).ok()["group"]["deleted"] is True
    assert (await speak(person, here["id"], member=ids[1]))[2:] == ["Bo"]


async def test_who_is_gone_speaks_no_more(person: Person) -> None:
    group, ids = await crew(person, strategy="list")
    here = await opened(person, group)
    assert (await person.delete(f"/api/characters/{ids[0]}")).status == 204
    (await person.post(POST, {"content": "Report.", "conversation_id": here["id"]})).ok()
    told = await until_quiet(person, here["id"])
    assert [one["name"] for one in told[3:]] == ["Bo"]
    now = (await person.get(f"/api/conversations/{here['id']}")).ok()["group"]
    assert [one["character_id"] for one in now["members"]] == [None, *ids[1:]]


async def test_nobody_chats_with_a_group_of_which_nobody_is_left(person: Person) -> None:
    someone = await member(person, "Ada", "One.")
    group = (await person.post("/api/groups", {"members": [{"character_id": someone}]})).ok()
    assert (await person.delete(f"/api/characters/{someone}")).status == 204
    refused = await person.post("/api/conversations", {"group_id": group["id"]})
    assert (refused.status, refused.json()["code"]) == (422, "nobody_in_group")


async def test_an_imported_group_is_edited_and_goes_back_as_it_came(person: Person) -> None:
    await imported(person, group_folder(x_odd={"a": [1, 2]}, auto_mode_delay=9))
    [one] = [one for one in await person.get_all("/api/conversations") if one["title"] == "Night watch"]
    group = (await person.get(f"/api/groups/{one['group']['id']}")).ok()
    assert ([one["is_muted"] for one in group["members"]], group["auto_seconds"]) == ([False, False, True], 9)
    out = (await person.get(f"/api/groups/{group['id']}/export")).body
    assert json.loads(out)["x_odd"] == {"a": [1, 2]}
    (await person.patch(f"/api/groups/{group['id']}", {"version": 1, "strategy": "manual"})).ok()
    again_out = (await person.get(f"/api/groups/{group['id']}/export")).body
    assert again_out == out[:-1] + b', "activation_strategy": 2}'
    posted = (await person.post(POST, {"content": "Hm.", "conversation_id": one["id"]})).ok()
    assert posted["reply_message_id"] is None
    data = (await person.get("/api/config/export", params={"format": "sillytavern"})).body
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        told = json.loads(archive.read("groups/7.json"))
        assert {f"characters/{one}" for one in told["members"]} <= set(archive.namelist())
        assert f"group chats/{told['chat_id']}.jsonl" in archive.namelist()


async def test_who_speaks_in_a_chat_that_came_alone_becomes_a_group(person: Person) -> None:
    told = {"id": "9", "name": "Loose crew", "members": ["Ada.png", "Bo.png"], "chats": ["Dog watch"]}
    folder = zipped(files={
        "characters/Ada.png": card("Ada"), "groups/9.json": json.dumps(told).encode(),
        "group chats/Dog watch.jsonl": chat(("Ada", "Four bells."), ("you", "Aye.")),
    })  # fmt: skip
    found = await looked_at(person, folder)
    (await person.post(f"{IMPORT}/{found['id']}:start", {"skip": ["group"]})).ok()
    await until(person, found["id"], "done")
    chats = await person.get_all("/api/conversations")
    [alone] = [one for one in chats if one["group"] and one["group"]["id"] is None]
    kept = (await person.post(f"/api/conversations/{alone['id']}/group")).ok()
    assert [one["name"] for one in kept["group"]["members"]] == ["Ada", "Bo"]
    assert kept["group"]["id"] is not None
    twice = await person.post(f"/api/conversations/{alone['id']}/group")
    assert (twice.status, twice.json()["code"]) == (409, "already_a_group")


async def test_undoing_an_import_takes_its_groups_along_unless_they_were_changed(person: Person) -> None:
    done = await imported(person, group_folder(id="8", name="Short-lived"))
    before = [one["name"] for one in (await person.get("/api/groups")).ok()["items"]]
    (await person.post(f"{IMPORT}/{done['id']}:undo")).ok()
    after = [one["name"] for one in (await person.get("/api/groups")).ok()["items"]]
    assert "Short-lived" in before
    assert "Short-lived" not in after


async def test_regenerating_keeps_the_speaker(person: Person) -> None:
    group, ids = await crew(person, strategy="list")
    here = await opened(person, group)
    (await person.post(POST, {"content": "You.", "conversation_id": here["id"], "member": ids[1]})).ok()
    await until_quiet(person, here["id"])
    await again(person, "swipe", conversation_id=here["id"])
    async with asyncio.timeout(20):
        told = await until_quiet(person, here["id"])
    assert (told[-1]["name"], told[-1]["variant"]["count"]) == ("Bo", 2)


async def test_two_of_one_name_stay_two_when_one_of_them_is_in_the_trash(person: Person) -> None:
    ids = [await member(person, "Sam"), await member(person, "Sam")]
    group = (await person.post("/api/groups", {"members": [{"character_id": one} for one in ids]})).ok()
    assert (await person.delete(f"/api/characters/{ids[0]}")).status == 204
    given = [{"character_id": None, "name": "Sam"}, {"character_id": ids[1], "is_muted": True}]
    (await person.patch(f"/api/groups/{group['id']}", {"version": 1, "members": given})).ok()
    (await person.post(f"/api/characters/{ids[0]}:restore")).ok()
    told = (await person.get(f"/api/groups/{group['id']}")).ok()["members"]
    assert [(one["character_id"], one["is_muted"]) for one in told] == [(ids[0], False), (ids[1], True)]


async def test_all_greetings_of_a_group_are_no_more_than_those_of_one_card(person: Person) -> None:
    ids = [await member(person, name, *(f"{name} {n}" for n in range(600))) for name in ("Ann", "Bea")]
    group = (await person.post("/api/groups", {"members": [{"character_id": one} for one in ids]})).ok()
    told = await shown(person, (await opened(person, group))["id"])
    assert [one["variant"]["count"] for one in told] == [500, 500]

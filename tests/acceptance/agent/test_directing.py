"""A person who directs: a nudge for one reply, another's part, words without a reply, taking back what waits."""

import json
from typing import Any

from tests.acceptance.agent.conftest import conversation, ends, heard, shown
from tests.support.people import Person

SLOW = "[[mock tps=20 n=200]]"


async def nudged(person: Person, conversation_id: str, nudge: str, **order: Any) -> dict[str, Any]:
    """The reply's item, with the account of it under `why`."""
    where = {"conversation_id": conversation_id, "nudge": nudge}
    async with person.say(**where, **order) as frames:
        told = await heard(frames, ends)
    [reply] = [m for m in await shown(person, conversation_id) if m["id"] == told[0].data["reply_message_id"]]
    why = (await person.get(f"/api/messages/{reply['id']}/why")).ok()
    return dict(reply) | {"why": why}


async def test_a_nudge_is_the_last_word_before_the_reply_and_a_part_of_its_own(person: Person) -> None:
    ids = await conversation(person)
    order = {"content": 'Go on. [[mock reply="Aye."]]'}
    reply = await nudged(person, ids["conversation_id"], "{{char}}, be short. {{random:a,b}}", **order)
    plan = reply["why"]["plan"]
    [part] = [part for part in plan["parts"] if part["source"] == "instruction"]
    assert part["text"].endswith(", be short. {{random:a,b}}")
    assert "{{char}}" not in part["text"]
    assert plan["messages"][-1] == {"role": "system", "content": part["text"]}
    assert (plan["verified"], part["title"]) == (True, "Nudge")
    assert reply["nudge"] == "{{char}}, be short. {{random:a,b}}"


async def test_a_nudge_goes_with_its_reply_alone(person: Person) -> None:
    ids = await conversation(person)
    swiped = await nudged(person, ids["conversation_id"], "In verse.", action="swipe")
    assert (swiped["variant"]["count"], swiped["nudge"]) == (2, "In verse.")
    async with person.say(content="And now?", conversation_id=ids["conversation_id"]) as frames:
        told = await heard(frames, ends)
    why = (await person.get(f"/api/messages/{told[0].data['reply_message_id']}/why")).ok()
    assert "In verse." not in json.dumps(why["plan"])
    variants = (await person.get(f"/api/messages/{swiped['id']}/variants")).ok()["items"]
    assert [one["nudge"] for one in variants] == [None, "In verse."]


async def test_words_in_another_part_without_a_reply_are_only_recorded(person: Person) -> None:
    ids = await conversation(person)
    where = {"conversation_id": ids["conversation_id"], "reply": False}
    for said_as in ({"role": "character"}, {"role": "system"}, {"role": "user", "name": "Bo"}):
        posted = (await person.post("/v1/agent/messages", {"content": "Hm.", "as": said_as, **where})).ok()
        assert (posted["task_id"], posted["reply_message_id"]) == (None, None)
    items = await shown(person, ids["conversation_id"])
    own = items[1]["name"]
    assert [(m["role"], m["name"]) for m in items[-3:]] == [("character", own), ("system", "System"), ("user", "Bo")]
    assert items[-1]["status"] == "complete"
    answer = await person.ask(
        "POST", "/v1/agent/messages", {"content": "Hm.", **where}, headers={"Accept": "text/event-stream"}
    )
    assert answer.json()["message_id"]


async def test_what_does_not_go_together_is_refused(person: Person) -> None:
    for wrong in (
        {"content": "x", "reply": False, "nudge": "y"},
        {"action": "swipe", "reply": False, "conversation_id": "c"},
        {"action": "swipe", "as": {"role": "user"}, "conversation_id": "c"},
        {"content": "x", "as": {"role": "tool"}},
        {"content": "x", "nudge": "n" * 2_001},
    ):
        assert (await person.post("/v1/agent/messages", wrong)).status == 422


async def test_a_queued_message_taken_back_is_one_change_and_comes_back_by_one_undo(person: Person) -> None:
    async with person.say(content=SLOW) as frames:
        told = await heard(frames, lambda frame: frame.data.get("type") == "token")
        path = f"/api/conversations/{told[0].data['conversation_id']}"
        order = {"content": "never mind", "conversation_id": told[0].data["conversation_id"]}
        waiting = (await person.post("/v1/agent/messages", order)).ok()
        before = (await person.get(f"{path}/changes")).ok()["items"]
        (await person.post(f"/v1/agent/tasks/{waiting['task_id']}:cancel")).ok()
        after = (await person.get(f"{path}/changes")).ok()["items"]
        (await person.post(f"/v1/agent/tasks/{told[0].data['task_id']}:cancel")).ok()
        await heard(frames, ends)
    assert len(after) == len(before) + 1
    assert after[0]["count"] == 2
    (await person.post(f"{path}:undo")).ok()
    assert "never mind" in [message["text"] for message in await shown(person, order["conversation_id"])]


async def test_a_queued_message_in_the_middle_is_one_change_too(person: Person) -> None:
    async with person.say(content=SLOW) as frames:
        told = await heard(frames, lambda frame: frame.data.get("type") == "token")
        where = {"conversation_id": told[0].data["conversation_id"]}
        path = f"/api/conversations/{where['conversation_id']}"
        waiting = (await person.post("/v1/agent/messages", {"content": "never mind", **where})).ok()
        last = (await person.post("/v1/agent/messages", {"content": "but this", **where})).ok()
        (await person.post(f"/v1/agent/tasks/{waiting['task_id']}:cancel")).ok()
        newest = (await person.get(f"{path}/changes?limit=2")).ok()["items"]
        for task_id in (last["task_id"], told[0].data["task_id"]):
            (await person.post(f"/v1/agent/tasks/{task_id}:cancel")).ok()
        await heard(frames, ends)
    assert [(one["kind"], one["count"]) for one in newest] == [("messages.changed", 2), ("message.added", 1)]


async def test_taking_back_an_answer_asked_for_anew_leaves_the_message_it_answers(person: Person) -> None:
    ids = await conversation(person)
    path = f"/api/conversations/{ids['conversation_id']}"
    where = {"conversation_id": ids["conversation_id"]}
    said = (await person.post("/v1/agent/messages", {"content": "Alone.", "reply": False, **where})).ok()
    async with person.say(content=SLOW, **where) as frames:
        told = await heard(frames, lambda frame: frame.data.get("type") == "token")
        again = {"action": "regenerate", "message_id": said["message_id"], **where}
        waiting = (await person.post("/v1/agent/messages", again)).ok()
        (await person.post(f"/v1/agent/tasks/{waiting['task_id']}:cancel")).ok()
        (await person.post(f"/v1/agent/tasks/{told[0].data['task_id']}:cancel")).ok()
        await heard(frames, ends)
    (await person.post(f"{path}:select-leaf", {"message_id": said["message_id"]})).ok()
    assert [message["text"] for message in await shown(person, ids["conversation_id"])][-1] == "Alone."


async def test_what_was_sent_is_no_draft_any_more_but_another_text_is(person: Person) -> None:
    ids = await conversation(person)
    path = f"/api/conversations/{ids['conversation_id']}"
    order = {"content": "I say.", "conversation_id": ids["conversation_id"], "reply": False}
    for draft, left in (("I say. ", None), ("Typed on the phone", "Typed on the phone")):
        assert (await person.put(f"{path}/draft", {"text": draft})).status == 204
        (await person.post("/v1/agent/messages", order)).ok()
        found = (await person.get(path)).ok()["draft"]
        assert (found and found["text"]) == left


async def test_a_chat_becomes_a_file_in_each_form(person: Person) -> None:
    ids = await conversation(person, words="Hello there.")
    path = f"/api/conversations/{ids['conversation_id']}"
    files = {form: await person.get(f"{path}/export?format={form}") for form in ("txt", "md", "json", "jsonl")}
    assert {answer.status for answer in files.values()} == {200}
    assert "Well met." in files["txt"].body.decode()
    assert files["md"].body.decode().startswith("# ")
    assert [one["role"] for one in files["json"].json()["messages"]] == ["user", "character"]
    header, said, answered = map(json.loads, files["jsonl"].body.decode().split("\n"))
    assert header["chat_metadata"] == {}
    assert (said["is_user"], answered["is_user"], answered["swipes"], answered["swipe_id"]) == (
        True, False, ["Well met."], 0
    )  # fmt: skip
    one = await person.get(f"{path}/export?format=txt&ids={ids['message_id']}")
    assert "\n\n" not in one.body.decode()
    assert one.headers["Content-Disposition"].startswith("attachment")
    assert (await person.get(f"{path}/export?ids=nobody")).status == 404


async def test_what_one_device_does_to_many_reaches_the_other_as_one_event(person: Person) -> None:
    ids = await conversation(person)
    where = {"conversation_id": ids["conversation_id"]}
    session = (await person.post("/api/stream/sessions", where)).ok()
    path = f"/api/conversations/{ids['conversation_id']}"
    both = [ids["message_id"], ids["reply_message_id"]]
    async with person.stream(session["url"]) as frames:
        done = (await person.post(f"{path}/messages:bulk", {"message_ids": both, "action": "hide"})).ok()
        told = await heard(frames, lambda frame: frame.data.get("kind") == "messages.changed")
    assert done["changed"] == 2
    assert told[-1].data["position"] == done["position"]
    assert told[-1].data["payload"] == {"action": "hide", "message_ids": both}

"""A message and its reply, as a person meets them: posted, streamed, stopped, made again, continued, queued."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from tests.acceptance.agent.conftest import (
    conversation,
    ends,
    heard,
    shown,
    task_ended,
    text_of,
    tokens,
)
from tests.support.people import Frame, Person
from tests.support.processes import Program

SLOW = "[[mock tps=20 n=200]]"


async def test_a_posted_message_is_answered_word_by_word_and_kept(person: Person) -> None:
    async with person.say(content='Who are you? [[mock reply="A keeper of lamps. "]]') as frames:
        told = await heard(frames, ends)
    first, last = told[0], told[-1]
    assert first.data["type"] == "ids"
    assert last.event == "complete"
    assert (last.data["finish"], last.data["task_id"]) == ("stop", first.data["task_id"])
    assert text_of(told) == "A keeper of lamps."
    said, reply = await shown(person, first.data["conversation_id"])
    assert (said["role"], reply["role"], reply["status"]) == ("user", "character", "complete")
    assert (reply["id"], reply["text"]) == (first.data["reply_message_id"], "A keeper of lamps.")


async def test_202_names_where_to_listen_and_listening_there_tells_everything(person: Person) -> None:
    posted = (await person.post("/v1/agent/messages", {"content": 'Hi [[mock reply="Hello you."]]'})).ok()
    async with person.stream(posted["stream_url"]) as frames:
        told = await heard(frames, lambda frame: frame.event == "complete")
    assert text_of(told) == "Hello you."
    kinds = [frame.data["kind"] for frame in told if frame.data.get("type") == "event"]
    assert kinds[-1] == "task.completed"
    assert {"task.started", "plan.made", "route.chosen", "completion.done"} <= set(kinds)


async def test_a_line_dropped_anywhere_resumes_without_a_hole_or_a_double(person: Person) -> None:
    posted = (await person.post("/v1/agent/messages", {"content": "[[mock tps=40 n=60]]"})).ok()
    told: list[Frame] = []
    last_id: str | None = None
    for _ in range(40):
        async with person.stream(posted["stream_url"], after=last_id) as frames:
            try:
                async with asyncio.timeout(0.15):
                    async for frame in frames:
                        told.append(frame)
                        last_id = frame.id or last_id
                        if frame.event == "complete":
                            break
            except TimeoutError:
                continue
        if told and told[-1].event == "complete":
            break
    stored = (await shown(person, posted["conversation_id"]))[-1]["text"]
    assert text_of(told) == stored
    offsets = [frame.data["offset"] for frame in tokens(told)]
    assert offsets == sorted(set(offsets)), "a text was told twice"


async def test_resuming_after_the_end_brings_the_whole_reply(person: Person) -> None:
    posted = (await person.post("/v1/agent/messages", {"content": 'Hi [[mock reply="Short."]]'})).ok()
    await task_ended(person, posted["task_id"])
    async with person.stream(posted["stream_url"]) as frames:
        told = await heard(frames, ends)
    [done] = [frame for frame in told if frame.data.get("kind") == "completion.done"]
    assert done.data["payload"]["text"] == "Short."


async def test_a_reply_goes_on_when_everybody_has_left(person: Person) -> None:
    async with person.say(content="[[mock tps=50 n=40]]") as frames:
        told = await heard(frames, lambda frame: frame.data.get("type") == "token")
    task = await task_ended(person, told[0].data["task_id"])
    assert task["status"] == "completed"
    assert (await shown(person, told[0].data["conversation_id"]))[-1]["status"] == "complete"


@pytest.mark.parametrize("door", ["stream", "task"])
async def test_stopping_keeps_the_text_so_far(person: Person, door: str) -> None:
    async with person.say(content=SLOW) as frames:
        told = await heard(frames, lambda frame: frame.data.get("type") == "token")
        ids = told[0].data
        if door == "task":
            (await person.post(f"/v1/agent/tasks/{ids['task_id']}:cancel")).ok()
        else:
            session = (await person.post("/api/stream/sessions", {"conversation_id": ids["conversation_id"]})).ok()
            (await person.post(f"/api/stream/{session['id']}/interrupt", {})).ok()
        told += await heard(frames, ends)
    assert (told[-1].event, told[-1].data["finish"]) == ("complete", "interrupted")
    assert (await task_ended(person, ids["task_id"]))["status"] == "cancelled"
    reply = (await shown(person, ids["conversation_id"]))[-1]
    assert (reply["status"], reply["text"]) == ("interrupted", text_of(told))
    assert reply["text"]


async def test_stopping_twice_and_stopping_nothing_are_no_errors(person: Person) -> None:
    ids = await conversation(person)
    session = (await person.post("/api/stream/sessions", {"conversation_id": ids["conversation_id"]})).ok()
    for _ in range(2):
        assert (await person.post(f"/api/stream/{session['id']}/interrupt", {})).status == 202
        assert (await person.post(f"/v1/agent/tasks/{ids['task_id']}:cancel")).status == 202
    assert (await shown(person, ids["conversation_id"]))[-1]["status"] == "complete"


@pytest.mark.parametrize("action", ["regenerate", "swipe"])
async def test_another_answer_is_another_variant_and_the_first_one_stays(person: Person, action: str) -> None:
    ids = await conversation(person)
    body = {"action": action, "conversation_id": ids["conversation_id"], "message_id": ids["reply_message_id"]}
    async with person.say(**body) as frames:
        told = await heard(frames, ends)
    assert told[0].data["reply_message_id"] == ids["reply_message_id"]
    reply = (await shown(person, ids["conversation_id"]))[-1]
    assert (reply["variant"]["index"], reply["variant"]["count"]) == (1, 2)
    variants = (await person.get(f"/api/messages/{reply['id']}/variants")).ok()["items"]
    assert [variant["text"] for variant in variants] == ["Well met.", text_of(told)]


async def test_continuing_goes_on_where_the_text_ended(person: Person) -> None:
    ids = await conversation(person)
    async with person.say(action="continue", conversation_id=ids["conversation_id"]) as frames:
        told = await heard(frames, ends)
    offsets = [frame.data["offset"] for frame in tokens(told)]
    assert offsets[0] == len("Well met.")
    reply = (await shown(person, ids["conversation_id"]))[-1]
    assert reply["text"].startswith("Well met.")
    assert reply["variant"]["count"] == 1
    (await person.post(f"/api/conversations/{ids['conversation_id']}:undo")).ok()
    assert (await shown(person, ids["conversation_id"]))[-1]["text"] == "Well met."


async def test_impersonating_writes_a_message_of_the_person(person: Person) -> None:
    ids = await conversation(person)
    async with person.say(action="impersonate", conversation_id=ids["conversation_id"]) as frames:
        await heard(frames, ends)
    assert [message["role"] for message in await shown(person, ids["conversation_id"])] == ["user", "character", "user"]


async def test_messages_posted_while_a_reply_runs_wait_and_are_answered_in_order(person: Person) -> None:
    ids = await conversation(person)
    where = {"conversation_id": ids["conversation_id"]}
    posted = [
        (await person.post("/v1/agent/messages", {"content": f"m{number} [[mock tps=100 n=15]]", **where})).ok()
        for number in range(4)
    ]
    statuses = [message["status"] for message in await shown(person, ids["conversation_id"])]
    assert "queued" in statuses
    ended = [await task_ended(person, one["task_id"]) for one in posted]
    assert [task["status"] for task in ended] == ["completed"] * 4
    starts, stops = [task["started_at"] for task in ended], [task["ended_at"] for task in ended]
    assert all(stop <= start for stop, start in zip(stops, starts[1:], strict=False)), "two ran at once"
    said = [message["text"].split(" ")[0] for message in await shown(person, ids["conversation_id"])]
    assert said[2::2] == ["m0", "m1", "m2", "m3"]


async def test_a_hundred_messages_at_once_into_one_conversation_all_get_their_answer(person: Person) -> None:
    ids = await conversation(person)
    where = {"conversation_id": ids["conversation_id"]}
    answers = await asyncio.gather(
        *[person.post("/v1/agent/messages", {"content": f'm{n} [[mock reply="r{n}"]]', **where}) for n in range(100)]
    )
    posted = [answer.ok() for answer in answers]
    await asyncio.gather(*[task_ended(person, one["task_id"], seconds=60) for one in posted])
    messages = {message["id"]: message for message in await every_message(person, ids["conversation_id"])}
    assert len(messages) == 202
    for one in posted:
        said, reply = messages[one["message_id"]], messages[one["reply_message_id"]]
        assert reply["parent_id"] == said["id"]
        assert reply["status"] == "complete"


async def every_message(person: Person, conversation_id: str) -> list[dict[str, Any]]:
    """The whole active branch, page by page."""
    messages: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = (await person.get(f"/api/conversations/{conversation_id}/messages?limit=50{cursor}")).ok()
        messages = page["items"] + messages
        if not page["next_cursor"]:
            return messages
        cursor = f"&before={page['items'][0]['id']}"


async def test_cancelling_a_queued_message_puts_it_in_the_trash(person: Person) -> None:
    async with person.say(content=SLOW) as frames:
        told = await heard(frames, lambda frame: frame.data.get("type") == "token")
        where = {"conversation_id": told[0].data["conversation_id"]}
        waiting = (await person.post("/v1/agent/messages", {"content": "never mind", **where})).ok()
        (await person.post(f"/v1/agent/tasks/{waiting['task_id']}:cancel")).ok()
        (await person.post(f"/v1/agent/tasks/{told[0].data['task_id']}:cancel")).ok()
        await heard(frames, ends)
    texts = [message["text"] for message in await shown(person, where["conversation_id"])]
    assert "never mind" not in texts
    assert (await task_ended(person, waiting["task_id"]))["status"] == "cancelled"


async def test_undoing_a_send_takes_the_reply_along_and_stops_it(person: Person) -> None:
    ids = await conversation(person)
    posted = (
        await person.post("/v1/agent/messages", {"content": SLOW, "conversation_id": ids["conversation_id"]})
    ).ok()
    await asyncio.sleep(0.3)
    (await person.post(f"/api/conversations/{ids['conversation_id']}:undo")).ok()
    assert (await task_ended(person, posted["task_id"]))["status"] == "cancelled"
    assert [message["text"] for message in await shown(person, ids["conversation_id"])][-1] == "Well met."


async def test_the_same_request_twice_is_one_message(person: Person) -> None:
    key = str(uuid4())
    body = {"content": 'Hi [[mock reply="Hello."]]', "idempotency_key": key}
    one, two = [(await person.post("/v1/agent/messages", body)).ok() for _ in range(2)]
    assert one == two
    other = await person.post("/v1/agent/messages", {"content": "else"}, headers={"Idempotency-Key": key})
    assert (other.status, other.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"content": "   "}, 422, "empty_message"),
        ({}, 422, "invalid_input"),
        ({"content": "x", "action": "swipe"}, 422, "invalid_input"),
        ({"content": "x", "conversation_id": "nowhere"}, 404, "conversation_not_found"),
        ({"content": "x", "character_id": "nobody"}, 404, None),
        ({"action": "continue"}, 422, "nothing_to_answer"),
    ],
)
async def test_what_cannot_be_done_is_refused_with_a_code(
    person: Person, body: dict[str, Any], status: int, code: str | None
) -> None:
    answer = await person.post("/v1/agent/messages", body)
    assert answer.status == status
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert code is None or answer.json()["code"] == code


async def test_after_the_end_of_all_positions_the_timeline_is_empty(person: Person) -> None:
    ids = await conversation(person)
    answer = await person.get(f"/v1/audit/conversations/{ids['conversation_id']}/timeline?after={10**30}")
    assert answer.ok() == {"items": [], "next_cursor": None}


async def test_the_timeline_tells_the_whole_chain_in_order(person: Person) -> None:
    ids = await conversation(person)
    path = f"/v1/audit/conversations/{ids['conversation_id']}/timeline"
    items = (await person.get(path)).ok()["items"]
    assert [item["position"] for item in items] == sorted(item["position"] for item in items)
    assert [item["seq"] for item in items] == list(range(1, len(items) + 1))
    by_id = {item["id"]: item for item in items}
    step = next(item for item in items if item["kind"] == "task.completed")
    chain = [step["kind"]]
    while step["cause"]:
        step = by_id[step["cause"]]
        chain.append(step["kind"])
    assert chain == [
        "task.completed",
        "completion.done",
        "route.chosen",
        "task.started",
        "task.queued",
        "message.added",
    ]


async def test_why_shows_the_very_messages_the_model_was_sent(person: Person, model: Program) -> None:
    ids = await conversation(person, words="Why is the lamp green?")
    why = (await person.get(f"/api/messages/{ids['reply_message_id']}/why")).ok()
    async with Person(model.url) as beside:
        requests = (await beside.get("/mock/requests")).ok()
    sent = [request["body"]["messages"] for request in requests if "messages" in (request["body"] or {})]
    assert why["plan"]["messages"] in sent
    assert why["plan"]["verified"] is True
    assert (why["route"]["connection"], why["task"]["id"]) == ("mock", ids["task_id"])


async def test_both_tabs_hear_the_same(person: Person) -> None:
    posted = (await person.post("/v1/agent/messages", {"content": "[[mock tps=60 n=20]]"})).ok()
    session = (await person.post("/api/stream/sessions", {"conversation_id": posted["conversation_id"]})).ok()
    other = f"/api/stream/{session['id']}?after={posted['position']}"
    async with person.stream(posted["stream_url"]) as first, person.stream(other) as second:
        told = await asyncio.gather(heard(first, ends), heard(second, ends))
    texts = ["".join(frame.data["text"] for frame in tokens(frames)) for frames in told]
    assert texts[0] == texts[1]
    assert texts[0]

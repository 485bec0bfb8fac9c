"""Every way a model's server can fail: the reply ends in bounded time, with a code, and no word of it is lost."""

import asyncio
import time

import pytest

from tests.acceptance.agent.conftest import ends, heard, shown, task_ended, text_of
from tests.support.people import Person

END_SECONDS = 15

# fault (with its options) -> code of the failure; None: the reply is whole all the same.
WITHOUT_TEXT = {
    "hang": "upstream_timeout",
    "refuse": "upstream_unreachable",
    "500": "upstream_server_error",
    "502": "upstream_server_error",
    "503": "upstream_server_error",
    "401": "upstream_auth",
    "400": "upstream_refused",
    "404": "upstream_refused",
    "408": "upstream_timeout",
    "413": "upstream_context_too_long",
    "429 secs=1": "upstream_rate_limited",
    "context": "upstream_context_too_long",
    "empty": "upstream_bad_answer",
    "html": "upstream_bad_answer",
}
WITH_TEXT = {
    "hang-mid": "upstream_timeout",
    "cut": "upstream_cut",
    "rst": "upstream_cut",
    "garbage": "upstream_bad_answer",
    "error-event": "upstream_server_error",
    "badframe": "upstream_cut",
}
WHOLE = ["stall secs=1", "slowloris secs=0.001", "huge", "badutf8"]


@pytest.mark.parametrize("fault", sorted(WITHOUT_TEXT))
async def test_a_model_that_says_nothing_ends_the_task_with_a_code(person: Person, fault: str) -> None:
    since = time.monotonic()
    async with person.say(content=f"[[mock fault={fault} n=5]]") as frames:
        told = await heard(frames, ends)
    assert time.monotonic() - since < END_SECONDS
    assert told[-1].event == "error"
    assert told[-1].data["code"] == WITHOUT_TEXT[fault], told[-1].data
    task = await task_ended(person, told[0].data["task_id"])
    assert (task["status"], task["error"]["code"]) == ("failed", WITHOUT_TEXT[fault])
    reply = (await shown(person, told[0].data["conversation_id"]))[-1]
    assert (reply["status"], reply["text"]) == ("failed", "")


@pytest.mark.parametrize("fault", sorted(WITH_TEXT))
async def test_a_model_that_breaks_off_keeps_what_it_said(person: Person, fault: str) -> None:
    async with person.say(content=f"[[mock fault={fault} at=4 n=9 tps=50]]") as frames:
        told = await heard(frames, ends)
    assert told[-1].event == "error"
    assert told[-1].data["code"] == WITH_TEXT[fault], told[-1].data
    reply = (await shown(person, told[0].data["conversation_id"]))[-1]
    assert (reply["status"], reply["text"]) == ("failed", text_of(told))
    assert reply["text"].count("~") >= 6


@pytest.mark.parametrize("fault", WHOLE)
async def test_a_model_that_is_only_odd_is_heard_to_its_end(person: Person, fault: str) -> None:
    async with person.say(content=f"[[mock fault={fault} n=6]]") as frames:
        told = await heard(frames, ends)
    assert (told[-1].event, told[-1].data.get("finish")) == ("complete", "stop"), told[-1].data
    assert (await shown(person, told[0].data["conversation_id"]))[-1]["text"] == text_of(told)


async def test_a_stream_without_its_last_line_is_whole_when_the_model_said_that_it_was_done(person: Person) -> None:
    async with person.say(content="[[mock fault=nodone n=4]]") as frames:
        told = await heard(frames, ends)
    assert told[-1].event == "complete"
    assert told[-1].data["finish"] in ("stop", "interrupted")
    assert (await shown(person, told[0].data["conversation_id"]))[-1]["text"] == text_of(told)


TRIED_AGAIN = {"503": 2, "429 secs=1": 2, "429 secs=60": 1, "hang": 1, "401": 1}
"""fault -> attempts: what may pass soon is tried twice; what would be waited for, took its time or is refused is not"""


@pytest.mark.parametrize(("fault", "attempts"), TRIED_AGAIN.items())
async def test_only_a_failure_that_may_pass_soon_is_tried_again(person: Person, fault: str, attempts: int) -> None:
    async with person.say(content=f"[[mock fault={fault} n=3]]") as frames:
        ids = (await heard(frames, ends))[0].data
    assert (await task_ended(person, ids["task_id"]))["attempts"] == attempts


async def test_a_model_that_asks_to_wait_a_second_is_given_that_second(person: Person) -> None:
    since = time.monotonic()
    async with person.say(content="[[mock fault=429 secs=1 n=3]]") as frames:
        await heard(frames, ends)
    assert time.monotonic() - since >= 1


async def test_after_the_first_token_nothing_is_tried_again(person: Person) -> None:
    async with person.say(content="[[mock fault=rst at=2 n=3 tps=50]]") as frames:
        ids = (await heard(frames, ends))[0].data
    assert (await task_ended(person, ids["task_id"]))["attempts"] == 1


async def test_a_failed_task_can_be_tried_again_and_the_old_one_stays(person: Person) -> None:
    async with person.say(content="[[mock fault=401]]") as frames:
        ids = (await heard(frames, ends))[0].data
    again = (await person.post(f"/v1/agent/tasks/{ids['task_id']}:retry")).ok()
    assert again["task_id"] != ids["task_id"]
    assert again["reply_message_id"] == ids["reply_message_id"]
    assert (await task_ended(person, again["task_id"]))["status"] == "failed"
    assert (await task_ended(person, ids["task_id"]))["status"] == "failed"
    refused = await person.post(f"/v1/agent/tasks/{(await whole(person))['task_id']}:retry")
    assert (refused.status, refused.json()["code"]) == (409, "task_not_retryable")


async def whole(person: Person) -> dict[str, str]:
    async with person.say(content="[[mock n=2]]") as frames:
        ids = (await heard(frames, ends))[0].data
    await asyncio.sleep(0)
    return {name: str(value) for name, value in ids.items()}

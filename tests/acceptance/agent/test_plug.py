"""Pulling the plug: kill -9 at any moment loses nothing that was acknowledged and makes nothing twice."""

import asyncio
import random
from typing import Any

import aiohttp
import pytest

from tests.acceptance.agent.conftest import heard, shown, task_ended, tokens
from tests.support.people import Person
from tests.support.processes import run_tavernai
from tests.support.servers import Server

ROUNDS = 5


async def test_a_reply_cut_by_the_plug_keeps_its_text_and_can_go_on(own_modelled: Server) -> None:
    async with (
        Person(own_modelled.url, key=own_modelled.key) as person,
        person.say(content="[[mock tps=40 n=400]]") as frames,
    ):
        told = await heard(frames, lambda frame: frame.data.get("offset", 0) > 400)
        own_modelled.kill()
    own_modelled.start()
    ids = told[0].data
    async with Person(own_modelled.url, key=own_modelled.key) as person:
        task = await task_ended(person, ids["task_id"])
        assert (task["status"], task["error"]["code"]) == ("failed", "server_restarted")
        reply = (await shown(person, ids["conversation_id"]))[-1]
        assert reply["status"] == "interrupted"
        assert len(reply["text"]) > 100, "more than a quarter of a second of it was lost"
        heard_text = "".join(frame.data["text"] for frame in tokens(told))
        assert heard_text.startswith(reply["text"]) or reply["text"].startswith(heard_text)
        async with person.say(action="continue", conversation_id=ids["conversation_id"]) as frames:
            assert (await heard(frames, lambda frame: frame.data.get("type") == "token"))[-1].data["offset"] == len(
                reply["text"]
            )


async def test_a_task_that_had_said_nothing_is_done_after_the_restart(own_modelled: Server) -> None:
    async with Person(own_modelled.url, key=own_modelled.key) as person:
        posted = (await person.post("/v1/agent/messages", {"content": "[[mock ttft=1200 n=3]]"})).ok()
        own_modelled.kill()
    own_modelled.start()
    async with Person(own_modelled.url, key=own_modelled.key) as person:
        task = await task_ended(person, posted["task_id"])
        assert task["status"] == "completed"
        messages = await shown(person, posted["conversation_id"])
        assert [message["status"] for message in messages] == ["complete", "complete"]


@pytest.mark.parametrize("seed", range(ROUNDS))
async def test_whatever_was_acknowledged_is_there_once_after_the_plug(own_modelled: Server, seed: int) -> None:
    dice, posted = random.Random(seed), []
    async with Person(own_modelled.url, key=own_modelled.key) as person:

        async def chat(number: int) -> None:
            where: dict[str, str] = {}
            for turn in range(5_000):
                body = {
                    "content": f"c{number} t{turn} [[mock tps=200 n=8]]",
                    "idempotency_key": f"{number}-{turn}",
                    **where,
                }
                answer = (await person.post("/v1/agent/messages", body)).ok()
                posted.append(answer)
                where = {"conversation_id": answer["conversation_id"]}

        chats = [asyncio.ensure_future(chat(number)) for number in range(6)]
        await asyncio.sleep(dice.uniform(0.2, 1.5))
        own_modelled.kill()
        ended = await asyncio.gather(*chats, return_exceptions=True)
        assert all(isinstance(error, aiohttp.ClientError | OSError) for error in ended), ended
    own_modelled.start()
    async with Person(own_modelled.url, key=own_modelled.key) as person:
        for answer in posted:
            await task_ended(person, answer["task_id"], seconds=60)
        for conversation_id in {answer["conversation_id"] for answer in posted}:
            await check(person, conversation_id, [one for one in posted if one["conversation_id"] == conversation_id])
    own_modelled.stop()
    verdict = run_tavernai("ledger", "verify", data=own_modelled.data)
    assert verdict.returncode == 0, verdict.stderr


async def settled(person: Person, conversation_id: str) -> list[dict[str, Any]]:
    """The conversation once nothing is being written in it: what was stored unacknowledged is answered too."""
    async with asyncio.timeout(60):
        while True:
            messages = await shown(person, conversation_id)
            if all(message["status"] not in ("queued", "streaming") for message in messages):
                return messages
            await asyncio.sleep(0.1)


async def check(person: Person, conversation_id: str, posted: list[dict[str, str]]) -> None:
    """Each acknowledged message stands there once, with exactly one reply below it."""
    messages = await settled(person, conversation_id)
    ids = [message["id"] for message in messages]
    assert len(ids) == len(set(ids))
    said = [message["text"] for message in messages if message["role"] == "user"]
    assert len(said) == len(set(said)), "a message stands there twice"
    by_id = {message["id"]: message for message in messages}
    for one in posted:
        assert by_id[one["reply_message_id"]]["parent_id"] == one["message_id"]
        assert by_id[one["reply_message_id"]]["variant"]["count"] == 1
    assert all(message["status"] in ("complete", "interrupted", "failed") for message in messages)

"""A connection that does not answer is stood in for by the next, before the first word and never after it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.acceptance.agent.conftest import ends, heard, shown, text_of
from tests.support.people import Person
from tests.support.processes import Program

AWAY = "http://127.0.0.1:9/v1"
PRICES = {"input_per_million": 2, "output_per_million": 500, "currency": "EUR"}


@pytest.fixture
async def house(person: Person, model: Program) -> AsyncIterator[dict[str, Any]]:
    """`away`, which falls back to `closed`, which is away as well, and then to `spare`, the stand-in."""
    made: dict[str, Any] = {}
    spare = {"base_url": f"{model.url}/v1", "settings": {"prices": PRICES}}
    for name, more in (("spare", spare), ("closed", {"base_url": AWAY}), ("away", {"base_url": AWAY})):
        body = {"name": f"{name}-{id(made)}", "kind": "openai", "model": "mock", **more}
        made[name] = (await person.post("/api/connections", body)).ok()
    away = made["away"]
    fallbacks = {"fallbacks": [made["closed"]["id"], made["spare"]["id"]]}
    change = {"version": 1, "settings": fallbacks}
    made["away"] = (await person.patch(f"/api/connections/{away['id']}", change)).ok()
    yield made
    for one in made.values():
        await person.delete(f"/api/connections/{one['id']}")


async def said(person: Person, connection: str, directive: str) -> tuple[list[Any], dict[str, Any]]:
    """(frames, the reply as it is shown)."""
    async with person.say(content=f"Hello [[mock {directive}]]", connection=connection) as frames:
        told = await heard(frames, ends)
    return told, (await shown(person, told[0].data["conversation_id"]))[-1]


async def test_the_first_fallback_that_answers_does_and_says_for_whom(person: Person, house: dict[str, Any]) -> None:
    told, reply = await said(person, house["away"]["name"], 'reply="She nods and pours."')
    assert text_of(told) == reply["text"] == "She nods and pours."
    assert reply["connection"] == house["spare"]["name"]
    assert [(one["connection"], one["code"]) for one in reply["fallbacks"]] == [
        (house["away"]["name"], "upstream_unreachable"),
        (house["closed"]["name"], "upstream_unreachable"),
    ]
    routes = [frame.data for frame in told if frame.data.get("kind") == "route.chosen"]
    assert routes[-1]["payload"]["reason"] == f"fallback, {house['closed']['name']}: upstream_unreachable"


async def test_nobody_else_is_asked_once_a_word_was_said(person: Person, house: dict[str, Any]) -> None:
    spare, closed = house["spare"], house["closed"]
    change = {"version": 1, "settings": {"fallbacks": [closed["id"]]}}
    (await person.patch(f"/api/connections/{spare['id']}", change)).ok()
    told, reply = await said(person, spare["name"], "fault=cut at=3 timestamps=0")
    assert told[-1].data["code"] == "upstream_cut"
    assert (reply["connection"], reply["fallbacks"]) == (spare["name"], [])
    assert reply["text"] == "the door opens"


async def test_a_refusal_that_no_other_server_would_lift_falls_back_to_nobody(
    person: Person, house: dict[str, Any]
) -> None:
    change = {"version": 1, "settings": {"fallbacks": [house["closed"]["id"]]}}
    (await person.patch(f"/api/connections/{house['spare']['id']}", change)).ok()
    told, reply = await said(person, house["spare"]["name"], "fault=context")
    assert told[-1].data["code"] == "upstream_context_too_long"
    assert reply["fallbacks"] == []


async def test_a_reply_tells_its_tokens_and_what_they_cost(person: Person, house: dict[str, Any]) -> None:
    _, reply = await said(person, house["spare"]["name"], 'reply="She nods and pours."')
    usage = reply["usage"]
    amount = (usage["prompt_tokens"] * 2 + 4 * 500) / 1_000_000
    assert (usage["completion_tokens"], reply["cost"]["currency"]) == (4, "EUR")
    assert float(reply["cost"]["amount"]) == pytest.approx(amount)
    why = (await person.get(f"/api/messages/{reply['id']}/why")).ok()
    assert why["completion"]["cost"] == reply["cost"]


async def test_a_connection_that_fails_five_times_rests_and_is_passed_over(
    person: Person, house: dict[str, Any]
) -> None:
    for _ in range(5):
        await said(person, house["away"]["name"], "n=1")
    status = (await person.get(f"/api/connections/{house['away']['id']}/status")).ok()
    assert (status["state"], status["code"]) == ("open", "upstream_unreachable")
    assert 0 < status["retry_in_seconds"] <= 30
    _, reply = await said(person, house["away"]["name"], "n=1")
    assert [one["code"] for one in reply["fallbacks"]] == ["upstream_paused", "upstream_paused"]


async def test_a_model_that_is_being_loaded_is_waited_for(
    person: Person, house: dict[str, Any], model: Program
) -> None:
    loading = await asyncio.start_server(LoadingServer(model.url).serve, "127.0.0.1", 0)
    port = loading.sockets[0].getsockname()[1]
    change = {"version": 1, "base_url": f"http://127.0.0.1:{port}/v1"}
    (await person.patch(f"/api/connections/{house['closed']['id']}", change)).ok()
    told, reply = await said(person, house["closed"]["name"], "n=1")
    loading.close()
    waits = [frame.data["payload"] for frame in told if frame.data.get("kind") == "task.waiting"]
    assert [one["code"] for one in waits] == ["upstream_loading"]
    assert (reply["status"], reply["text"]) == ("complete", "Ready.")


class LoadingServer:
    """Loads its model at the first request, answers the second."""

    def __init__(self, url: str) -> None:
        self._asked = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if head.startswith(b"POST"):
            await reader.readexactly(int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0]))
            self._asked += 1
        loading = b'{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}'
        ready = b'{"choices":[{"message":{"content":"Ready."},"finish_reason":"stop"}]}'
        status, body = (b"503 X", loading) if self._asked < 2 else (b"200 OK", ready)
        head_out = b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
        writer.write(head_out % (status, len(body)) + body)
        await writer.drain()
        writer.close()

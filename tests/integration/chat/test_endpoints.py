"""The room's doors: shapes, codes and who is asked."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from tavernai.accounts.domain import Principal
from tavernai.accounts.guards import signed_in
from tavernai.chat.conversations import ChatService
from tavernai.chat.endpoints import router
from tavernai.http.app import build_site
from tests.contract.chat.tale import Tale


@pytest.fixture
async def client(tale: Tale) -> AsyncIterator[httpx2.AsyncClient]:
    site = build_site({ChatService: tale.chat}, [router])
    site.dependency_overrides[signed_in] = lambda: Principal("kim", "member", frozenset({"chat"}), "session")
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(site), base_url="http://tavern") as made:
        yield made


async def test_a_new_conversation_tells_where_its_messages_are(client: httpx2.AsyncClient) -> None:
    made = await client.post("/api/conversations", json={"character_id": "ada", "greeting": 1, "title": "Moon"})
    assert made.status_code == 201
    body = made.json()
    assert (body["title"], body["version"], body["character_id"]) == ("Moon", 1, "ada")
    page = (await client.get(body["messages_url"])).json()
    assert [item["text"] for item in page["items"]] == ["Good evening."]
    assert page["next_cursor"] is None
    assert body["position"] >= 2


async def test_commands_answer_with_the_message_and_the_position(client: httpx2.AsyncClient, tale: Tale) -> None:
    message_id = await tale.say("hello")
    edited = await client.post(f"/api/messages/{message_id}:edit", json={"text": "hi", "version": 1})
    assert edited.json()["message"]["text"] == "hi"
    for verb in ("hide", "show", "delete", "restore"):
        answer = (await client.post(f"/api/messages/{message_id}:{verb}")).json()
        assert answer["message"]["id"] == message_id
    assert answer["position"] == (await tale.get())["position"]
    assert (await client.get(f"/api/messages/{message_id}/revisions")).json()["items"][0]["text"] == "hi"


async def test_a_stale_edit_is_refused_with_the_current_message(client: httpx2.AsyncClient, tale: Tale) -> None:
    message_id = await tale.say("hello")
    await client.post(f"/api/messages/{message_id}:edit", json={"text": "hi", "version": 1})
    stale = await client.post(f"/api/messages/{message_id}:edit", json={"text": "hey", "version": 1})
    assert stale.status_code == 409
    assert stale.json()["code"] == "stale_version"
    assert stale.json()["facts"]["current"]["text"] == "hi"


async def test_undo_and_redo_say_what_they_turned(client: httpx2.AsyncClient, tale: Tale) -> None:
    await tale.say("hello")
    undone = (await client.post(f"/api/conversations/{tale.id}:undo")).json()
    assert (undone["undone"]["kind"], undone["redo"]) == ("message.added", 1)
    redone = (await client.post(f"/api/conversations/{tale.id}:redo")).json()
    assert (redone["redone"], redone["redo"]) == (undone["undone"], 0)
    assert redone["position"] > undone["position"]
    nothing = await client.post(f"/api/conversations/{tale.id}:redo")
    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing_to_redo")


async def test_branches_copies_and_variants_over_http(client: httpx2.AsyncClient, tale: Tale) -> None:
    [greeting] = await tale.items()
    other = (await client.get(f"/api/messages/{greeting['id']}/variants")).json()["items"][1]
    chosen = await client.post(f"/api/messages/{greeting['id']}:select-variant", json={"variant_id": other["id"]})
    assert chosen.json()["message"]["variant"]["index"] == 1
    copied = (await client.post(f"/api/messages/{greeting['id']}:branch", json={"copy": True})).json()
    assert copied["conversation_id"] != tale.id
    branches = (await client.get(f"/api/conversations/{tale.id}/branches")).json()["items"]
    assert [one["active"] for one in branches] == [True]
    leaf = await client.post(f"/api/conversations/{tale.id}:select-leaf", json={"message_id": greeting["id"]})
    assert leaf.status_code == 200


async def test_conversations_are_renamed_thrown_away_and_brought_back(client: httpx2.AsyncClient, tale: Tale) -> None:
    url = f"/api/conversations/{tale.id}"
    assert (await client.patch(url, json={"title": "Moon", "version": 1})).json()["title"] == "Moon"
    assert (await client.delete(url)).status_code == 204
    assert (await client.get("/api/conversations?trash=true")).json()["items"][0]["id"] == tale.id
    assert (await client.post(f"{url}:restore")).json()["deleted"] is False
    assert (await client.get(url)).json()["undo"] == {"can_undo": True, "can_redo": False}
    assert len((await client.get("/api/conversations")).json()["items"]) == 1


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/api/conversations", {"character_id": "ada", "mood": 1}, 422),
        ("GET", "/api/conversations/nowhere", None, 404),
        ("POST", "/api/messages/nowhere:edit", {"text": "x", "version": 1}, 404),
        ("POST", "/api/messages/nowhere:edit", {"text": "x"}, 422),
        ("GET", "/api/conversations?cursor=nonsense", None, 400),
        ("GET", "/api/conversations?limit=1000", None, 422),
    ],
)
async def test_what_cannot_be_done_is_refused(
    client: httpx2.AsyncClient, method: str, path: str, body: Any, status: int
) -> None:
    assert (await client.request(method, path, json=body)).status_code == status


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("messages?before=a&around=b", "one_place_only"),
        ("messages?at=2026-11-21T10:00:00", "invalid_input"),
        ("messages?around=nobody", "message_not_found"),
        ("days?tz_minutes=9000", "invalid_input"),
        ("export?format=docx", "invalid_input"),
        (f"export?ids={','.join(['x'] * 1_001)}", "too_many_chosen"),
    ],
)
async def test_a_stretch_or_file_that_makes_no_sense_is_refused(
    client: httpx2.AsyncClient, tale: Tale, path: str, code: str
) -> None:
    answer = await client.get(f"/api/conversations/{tale.id}/{path}")
    assert (answer.status_code in (404, 422), answer.json()["code"]) == (True, code)


async def test_a_change_chosen_from_the_list_is_taken_back_or_refused_as_entangled(
    client: httpx2.AsyncClient, tale: Tale
) -> None:
    first = await tale.say("one")
    await client.post(f"/api/messages/{first}:hide")
    await tale.say("two")
    path = f"/api/conversations/{tale.id}/changes"
    _two, hid, one = (await client.get(path)).json()["items"]
    refused = await client.post(f"{path}/{one['event_id']}:undo")
    assert (refused.status_code, refused.json()["code"]) == (409, "change_entangled")
    undone = (await client.post(f"{path}/{hid['event_id']}:undo")).json()
    assert undone["undone"] == {"event_id": hid["event_id"], "kind": "message.hidden"}
    assert (await client.get(path)).json()["items"][1]["state"] == "brought_back"
    assert (await client.post(f"{path}/nobody:undo")).status_code == 404

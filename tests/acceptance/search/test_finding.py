"""Search as a person meets it: over HTTP, across restarts, and after somebody made the index anew."""

import sqlite3
from typing import Any

import pytest

from tests.conftest import NewServer
from tests.support.people import Person
from tests.support.servers import Server


async def told(person: Person, text: str) -> tuple[str, str]:
    """A message in a conversation of its own; both ids."""
    posted = (await person.post("/v1/agent/messages", {"content": text})).ok()
    return posted["conversation_id"], posted["message_id"]


async def search(person: Person, **asked: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await person.get("/api/search", params=asked)).ok()["items"]
    return items


async def test_a_message_just_sent_is_found_with_all_it_takes_to_open_it(owner: Person) -> None:
    conversation_id, message_id = await told(owner, "The <b>lantern</b> keeper counts ships.")
    [hit] = await search(owner, q="lantern shi", kind="message")
    assert (hit["kind"], hit["id"], hit["conversation_id"]) == ("message", message_id, conversation_id)
    assert (hit["role"], hit["created_at"][-1]) == ("user", "Z")
    assert hit["snippet"] == [
        {"text": "The <b>", "hit": False},
        {"text": "lantern", "hit": True},
        {"text": "</b> keeper counts ", "hit": False},
        {"text": "ships", "hit": True},
        {"text": ".", "hit": False},
    ]


async def test_nobody_finds_what_another_person_wrote(owner: Person, server: Server) -> None:
    conversation_id, _ = await told(owner, "A silver secret")
    server.command("user", "add", "eve", "--password-stdin", stdin="correct horse\n")
    key = server.command("key", "add", "--user", "eve", "--label", "x", "--scope", "chat").strip()
    async with Person(server.url, key=key) as eve:
        assert await search(eve, q="silver") == []
        assert await search(eve, q="silver", conversation_id=conversation_id) == []
    assert len(await search(owner, q="silver", kind="message")) == 1


async def test_a_key_for_chats_alone_finds_no_characters(owner: Person, server: Server) -> None:
    (await owner.post("/api/characters", {"card": {"name": "Silver Ann"}})).ok()
    key = server.command("key", "add", "--user", "owner", "--label", "x", "--scope", "chat").strip()
    assert [hit["kind"] for hit in await search(owner, q="silver")] == ["character"]
    async with Person(server.url, key=key) as reader:
        assert await search(reader, q="silver") == []


async def test_what_was_committed_before_a_kill_is_found_after_it(new_server: NewServer) -> None:
    server = new_server()
    ids = []
    for number in range(5):
        async with Person(server.url, key=server.key) as person:
            ids.append((await told(person, f"silver number {number}"))[1])
        server.kill()
        server.start()
    async with Person(server.url, key=server.key) as person:
        assert [hit["id"] for hit in await search(person, q="silver", kind="message")] == ids[::-1]


async def test_an_index_that_was_lost_is_made_anew_by_command(owner: Person, server: Server) -> None:
    _, message_id = await told(owner, "silver fish")
    assert len(await search(owner, q="silver fish", kind="message")) == 1
    with sqlite3.connect(server.data / "edge.db", timeout=10) as database:
        database.execute("DELETE FROM message_words")
    database.close()
    assert await search(owner, q="silver fish", kind="message") == []
    assert "made anew" in server.command("ledger", "reindex")
    assert [hit["id"] for hit in await search(owner, q="silver fish", kind="message")] == [message_id]


async def test_the_index_is_no_part_of_what_a_rebuild_compares(owner: Person, server: Server) -> None:
    await told(owner, "silver fish")
    await search(owner, q="silver")
    assert "message_words" not in server.command("ledger", "rebuild", "--check")


@pytest.mark.parametrize(
    "asked", [{"limit": 0}, {"kind": "secret"}, {"role": "king"}, {"from": "soon"}, {"q": "x" * 501}]
)
async def test_what_cannot_be_asked_is_refused_in_words(owner: Person, asked: dict[str, Any]) -> None:
    answer = await owner.get("/api/search", params={"q": "a"} | asked)
    assert answer.status == 422
    assert answer.headers["Content-Type"] == "application/problem+json"


async def test_a_cursor_of_nowhere_is_refused_and_no_words_find_nothing(owner: Person) -> None:
    assert (await owner.get("/api/search", params={"q": "a", "cursor": "bm90aGluZw"})).status == 400
    for q in ("", " ", "-", '"', "-silver", "(*)", "。，"):
        assert await search(owner, q=q) == [], q

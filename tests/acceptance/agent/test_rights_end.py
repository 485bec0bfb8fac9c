"""A line stays open for hours: it ends with the session or key it was opened by, and nobody else's ends with it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.acceptance.agent.conftest import conversation
from tests.support.people import Frame, Person
from tests.support.servers import Server

END_SECONDS_MAX = 5


@pytest.fixture
async def person(modelled: Server) -> AsyncIterator[Person]:
    async with Person(modelled.url) as person:
        (await person.sign_in(modelled.owner, modelled.password)).ok()
        yield person


async def to_its_end(frames: AsyncIterator[Frame]) -> list[Frame]:
    async with asyncio.timeout(END_SECONDS_MAX):
        return [frame async for frame in frames]


async def session_of(person: Person) -> tuple[dict[str, Any], str]:
    ids = await conversation(person)
    session = (await person.post("/api/stream/sessions", {"conversation_id": ids["conversation_id"]})).ok()
    return ids, session["url"]


async def test_a_revoked_key_hears_nothing_more(person: Person, modelled: Server) -> None:
    _, url = await session_of(person)
    key = (await person.post("/api/keys", {"label": "phone", "scopes": ["chat"]})).ok()
    async with Person(modelled.url, key=key["key"]) as program, program.stream(url) as frames:
        (await person.delete(f"/api/keys/{key['id']}")).ok()
        assert await to_its_end(frames) == []


async def test_a_line_ends_where_somebody_signs_out_and_goes_on_elsewhere(person: Person, modelled: Server) -> None:
    ids, url = await session_of(person)
    async with Person(modelled.url) as lost:
        (await lost.sign_in(modelled.owner, modelled.password)).ok()
        async with person.stream(url) as here, lost.stream(url) as there:
            (await lost.post("/api/auth/sign-out")).ok()
            assert await to_its_end(there) == []
            (await person.post("/v1/agent/messages", {"content": "Hi", "conversation_id": ids["conversation_id"]})).ok()
            assert (await anext(here)).data["kind"] == "message.added"


async def test_a_removed_member_hears_nothing_more(person: Person, modelled: Server) -> None:
    body = {"username": "mallory", "password": "correct horse", "role": "member"}
    member = (await person.post("/api/users", body)).ok()
    async with Person(modelled.url) as mallory:
        (await mallory.sign_in("mallory", "correct horse")).ok()
        _, url = await session_of(mallory)
        async with mallory.stream(url) as frames:
            (await person.delete(f"/api/users/{member['id']}")).ok()
            assert await to_its_end(frames) == []

"""News of what stands beside a conversation: drafts and config reach the person's other pages at once."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

from tests.acceptance.agent.conftest import conversation, ends, heard
from tests.support.people import Frame, Person


def is_news(frame: Frame) -> bool:
    return frame.event == "news"


async def session(person: Person, conversation_id: str | None) -> str:
    made = (await person.post("/api/stream/sessions", {"conversation_id": conversation_id})).ok()
    return str(made["url"])


async def test_a_draft_comes_to_the_page_that_shows_the_same_chat(person: Person) -> None:
    here = (await conversation(person))["conversation_id"]
    async with AsyncExitStack() as open_lines:
        frames = await open_lines.enter_async_context(person.stream(await session(person, here)))
        (await person.put(f"/api/conversations/{here}/draft", {"text": "Half a", "page": "phone"})).ok()
        [*_, written] = await heard(frames, is_news)
        (await person.put(f"/api/conversations/{here}/draft", {"text": " ", "page": "phone"})).ok()
        [*_, forgotten] = await heard(frames, is_news)
    told = written.data
    assert (told["about"], told["conversation_id"], told["page"]) == ("draft", here, "phone")
    assert (told["draft"]["text"], forgotten.data["draft"], written.id) == ("Half a", None, "")


async def test_a_change_of_config_comes_to_a_page_that_shows_a_chat(person: Person) -> None:
    here = (await conversation(person))["conversation_id"]
    async with AsyncExitStack() as open_lines:
        frames = await open_lines.enter_async_context(person.stream(await session(person, here)))
        ops = [{"op": "set", "path": "/generation/temperature", "value": 0.4}]
        (await person.post("/api/config/revisions", {"scope": {"type": "user"}, "ops": ops})).ok()
        [*_, told] = await heard(frames, is_news)
    assert told.data == {"type": "news", "about": "config"}


async def test_a_change_of_a_group_comes_to_a_page_that_shows_a_chat(person: Person) -> None:
    here = (await conversation(person))["conversation_id"]
    someone = (await person.post("/api/characters", {"card": {"name": "Bo"}})).ok()["id"]
    async with AsyncExitStack() as open_lines:
        frames = await open_lines.enter_async_context(person.stream(await session(person, here)))
        (await person.post("/api/groups", {"members": [{"character_id": someone}]})).ok()
        [*_, told] = await heard(frames, is_news)
    assert told.data == {"type": "news", "about": "groups"}


async def test_who_awaits_one_reply_hears_no_news(person: Person) -> None:
    here = (await conversation(person))["conversation_id"]
    async with person.say(conversation_id=here, content='[[mock reply="Slowly on." delay_ms=400]]') as frames:
        put: Any = person.put(f"/api/conversations/{here}/draft", {"text": "Beside it."})
        told, _ = await asyncio.gather(heard(frames, ends), put)
    assert not [frame for frame in told if is_news(frame)]

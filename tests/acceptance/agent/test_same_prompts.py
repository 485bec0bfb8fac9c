"""What SillyTavern would have sent, from what is stored here: posted as a person does, read at the model."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.acceptance.agent.test_objects import ME, plan_of, said, tune
from tests.support.people import Person
from tests.support.servers import Server

CARD: dict[str, Any] = {"name": "Mira", "description": "Keeper of the light.", "first_mes": "Hello."}
NOTE = {"note__text": "Rain all night.", "note__depth": 1}


@pytest.fixture
async def ada(own_modelled: Server) -> AsyncIterator[Person]:
    """A person with a server of their own: what they tune holds for them everywhere."""
    async with Person(own_modelled.url, key=own_modelled.key) as somebody:
        yield somebody


async def character(person: Person, **fields: Any) -> str:
    return str((await person.post("/api/characters", {"card": CARD | fields})).ok()["id"])


async def sent_for(person: Person, words: str, **order: Any) -> list[tuple[str, str]]:
    """(role, text) of every message that was sent for the reply to these words."""
    plan = await plan_of(person, (await said(person, words, **order))["reply_message_id"])
    return [(one["role"], one["content"]) for one in plan["sent"]]


@pytest.mark.parametrize(
    ("place", "wanted"),
    [
        ({"position": "in_prompt"}, ("system", "A courier.")),
        ({"position": "note_top"}, ("system", "A courier.\nRain all night.")),
        ({"position": "note_bottom"}, ("system", "Rain all night.\nA courier.")),
        ({"position": "in_chat", "depth": 0, "role": "user"}, ("user", "A courier.")),
    ],
)
async def test_a_persona_is_told_where_it_was_placed(
    ada: Person, place: dict[str, Any], wanted: tuple[str, str]
) -> None:
    given = {"name": "Ari", "description": "A courier.", "is_default": True, **place}
    made = (await ada.post("/api/personas", given)).ok()
    assert {name: made[name] for name in place} == place
    await tune(ada, ME, **NOTE)
    sent = await sent_for(ada, "Who am I?", character_id=await character(ada))
    assert wanted in sent
    assert sum("A courier." in text for _, text in sent) == 1
    if place["position"] == "in_chat":
        assert sent[-1] == wanted


async def test_a_persona_moved_out_of_prompts_is_not_told_but_can_be_named(ada: Person) -> None:
    made = (await ada.post("/api/personas", {"name": "Ari", "description": "A courier.", "is_default": True})).ok()
    change = {"version": made["version"], "position": "none"}
    assert (await ada.patch(f"/api/personas/{made['id']}", change)).ok()["position"] == "none"
    told = json.dumps(await sent_for(ada, "Who am I?", character_id=await character(ada)))
    assert "A courier." not in told
    named = await character(ada, description="Knows that {{user}} is: {{persona}}")
    assert "A courier." not in json.dumps(await sent_for(ada, "Hm.", character_id=named))
    await tune(ada, ME, note__text="{{persona}}")
    assert ("system", "A courier.") in await sent_for(ada, "Hm.", character_id=named)

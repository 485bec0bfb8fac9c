"""Cards written to harm who opens them: the conversation opens, and the server stays for the others."""

import time

import pytest

from tavernai.chat.ports import GREETINGS_MAX
from tavernai.prompting.domain.macro_env import PRODUCED_CHARS_MAX
from tests.acceptance.agent.test_same_prompts import CARD, sent_for
from tests.support.people import Person


async def opened(person: Person, **fields: object) -> list[str]:
    """What a new conversation with such a character may begin with."""
    made = (await person.post("/api/characters", {"card": CARD | fields})).ok()
    talk = (await person.post("/api/conversations", {"character_id": made["id"]})).ok()
    return [one["text"] for one in await person.get_all(f"/api/messages/{talk['active_leaf']}/variants")]


async def test_the_greetings_of_a_card_share_what_macros_may_produce(person: Person) -> None:
    texts = await opened(person, alternate_greetings=["{{space::100000}}" * 15 + "end"] * 40)
    assert len(texts) == 41
    assert sum(map(len, texts)) < PRODUCED_CHARS_MAX + 100_000
    assert texts[1].endswith(" end")


async def test_greetings_see_no_variables_of_each_other(person: Person) -> None:
    texts = await opened(person, alternate_greetings=["{{setvar::a::x}}{{.a}}", "{{.a}}{{hasvar::a}}"])
    assert texts[1:] == ["x", "false"]


async def test_a_card_of_many_thousand_greetings_begins_with_some(person: Person) -> None:
    began = time.monotonic()
    texts = await opened(person, alternate_greetings=[f"Hi {number}" for number in range(20_000)])
    assert texts == ["Hello.", *(f"Hi {number}" for number in range(GREETINGS_MAX - 1))]
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("text", ["{{newline::Infinity}}", "{{space::1e400}}", "{{greeting::1e400}}"])
async def test_a_number_without_end_in_a_card_breaks_no_reply(person: Person, text: str) -> None:
    card = (await person.post("/api/characters", {"card": CARD | {"description": f"Tall.{text}"}})).ok()
    sent = await sent_for(person, "Hello?", character_id=card["id"])
    assert any(f"Tall.{text}" in told for _, told in sent)


async def test_a_key_that_no_engine_could_lay_out_wakes_nothing_and_stops_nobody(person: Person) -> None:
    bomb = "/" + "(" * 60 + "a" + ")+" * 60 + "/"
    book = {"entries": [{"keys": [bomb, "/a{" + "9" * 5_000 + "}/"], "content": "Boom.", "enabled": True}]}
    card = (await person.post("/api/characters", {"card": CARD | {"character_book": book}})).ok()
    began = time.monotonic()
    sent = await sent_for(person, "aaaa?", character_id=card["id"])
    assert not any("Boom." in told for _, told in sent)
    assert time.monotonic() - began < 10

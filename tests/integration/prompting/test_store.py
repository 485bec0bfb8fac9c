"""Texts of prompts on each engine: stored once, read back for a plan."""

import random
from typing import Any

import pytest

from tavernai.prompting.domain.assemble import assemble
from tavernai.prompting.domain.plan import messages_of, recorded
from tavernai.prompting.domain.scene import Character, HistoryMessage, Persona, Scene
from tavernai.prompting.domain.tokenizers import CALIBRATED
from tavernai.prompting.store import plan_texts, put_parts, texts
from tests.support.requirements import needs_postgres

SCENE = Scene(
    character=Character("Mira", {"data": {"description": "A keeper."}}),
    persona=Persona("Ari"),
    history=[HistoryMessage(f"message-{n}", "user", "Ari", f"line {n}") for n in range(60)],
)


@pytest.fixture(params=["sqlite_storage", pytest.param("postgres_storage", marks=needs_postgres)])
def storage(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


async def test_a_prompt_is_read_back_from_its_plan(storage: Any) -> None:
    prompt = assemble(SCENE, clock=lambda: 0, random=random.Random(1), tokenizer=CALIBRATED)
    plan, parts = recorded(prompt)
    await storage.commit(lambda tx: put_parts(tx, parts))
    await storage.commit(lambda tx: put_parts(tx, parts))
    stored = await storage.read(lambda connection: plan_texts(connection, plan))
    assert messages_of(plan, stored) == prompt.messages


async def test_a_text_that_two_units_store_at_once_is_there_once(storage: Any) -> None:
    parts = {"h1": "same", "h2": "other"}

    def twice(tx: Any) -> None:
        put_parts(tx, parts)
        put_parts(tx, {"h1": "same"})

    await storage.commit(twice)
    assert await storage.read(lambda connection: texts(connection, ["h1", "h2", "h1", "h3"])) == parts

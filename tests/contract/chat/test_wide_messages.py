"""A message with thousands of swipes, or thousands of branches below it: a page costs what it shows."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event, select

from tavernai.chat.tables import messages, variants
from tavernai.kernel.ids import new_id
from tests.contract.chat.tale import Tale

MANY = 400


@pytest.fixture
def rows_fetched(tale: Tale) -> Iterator[list[int]]:
    """How many rows each question to the engine could bring; counted by asking it again."""
    storage: Any = tale.storage
    counts: list[int] = []

    def asked(conn: Any, clause: Any, many: Any, params: Any, options: Any, result: Any) -> None:
        if not conn.info.get("again") and getattr(clause, "is_select", False):
            conn.info["again"] = True
            counts.append(len(conn.execute(clause, *many, params).all()))
            conn.info["again"] = False

    engine = storage.dialog.read_engine
    event.listen(engine, "after_execute", asked)
    yield counts
    event.remove(engine, "after_execute", asked)


async def row_of(tale: Tale, table: Any, **at: Any) -> dict[str, Any]:
    query = select(table).where(*(table.c[name] == value for name, value in at.items()))
    return await tale.storage.read(lambda conn: dict(conn.execute(query).mappings().one()))


async def test_a_page_reads_the_variants_it_shows_alone(tale: Tale, rows_fetched: list[int]) -> None:
    said = await row_of(tale, messages, id=await tale.say("one of many"))
    variant = await row_of(tale, variants, message_pos=said["pos"], n=0)
    swipes = [variant | {"n": n, "id": new_id()} for n in range(1, MANY)]
    await tale.unit(lambda tx: [tx.insert(variants, one) for one in swipes])
    rows_fetched.clear()
    assert (await tale.items())[-1]["text"] == "one of many"
    assert rows_fetched
    assert max(rows_fetched) < 10


async def test_branches_are_counted_where_they_lie(tale: Tale, rows_fetched: list[int]) -> None:
    said = await row_of(tale, messages, id=await tale.say("where it forks"))
    below = await row_of(tale, messages, id=await tale.say("on the path"))
    others = [below | {"pos": 10**6 + n, "id": new_id()} for n in range(MANY)]
    await tale.unit(lambda tx: [tx.insert(messages, one) for one in others])
    rows_fetched.clear()
    shown = {item["id"]: item["branches"] for item in await tale.items()}
    assert shown[said["id"]] == MANY + 1
    assert max(rows_fetched) < 10

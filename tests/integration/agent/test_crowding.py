"""How many replies one person may have in the making."""

from functools import partial
from typing import Any, cast

import pytest

from tavernai.agent import service
from tavernai.agent.crowding import check_crowd
from tavernai.agent.errors import TooManyOpen
from tavernai.agent.orders import Order
from tavernai.agent.service import AgentService
from tavernai.agent.tables import tasks
from tavernai.storage.database import Database


async def queue(storage: Database, *, owner_id: str, states: list[str]) -> None:
    def unit(tx: Any) -> None:
        for n, state in enumerate(states):
            name = f"{owner_id} {n} {state}"
            told = dict.fromkeys(("id", "kind", "lane", "conversation_id", "reply_message_id", "variant_id"), name)
            zeros = ("lane_seq", "head", "attempt", "fence", "created_at", "updated_at", "run_at", "cancel_requested")
            tx.insert(
                tasks,
                dict.fromkeys(tasks.c.keys())
                | told | dict.fromkeys(zeros, 0) | {"owner_id": owner_id, "state": state, "input_event": name},
            )  # fmt: skip

    await storage.commit(unit)


async def test_what_waits_and_what_runs_counts_for_its_person_alone(storage: Database) -> None:
    await queue(storage, owner_id="kim", states=["queued", "queued", "running", "completed", "failed"])
    await storage.read(lambda conn: check_crowd(conn, "kim", most=4))
    await storage.read(lambda conn: check_crowd(conn, "lea", most=1))
    with pytest.raises(TooManyOpen):
        await storage.read(lambda conn: check_crowd(conn, "kim", most=3))


async def test_too_many_replies_are_refused_before_anything_is_said(
    storage: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "check_crowd", partial(check_crowd, most=2))
    await queue(storage, owner_id="kim", states=["queued", "running"])
    agent = AgentService(storage, stage=cast(Any, None))
    for order in (Order(content="Hi", conversation_id="c"), Order(action="swipe", conversation_id="c", reply=False)):
        with pytest.raises(TooManyOpen) as refused:
            await agent.post("kim", order)
        assert (refused.value.status, refused.value.code) == (429, "too_many_open")
    with pytest.raises(TooManyOpen):
        await agent.retry("kim", "a task")

"""How many replies one person may have in the making."""

from dataclasses import asdict
from functools import partial
from typing import Any, cast

import pytest

from tavernai.agent import service
from tavernai.agent.crowding import check_crowd
from tavernai.agent.errors import TooManyOpen
from tavernai.agent.opening import Ahead
from tavernai.agent.orders import ROUTE, Order, Orders, Posted
from tavernai.agent.service import AgentService
from tavernai.agent.tables import tasks
from tavernai.ledger.idempotency import remember
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


async def test_what_was_taken_before_is_answered_again_however_much_waits(
    storage: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = Posted("task", "message", "reply", "conversation", 7, "session")
    order = Order(content="Hi", conversation_id="c", reply=False, idempotency_key="once")
    asked: dict[str, Any] = {"route": ROUTE, "key": "once", "body": order.body()}
    await storage.commit(lambda tx: remember(tx, "kim", **asked, answer=asdict(before)))
    orders = Orders(cast(Any, None), cast(Any, None))
    ahead = Ahead("new")
    crowd = TooManyOpen(open_max=2)
    assert await storage.commit(partial(orders.take, user_id="kim", order=order, ahead=ahead, crowd=crowd)) == before
    with pytest.raises(TooManyOpen):
        await storage.commit(partial(orders.take, user_id="lea", order=order, ahead=ahead, crowd=crowd))

"""Replies of one person that are planned at the same moment change the same variables one after the other."""

import asyncio
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import orjson

from tavernai.agent.branch import everywhere_of
from tavernai.agent.reply import ReplyWriter
from tavernai.agent.tables import person_variables
from tavernai.storage.database import Database


@dataclass
class Counter:
    """A director whose prompts all say {{incglobalvar::n}}, or nothing of the kind."""

    steps: int = 1
    stagings: int = 0
    tokenizers: Any = field(default_factory=lambda: SimpleNamespace(of=lambda model, wanted: None))

    def stage(self, conn: Any, task: Any, **_: Any) -> Any:
        self.stagings += 1
        n = everywhere_of(conn, task["owner_id"]).get("n", 0)
        changes = {"n": n + self.steps} if self.steps else {}
        plan = {"variables": {"local": {}, "everywhere": changes}}
        return SimpleNamespace(plan=plan, let_go=lambda: None)


def record(tx: Any, lease: Any, staged: Any) -> None:
    """What the fold makes of plan.made."""
    told = orjson.dumps({"n": 0} | staged.plan["variables"]["everywhere"]).decode()
    if tx.get(person_variables, "kim") is None:
        tx.insert(person_variables, {"owner_id": "kim", "everywhere": told})
    elif staged.plan["variables"]["everywhere"]:
        tx.update(person_variables, "kim", everywhere=told)


async def planned(storage: Database, director: Counter, *, times: int) -> int:
    writer = ReplyWriter(storage, *cast(Any, (None, None, None, director)))
    lease: Any = SimpleNamespace(task={"owner_id": "kim"})
    connection: Any = SimpleNamespace(model="m", tokenizer="")
    asked = [writer._recorded(lease, connection, "default", record=record) for _ in range(times)]
    await asyncio.gather(*asked)
    return int((await storage.read(lambda conn: everywhere_of(conn, "kim")))["n"])


async def test_no_step_of_a_counter_is_lost(storage: Database) -> None:
    assert await planned(storage, Counter(), times=30) == 30


async def test_a_prompt_that_counts_nothing_is_made_once(storage: Database) -> None:
    director = Counter(steps=0)
    await planned(storage, director, times=30)
    assert director.stagings == 30

"""When a prompt is cut by the server's count, and what its account says it was counted by."""

import random
from dataclasses import dataclass, field
from typing import Any

import pytest

from tavernai.agent.counting import counted
from tavernai.gateway.counting import CountService
from tavernai.gateway.domain import Connection
from tavernai.gateway.errors import UpstreamRefused
from tavernai.gateway.kinds import TOKENIZERS
from tavernai.prompting.domain.assemble import assemble
from tavernai.prompting.domain.families import FAMILIES
from tavernai.prompting.domain.plan import recorded
from tavernai.prompting.domain.scene import Character, HistoryMessage, Persona, Scene
from tavernai.prompting.domain.tokenizers import CALIBRATED, Tokenizer

HISTORY = [HistoryMessage(f"m{n}", "user", "Ari", f"{n} " + "word " * 40) for n in range(60)]


@dataclass
class Counter:
    """A server with a token a character; or one that refuses."""

    refuses: bool = False
    asked: list[str] = field(default_factory=list)

    async def count(self, text: str, connection: Connection) -> int | None:
        self.asked.append(text)
        if self.refuses:
            raise UpstreamRefused
        return len(text)


@dataclass
class Staged:
    plan: Any


def stage(context_tokens: int, built: list[str]) -> Any:
    scene = Scene(
        character=Character("Mira", {"data": {"description": "A keeper."}}), persona=Persona("Ari"),
        history=HISTORY, context_tokens=context_tokens, reply_tokens=100,
    )  # fmt: skip

    async def make(tokenizer: Tokenizer | None) -> Staged:
        used = tokenizer or CALIBRATED
        prompt = assemble(scene, clock=lambda: 0, random=random.Random(1), tokenizer=used)
        built.append(prompt.tokenizer)
        return Staged(recorded(prompt)[0])

    return make


def told(counter: Counter, *, context_tokens: int, tokenizer: str = "") -> tuple[Any, CountService, Connection]:
    service = CountService({"llamacpp": counter})  # type: ignore[dict-item]
    return stage(context_tokens, []), service, Connection("c", "C", "llamacpp", "http://x", tokenizer=tokenizer)


async def test_a_prompt_far_below_its_budget_asks_nobody() -> None:
    counter = Counter()
    staged = await counted(*told(counter, context_tokens=32_768), estimate=CALIBRATED)
    assert (staged.plan["tokenizer"], counter.asked) == ("calibrated", [])


async def test_a_prompt_near_its_edge_is_cut_by_the_servers_count() -> None:
    counter = Counter()
    staged = await counted(*told(counter, context_tokens=3_000), estimate=CALIBRATED)
    plan: Any = staged.plan
    assert plan["tokenizer"] == "llamacpp"
    assert plan["prompt_tokens"] <= plan["budget_tokens"]
    kept = sum(part["count"] for part in plan["parts"] if "count" in part)
    assert 8 <= kept <= 14  # a message is about 200 characters, so about 200 tokens there
    assert len(counter.asked) == len(set(counter.asked))


async def test_the_next_turn_asks_for_nothing_it_knows() -> None:
    counter = Counter()
    make, service, connection = told(counter, context_tokens=3_000)
    await counted(make, service, connection, estimate=CALIBRATED)
    before = len(counter.asked)
    await counted(make, service, connection, estimate=CALIBRATED)
    assert len(counter.asked) == before


async def test_a_server_that_fails_leaves_the_estimate_and_the_plan_says_so() -> None:
    counter = Counter(refuses=True)
    staged = await counted(*told(counter, context_tokens=3_000), estimate=CALIBRATED)
    assert (staged.plan["tokenizer"], counter.asked) == ("calibrated", [""])


@pytest.mark.parametrize(("tokenizer", "asks"), [("server", True), ("estimate", False), ("", False)])
async def test_a_connection_may_always_ask_or_never(tokenizer: str, asks: bool) -> None:
    counter = Counter()
    staged = await counted(*told(counter, context_tokens=32_768, tokenizer=tokenizer), estimate=CALIBRATED)
    assert (staged.plan["tokenizer"] == "llamacpp", bool(counter.asked)) == (asks, asks)


def test_connections_name_the_families_there_are() -> None:
    assert ("estimate", "server", *(family.name for family in FAMILIES)) == TOKENIZERS

"""Whose count of tokens a prompt is cut by.

A prompt is built with what costs nothing: the model's vocabulary where it is installed, else an estimate. Only an
estimated one that comes near its budget is worth asking the model's server for, because only there can the error of an
estimate cut a message too many, or one too few.
"""

from collections.abc import Awaitable, Callable
from typing import Final

from tavernai.agent.stage import Staged
from tavernai.gateway.counting import CountService
from tavernai.gateway.domain import Connection
from tavernai.gateway.kinds import ESTIMATE, SERVER
from tavernai.prompting.domain.account import PlanRecord
from tavernai.prompting.domain.tokenizers import ServedTokenizer, Tokenizer, is_estimate

NEAR: Final = 0.6
"""The share of the budget from which on it is near: no estimate is so much too low (docs/reference/tokenizers.md)."""
ROUNDS_MAX: Final = 3
"""Counting may move the edge, and what comes in there has to be counted too."""

Stage = Callable[[Tokenizer | None], Awaitable[Staged]]


async def counted(stage: Stage, counts: CountService | None, connection: Connection, *, estimate: Tokenizer) -> Staged:
    """The prompt that `stage` builds, by the server's count where that matters and can be had, else by `estimate`."""
    staged = await stage(None)
    if counts is None or not counts.counts(connection) or not _matters(staged.plan, connection.tokenizer):
        return staged
    for _ in range(ROUNDS_MAX):
        served = ServedTokenizer(connection.kind, counts.known(connection), estimate)
        staged = await stage(served)
        if not served.missing or not counts.counts(connection):
            break
        await counts.ask(connection, list(served.missing))
    return staged


def _matters(plan: PlanRecord, wanted: str) -> bool:
    if wanted in (ESTIMATE, SERVER):
        return wanted == SERVER
    if not is_estimate(plan["tokenizer"]):
        return False
    return plan["prompt_tokens"] >= NEAR * plan["budget_tokens"] or any(one["why"] == "budget" for one in plan["cut"])

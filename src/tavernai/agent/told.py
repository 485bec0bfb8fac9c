"""What a model has said of one reply: as it comes, what is kept of it, and the fact that it ends with."""

import time
from dataclasses import dataclass, field
from typing import Any

from tavernai.agent.events import TaskCancelled, TaskCompleted, TaskFailed
from tavernai.agent.routing import Route
from tavernai.agent.stage import Staged
from tavernai.chat import service as chat
from tavernai.kernel.errors import TavernError
from tavernai.kernel.facts import Recorded

FINISHES = {"tool_calls": "tool", "content_filter": "stop"}
"""OpenAI's word for an end where ours is another."""


@dataclass(slots=True)
class Told:
    """What the model has said so far, and how long it took."""

    since: float
    pieces: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    size: int = 0
    """characters of both"""
    finish: str | None = None
    usage: dict[str, Any] | None = None
    first_token_ms: int | None = None
    staged: Staged | None = None
    """the plan of the connection asked last"""
    route: Route = field(default_factory=Route)

    @property
    def has_spoken(self) -> bool:
        return bool(self.pieces or self.reasoning)

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    @property
    def ending(self) -> str:
        """Why the model stopped, in our words."""
        said = self.finish or "stop"
        return FINISHES.get(said, said)

    def measured(self) -> dict[str, Any]:
        connection = self.staged.connection if self.staged else None
        prices = connection.prices if connection else None
        return {
            "usage": self.usage,
            "model": connection.model if connection else None,
            "connection": connection.name if connection else None,
            "fallbacks": self.route.passed or None,
            "cost": prices.cost_of(self.usage) if prices else None,
            "first_token_ms": self.first_token_ms,
            "total_ms": int((time.monotonic() - self.since) * 1000),
        }


@dataclass(frozen=True, slots=True)
class Kept:
    """What is stored of a reply, and what listeners have joined together."""

    text: str
    streamed: str
    thoughts: str | None


def kept_of(told: Told) -> Kept:
    """What is stored of what was said; without a plan, nothing was."""
    staged, thoughts = told.staged, "".join(told.reasoning)
    if staged is None:
        return Kept("", "", thoughts or None)
    streamed = staged.before + told.text
    thoughts = staged.clean_thoughts(thoughts) if thoughts else thoughts
    if not told.pieces:
        return Kept(streamed, streamed, thoughts or None)
    return Kept(staged.before + staged.clean(told.text), streamed, thoughts or None)


def task_end(
    task: Any, told: Told, ended: Recorded, *, ending: chat.Ending, error: TavernError | None, text: str | None
) -> TaskCompleted | TaskCancelled | TaskFailed:
    """The fact that ends the task; `text`: what is stored, where it is not what listeners have joined."""
    place = (task["reply_message_id"], task["variant_id"])
    if error is not None:
        return TaskFailed(*place, error.code, error.detail, retryable=getattr(error, "retryable", True))
    if ending == "interrupted":
        return TaskCancelled(*place, told.usage, text)
    return TaskCompleted(*place, ended.payload["finish"] or "stop", told.usage, text)

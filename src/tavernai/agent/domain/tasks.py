"""The life of a task, as a table. Anything the table does not say is refused.

The diagram in docs/explanation/server.md is printed from it by tools/diagrams.py.
"""

from enum import StrEnum
from typing import Literal

from tavernai.agent.errors import TaskClosed


class State(StrEnum):
    """Where a task is; the last three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    PENDING_APPROVAL = "pending_approval"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Verb(StrEnum):
    """What can happen to a task."""

    START = "start"
    WAIT = "wait"
    RESUME = "resume"
    RETRY = "retry"
    EXPIRE = "expire"
    COMPLETE = "complete"
    FAIL = "fail"
    CANCEL = "cancel"


TRANSITIONS: dict[State, dict[Verb, State]] = {
    State.QUEUED: {Verb.START: State.RUNNING, Verb.CANCEL: State.CANCELLED},
    State.RUNNING: {
        Verb.WAIT: State.PENDING_APPROVAL,
        Verb.RETRY: State.QUEUED,
        Verb.EXPIRE: State.QUEUED,
        Verb.COMPLETE: State.COMPLETED,
        Verb.FAIL: State.FAILED,
        Verb.CANCEL: State.CANCELLED,
    },
    State.PENDING_APPROVAL: {Verb.RESUME: State.QUEUED, Verb.CANCEL: State.CANCELLED},
    State.COMPLETED: {},
    State.FAILED: {},
    State.CANCELLED: {},
}

FINAL = frozenset(state for state, verbs in TRANSITIONS.items() if not verbs)


class Kind(StrEnum):
    """What a task makes."""

    REPLY = "reply"
    SWIPE = "swipe"
    REGENERATE = "regenerate"
    CONTINUE = "continue"
    IMPERSONATE = "impersonate"


# SillyTavern's word for each kind of generation, which presets and lore entries trigger on.
Generation = Literal["normal", "swipe", "regenerate", "continue", "impersonate"]
GENERATION: dict[Kind, Generation] = {
    Kind.REPLY: "normal",
    Kind.SWIPE: "swipe",
    Kind.REGENERATE: "regenerate",
    Kind.CONTINUE: "continue",
    Kind.IMPERSONATE: "impersonate",
}


def step(state: State, verb: Verb) -> State:
    """The next state, or TaskClosed if the table has no such edge."""
    try:
        return TRANSITIONS[state][verb]
    except KeyError:
        raise TaskClosed(state=state, verb=verb) from None

"""The life of a task: every pair of state and verb."""

from itertools import product

import pytest

from tavernai.agent.domain.tasks import FINAL, TRANSITIONS, State, Verb, step
from tavernai.agent.errors import TaskClosed

EDGES = {
    ("queued", "start"): "running",
    ("queued", "cancel"): "cancelled",
    ("running", "wait"): "pending_approval",
    ("running", "retry"): "queued",
    ("running", "expire"): "queued",
    ("running", "complete"): "completed",
    ("running", "fail"): "failed",
    ("running", "cancel"): "cancelled",
    ("pending_approval", "resume"): "queued",
    ("pending_approval", "cancel"): "cancelled",
}


@pytest.mark.parametrize(("state", "verb"), list(product(State, Verb)))
def test_only_the_edges_of_the_table_can_be_walked(state: State, verb: Verb) -> None:
    expected = EDGES.get((state.value, verb.value))
    if expected is None:
        with pytest.raises(TaskClosed):
            step(state, verb)
    else:
        assert step(state, verb) == expected


def test_every_state_has_its_row_and_three_are_final() -> None:
    assert set(TRANSITIONS) == set(State)
    assert {State.COMPLETED, State.FAILED, State.CANCELLED} == FINAL

"""What every history of revisions keeps to."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tavernai.config.domain.fold import Layer, Op, Scope, State, effective, fold
from tavernai.config.domain.paths import PATHS

NAMES = ["/generation/temperature", "/generation/top_k", "/reply/length", "/note/text"]
VALUES = st.one_of(st.integers(0, 5), st.sampled_from(["short", "long", None]))
SETS = st.builds(lambda path, value: Op(op="set", path=path, value=value), st.sampled_from(NAMES), VALUES)
UNSETS = st.builds(lambda path: Op(op="unset", path=path), st.sampled_from(NAMES))
REVISION = st.lists(st.one_of(SETS, UNSETS), min_size=1, max_size=4)
HISTORY = st.lists(REVISION, max_size=8)
SCOPES = [Scope("global"), Scope("user", "u"), Scope("character", "c"), Scope("conversation", "v")]

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""The machine may be busy with other tests."""


def layered(histories: list[list[list[Op]]]) -> list[Layer]:
    return [Layer(scope, fold(history)) for scope, history in zip(SCOPES, histories, strict=False)]


@unhurried
@given(HISTORY, st.integers(0, 8))
def test_a_state_kept_halfway_leads_to_the_same_end(history: list[list[Op]], cut: int) -> None:
    kept = fold(history[:cut])
    for ops in history[cut:]:
        kept = kept.after(ops)
    assert kept == fold(history)
    assert kept.n == len(history)


@unhurried
@given(HISTORY, st.sampled_from(NAMES), VALUES)
def test_to_set_and_unset_a_path_that_nobody_had_set_changes_no_value(history: Any, path: str, value: Any) -> None:
    before = fold([*history, [Op(op="unset", path=path)]])
    after = before.after([Op(op="set", path=path, value=value)]).after([Op(op="unset", path=path)])
    assert after.values == before.values
    assert effective([Layer(SCOPES[1], after)]).values == effective([Layer(SCOPES[1], before)]).values


@unhurried
@given(st.lists(HISTORY, min_size=1, max_size=4))
def test_the_nearest_layer_that_says_something_wins(histories: list[list[list[Op]]]) -> None:
    layers = layered(histories)
    told = effective(layers)
    for path in NAMES:
        saying = [layer for layer in layers if path in layer.state.values]
        assert told[path] == (saying[-1].state.values[path] if saying else PATHS[path].default)
        assert told.sources.get(path) == (saying[-1].scope if saying else None)


@unhurried
@given(st.lists(HISTORY, min_size=2, max_size=4), st.sampled_from(NAMES))
def test_to_unset_in_the_nearest_layer_gives_back_what_lies_below(histories: Any, path: str) -> None:
    layers = layered(histories)
    last = layers[-1]
    given_back = [*layers[:-1], Layer(last.scope, last.state.after([Op(op="unset", path=path)]))]
    assert effective(given_back)[path] == effective(layers[:-1])[path]


@unhurried
@given(st.lists(HISTORY, min_size=2, max_size=4), VALUES)
def test_nobody_says_otherwise_where_the_global_scope_locked(histories: Any, value: Any) -> None:
    layers = layered(histories)
    lock = Op(op="set", path="/reply/length", value=value, lock=True)
    layers[0] = Layer(layers[0].scope, layers[0].state.after([lock]))
    told = effective(layers)
    assert told["/reply/length"] == value
    assert told.sources["/reply/length"] == SCOPES[0]
    assert "/reply/length" in told.locked


@unhurried
@given(HISTORY, REVISION)
def test_only_paths_changed_after_the_base_are_contested(history: list[list[Op]], ops: list[Op]) -> None:
    state = fold(history)
    after = state.after(ops)
    touched = sorted({op["path"] for op in ops})
    assert after.contested(NAMES, base_n=state.n) == touched
    assert after.contested([path for path in NAMES if path not in touched], base_n=state.n) == []


def test_a_lock_that_is_set_again_without_is_gone() -> None:
    locked = State().after([Op(op="set", path="/reply/length", value="short", lock=True)])
    assert locked.locks == {"/reply/length"}
    assert locked.after([Op(op="set", path="/reply/length", value="short")]).locks == frozenset()


def test_values_of_paths_that_are_no_more_are_left_out() -> None:
    told = effective([Layer(SCOPES[1], State(1, {"/gone": 1}, {"/gone": 1}))])
    assert "/gone" not in told.values

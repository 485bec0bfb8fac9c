"""The breaker's table, walked over all pairs, and what it means for requests."""

import pytest

from tavernai.gateway.breaker import (
    FAILURES_MAX,
    REST_SECONDS,
    TRANSITIONS,
    Breaker,
    Breakers,
    Signal,
    State,
)
from tavernai.gateway.domain import Connection
from tavernai.gateway.errors import UpstreamPaused

HOUSE = Connection("c1", "house", "openai", "http://127.0.0.1:9", fallbacks=("c2",))
ALONE = Connection("c3", "alone", "openai", "http://127.0.0.1:9")
OPENS = {(State.CLOSED, Signal.LAST_STRAW), (State.HALF_OPEN, Signal.FAILED), (State.HALF_OPEN, Signal.LAST_STRAW)}


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breakers(clock: Clock) -> Breakers:
    return Breakers(clock=clock)


def fail(breakers: Breakers, connection: Connection, times: int, code: str = "upstream_timeout") -> None:
    for _ in range(times):
        breakers.left(connection, code)


@pytest.mark.parametrize("signal", Signal)
@pytest.mark.parametrize("state", State)
def test_every_pair_of_state_and_signal_has_its_step(state: State, signal: Signal) -> None:
    breaker = Breaker(state=state, opened_at=1.0, is_probing=True)
    breaker.signal(signal, 50.0)
    assert breaker.state is TRANSITIONS[state][signal]
    assert (breaker.opened_at == 50.0) == ((state, signal) in OPENS)
    assert breaker.is_probing == (signal is Signal.RESTED)
    if signal is Signal.ANSWERED:
        assert breaker.state is State.CLOSED


def test_five_failures_in_a_row_rest_a_connection_for_its_time(breakers: Breakers, clock: Clock) -> None:
    fail(breakers, HOUSE, FAILURES_MAX - 1)
    breakers.enter(HOUSE)
    fail(breakers, HOUSE, 1)
    clock.now += 12
    with pytest.raises(UpstreamPaused) as caught:
        breakers.enter(HOUSE)
    assert caught.value.facts["retry_after_seconds"] == REST_SECONDS - 12
    assert breakers.status(HOUSE).retry_in_seconds == REST_SECONDS - 12


def test_after_its_rest_one_try_decides(breakers: Breakers, clock: Clock) -> None:
    fail(breakers, HOUSE, FAILURES_MAX)
    clock.now += REST_SECONDS
    assert breakers.status(HOUSE).state == "half_open"
    breakers.enter(HOUSE)
    with pytest.raises(UpstreamPaused):
        breakers.enter(HOUSE)
    breakers.left(HOUSE, "ok")
    breakers.enter(HOUSE)
    assert breakers.status(HOUSE).state == "closed"


def test_a_try_that_fails_rests_it_anew(breakers: Breakers, clock: Clock) -> None:
    fail(breakers, HOUSE, FAILURES_MAX)
    clock.now += REST_SECONDS
    breakers.enter(HOUSE)
    fail(breakers, HOUSE, 1)
    assert breakers.status(HOUSE).retry_in_seconds == REST_SECONDS


def test_a_try_that_nobody_waited_for_leaves_room_for_another(breakers: Breakers, clock: Clock) -> None:
    fail(breakers, HOUSE, FAILURES_MAX)
    clock.now += REST_SECONDS
    breakers.enter(HOUSE)
    breakers.left(HOUSE, "cancelled")
    breakers.enter(HOUSE)
    assert breakers.status(HOUSE).state == "half_open"


@pytest.mark.parametrize(
    "code", ["ok", "upstream_auth", "upstream_rate_limited", "upstream_refused", "upstream_loading"]
)
def test_a_server_that_lives_breaks_the_row(breakers: Breakers, code: str) -> None:
    fail(breakers, HOUSE, FAILURES_MAX - 1)
    breakers.left(HOUSE, code)
    fail(breakers, HOUSE, FAILURES_MAX - 1)
    assert breakers.status(HOUSE).state == "closed"


def test_without_a_fallback_the_persons_wish_is_the_try(breakers: Breakers) -> None:
    fail(breakers, ALONE, FAILURES_MAX)
    breakers.enter(ALONE)
    assert breakers.status(ALONE).state == "open"
    breakers.left(ALONE, "ok")
    assert breakers.status(ALONE).state == "closed"


def test_a_model_being_loaded_shows_for_a_while(breakers: Breakers, clock: Clock) -> None:
    breakers.left(ALONE, "upstream_loading")
    assert breakers.status(ALONE).loading
    clock.now += 60
    assert not breakers.status(ALONE).loading


def test_others_hear_when_a_connection_turns() -> None:
    heard: list[str] = []
    breakers = Breakers(turned=lambda connection, state: heard.append(f"{connection.name} {state}"))
    fail(breakers, HOUSE, FAILURES_MAX)
    breakers.left(HOUSE, "ok")
    assert heard == ["house open", "house closed"]

"""Sign-in limits, on a clock that stands until it is told."""

import pytest

from tavernai.accounts import limits
from tavernai.accounts.errors import TooManySignIns
from tavernai.accounts.limits import SignInLimits, Window


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_the_attempt_past_the_limit_waits_until_the_first_is_old(clock: Clock) -> None:
    window = Window(2, seconds=60, monotonic=clock)
    for _ in range(2):
        assert window.wait_seconds("k") == 0
        window.add("k")
        clock.now += 10
    assert window.wait_seconds("k") == 40
    clock.now += 40
    assert window.wait_seconds("k") == 0


def test_a_name_is_limited_from_one_address_and_not_from_another(clock: Clock) -> None:
    door = SignInLimits(by_name=3, by_address=100, monotonic=clock)
    for _ in range(3):
        door.attempt("ada", "192.0.2.1")
    with pytest.raises(TooManySignIns) as refused:
        door.attempt("ada", "192.0.2.1")
    assert refused.value.facts["retry_after_seconds"] == limits.WINDOW_SECONDS
    door.attempt("ada", "192.0.2.2")
    door.attempt("bob", "192.0.2.1")


def test_an_address_is_limited_whatever_names_it_tries(clock: Clock) -> None:
    door = SignInLimits(by_name=3, by_address=5, monotonic=clock)
    for number in range(5):
        door.attempt(f"name{number}", "192.0.2.1")
    with pytest.raises(TooManySignIns):
        door.attempt("another", "192.0.2.1")


def test_addresses_of_one_ipv6_network_count_as_one(clock: Clock) -> None:
    door = SignInLimits(by_name=100, by_address=2, monotonic=clock)
    door.attempt("a", "2001:db8::1")
    door.attempt("b", "2001:db8::2")
    with pytest.raises(TooManySignIns):
        door.attempt("c", "2001:db8::3")
    door.attempt("c", "2001:db8:0:1::3")


def test_an_ipv4_address_is_the_same_when_written_as_ipv6(clock: Clock) -> None:
    door = SignInLimits(by_name=1, by_address=100, monotonic=clock)
    door.attempt("a", "192.0.2.1")
    with pytest.raises(TooManySignIns):
        door.attempt("a", "::ffff:192.0.2.1")


def test_who_signs_in_well_never_reaches_the_limit(clock: Clock) -> None:
    door = SignInLimits(by_name=2, by_address=2, monotonic=clock)
    for _ in range(20):
        door.attempt("ada", "192.0.2.1")
        door.succeeded("ada", "192.0.2.1")
    door.attempt("ada", "192.0.2.1")
    door.attempt("ada", "192.0.2.1")
    with pytest.raises(TooManySignIns):
        door.attempt("ada", "192.0.2.1")


def test_the_ledger_hears_of_an_address_once_a_minute_with_the_count_since(clock: Clock) -> None:
    door = SignInLimits(monotonic=clock)
    assert [door.failed("192.0.2.1") for _ in range(4)] == [1, 0, 0, 0]
    clock.now += limits.TOLD_SECONDS
    assert door.failed("192.0.2.1") == 4


def test_memory_is_bounded_however_many_addresses_try(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "KEYS_MAX", 10)
    window = Window(1, monotonic=clock)
    for number in range(50):
        window.add(str(number))
    assert len(window._times) == 10
    assert window.wait_seconds("49") > 0

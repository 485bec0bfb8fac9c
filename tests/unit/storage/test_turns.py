"""Threads that take people's work in turns."""

import threading
from collections.abc import Iterator
from functools import partial

import pytest

from tavernai.storage.turns import FairThreads

SECONDS_MAX = 5


@pytest.fixture
def threads() -> Iterator[FairThreads]:
    one = FairThreads(2, each=1, name="fair")
    yield one
    one.shutdown()


def test_who_asked_for_little_is_not_behind_all_that_another_asked_for(threads: FairThreads) -> None:
    done: list[str] = []
    begun, go = threading.Event(), threading.Event()

    def first() -> None:
        begun.set()
        go.wait(SECONDS_MAX)

    threads.submit("kim", first)
    held = threads.submit("lea", lambda: go.wait(SECONDS_MAX))
    begun.wait(SECONDS_MAX)
    asked = [threads.submit("kim", partial(done.append, f"kim {n}")) for n in range(20)]
    asked.append(threads.submit("bo", partial(done.append, "bo")))
    go.set()
    assert held.result(SECONDS_MAX)
    for one in asked:
        one.result(SECONDS_MAX)
    assert done.index("bo") <= 2
    assert [one for one in done if one != "bo"] == [f"kim {n}" for n in range(20)]


def test_an_error_is_told_to_who_asked_and_stops_nobody(threads: FairThreads) -> None:
    broken = threads.submit("kim", lambda: 1 / 0)
    assert threads.submit("kim", lambda: 7).result(SECONDS_MAX) == 7
    with pytest.raises(ZeroDivisionError):
        broken.result(SECONDS_MAX)


def test_what_nobody_waits_for_any_more_is_not_done(threads: FairThreads) -> None:
    go, done = threading.Event(), list[str]()
    threads.submit("kim", lambda: go.wait(SECONDS_MAX))
    dropped = threads.submit("kim", lambda: done.append("dropped"))
    assert dropped.cancel()
    go.set()
    assert threads.submit("kim", lambda: 7).result(SECONDS_MAX) == 7
    assert done == []


def test_all_that_waits_is_done_before_the_end() -> None:
    threads, done = FairThreads(3, each=2, name="fair"), list[int]()
    for number in range(100):
        threads.submit(str(number % 2), partial(done.append, number))
    threads.shutdown()
    assert sorted(done) == list(range(100))

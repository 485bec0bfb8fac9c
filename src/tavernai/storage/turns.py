"""Threads that take people's work in turns.

A person may wait for much, and has some of the threads, never all: whoever comes next finds one free. Whose turn it is
is decided by the threads themselves. Decided on the event loop, each piece of work would wait for a turn of it, and
beside a thousand streams three pieces in each turn would be all that a person gets.
"""

import threading
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class _Work:
    whose: str
    do: Callable[[], Any]
    told: Future[Any]

    def run(self) -> None:
        if not self.told.set_running_or_notify_cancel():
            return
        try:
            found = self.do()
        except BaseException as error:  # whoever waits for it is told, as a pool of threads does
            self.told.set_exception(error)
        else:
            self.told.set_result(found)


class FairThreads:
    """`count` threads, of which one person's work has `each` at most."""

    def __init__(self, count: int, *, each: int, name: str) -> None:
        self._threads = ThreadPoolExecutor(count, thread_name_prefix=name)
        self._each = each
        self._waiting: dict[str, deque[_Work]] = {}
        """by person, whose turn is next first"""
        self._running: Counter[str] = Counter()
        self._deciding = threading.Lock()

    def submit(self, whose: str, do: Callable[[], _T]) -> Future[_T]:
        """Have it done in a thread, in its turn."""
        work = _Work(whose, do, Future())
        with self._deciding:
            self._waiting.setdefault(whose, deque()).append(work)
        self._threads.submit(self._take_turns)
        return work.told

    def shutdown(self) -> None:
        """After all that waits is done."""
        self._threads.shutdown()

    def _take_turns(self) -> None:
        # Who finds nothing goes: what waits then is of people who have their share of threads, and each of those
        # threads looks again when it is done.
        while (work := self._next()) is not None:
            try:
                work.run()
            finally:
                with self._deciding:
                    self._running -= Counter({work.whose: 1})

    def _next(self) -> _Work | None:
        with self._deciding:
            whose = next((one for one in self._waiting if self._running[one] < self._each), None)
            if whose is None:
                return None
            theirs = self._waiting.pop(whose)
            work = theirs.popleft()
            if theirs:
                self._waiting[whose] = theirs  # behind the others
            self._running[whose] += 1
            return work

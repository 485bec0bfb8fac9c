"""Numbered steps with seconds, and what became of them: what a person watches while things are made."""

import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from made import Failed

Action = Callable[[], object]


@dataclass(frozen=True)
class Step:
    """One thing to do. `ready` says that there is nothing to do."""

    name: str
    action: Action
    ready: Callable[[], bool] | None = None
    loud: bool = False
    """It prints for itself while it runs."""


@dataclass
class Run:
    """Steps on the way, and the ones that failed."""

    total: int
    started: float = field(default_factory=time.monotonic)
    failed: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    _number: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def do(self, step: Step) -> bool:
        """Do one step; whether it went well."""
        if step.ready and step.ready():
            self._say(f"{step.name}: up to date")
            return self._end(step, well=True)
        if step.loud:
            self._say(f"{step.name} …", counts=False)
        before = time.monotonic()
        try:
            step.action()
        except Failed as failure:
            self._say(f"{step.name}: FAILED after {time.monotonic() - before:.1f} s", output=str(failure))
            return self._end(step, well=False)
        self._say(f"{step.name}: {time.monotonic() - before:.1f} s")
        return self._end(step, well=True)

    def chain(self, steps: Sequence[Step]) -> bool:
        """Steps that need each other: the first failure ends the chain, and the rest count as failed."""
        for at, step in enumerate(steps):
            if not self.do(step):
                self.failed += [f"{later.name} (not run)" for later in steps[at + 1 :]]
                return False
        return True

    def each(self, steps: Sequence[Step]) -> bool:
        """Steps that do not need each other, one after another: all of them run."""
        went_well = [self.do(step) for step in steps]
        return all(went_well)

    def beside(self, *lanes: Callable[[], bool]) -> bool:
        """Lanes at the same time; whether all went well."""
        with ThreadPoolExecutor(len(lanes)) as pool:
            return all(list(pool.map(lambda lane: lane(), lanes)))

    def _end(self, step: Step, *, well: bool) -> bool:
        (self.done if well else self.failed).append(step.name)
        return well

    def _say(self, line: str, *, counts: bool = True, output: str = "") -> None:
        with self._lock:
            self._number += counts
            place = f"{self._number if counts else self._number + 1}/{self.total}"
            print(f"[{place}] {line}", flush=True)
            if output:
                print("\n".join(f"      {row}" for row in output.splitlines()), file=sys.stderr, flush=True)

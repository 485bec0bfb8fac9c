"""Folds: from a fact to the read tables, in the transaction that records it.

A room's projections.py exports FOLDS, `{FactClass: fold}`. A fold is pure: it sees the recorded fact and rows through
`tx`, nothing else, so that replaying all facts into empty tables gives the same bytes. A kind this version does not
know is skipped and counted.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tavernai.kernel.facts import Recorded, fact_from, kind_of
from tavernai.storage.unit import Unit

Fold = Callable[[Any, Recorded, Any], None]


class Projections:
    """Every room's folds, by kind."""

    def __init__(self, rooms: Iterable[Mapping[type[Any], Fold]] = ()) -> None:
        self._folds: dict[str, list[Fold]] = {}
        self.unknown: Counter[str] = Counter()
        for folds in rooms:
            for cls, fold in folds.items():
                self._folds.setdefault(kind_of(cls), []).append(fold)

    def fold(self, tx: Unit, recorded: Recorded, fact: Any | None = None) -> None:
        """Bring the read tables up to date with one fact."""
        folds = self._folds.get(recorded.kind)
        if not folds:
            return
        if fact is None:
            fact = fact_from(recorded.kind, recorded.v, recorded.payload)
        if fact is None:
            self.unknown[recorded.kind] += 1
            return
        for fold in folds:
            fold(tx, recorded, fact)

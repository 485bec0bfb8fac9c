"""Inclusion groups: of several candidates that exclude each other, one stays.

Every group goes through the same steps; an entry with several labels takes part in each. Removing means: it is no
candidate any more. SillyTavern removes an unrelated entry when one loses twice; we do not. Source: shared contract 2.4,
step 11.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from tavernai.prompting.domain.macro_env import RandomSource
from tavernai.prompting.domain.world_info.entries import LoreEntry, is_index


@dataclass(slots=True)
class Groups:
    """The groups of one round."""

    candidates: list[LoreEntry]
    members: dict[str, list[LoreEntry]]
    is_settled: set[str]

    @classmethod
    def of(cls, candidates: Sequence[LoreEntry]) -> "Groups":
        members: dict[str, list[LoreEntry]] = {}
        for entry in candidates:
            for name in entry.groups:
                members.setdefault(name, []).append(entry)
        numbers = sorted((name for name in members if is_index(name)), key=int)
        ordered = [*numbers, *(name for name in members if not is_index(name))]
        return cls(list(candidates), {name: members[name] for name in ordered}, set())

    def keep(self, name: str, stay: Callable[[LoreEntry], bool]) -> None:
        """Remove the members of one group that do not stay, from everywhere."""
        gone = {entry.id for entry in self.members[name] if not stay(entry)}
        if gone:
            self.candidates = _without(self.candidates, gone)
            self.members = {group: _without(entries, gone) for group, entries in self.members.items()}


def filtered(
    candidates: Sequence[LoreEntry],
    *,
    active: Iterable[LoreEntry],
    is_sticky: Callable[[LoreEntry], bool],
    is_scored: Callable[[LoreEntry], bool],
    everything_scored: bool,
    score: Callable[[LoreEntry], int],
    random: RandomSource,
) -> list[LoreEntry]:
    """The candidates that groups leave."""
    groups = Groups.of(candidates)
    if not groups.members:
        return groups.candidates
    _stickies(groups, is_sticky)
    for name in groups.members:
        if name not in groups.is_settled and (
            everything_scored or any(entry.is_scored for entry in groups.members[name])
        ):
            _scores(groups, name, is_scored=is_scored, score=score)
    taken = {entry.group for entry in active if entry.group}
    for name in list(groups.members):
        _winner(groups, name, is_taken=name in taken, random=random)
    return groups.candidates


def _stickies(groups: Groups, is_sticky: Callable[[LoreEntry], bool]) -> None:
    for name, members in list(groups.members.items()):
        if any(is_sticky(entry) for entry in members):
            groups.keep(name, is_sticky)
            groups.is_settled.add(name)


def _scores(
    groups: Groups, name: str, *, is_scored: Callable[[LoreEntry], bool], score: Callable[[LoreEntry], int]
) -> None:
    scores = {entry.id: score(entry) for entry in groups.members[name]}
    best = max(scores.values(), default=0)
    groups.keep(name, lambda entry: not is_scored(entry) or scores[entry.id] >= best)


def _winner(groups: Groups, name: str, *, is_taken: bool, random: RandomSource) -> None:
    members = groups.members[name]
    if name in groups.is_settled:
        return
    if is_taken:
        groups.keep(name, lambda entry: False)
        return
    if len(members) < 2:
        return
    first = [entry for entry in members if entry.has_priority]
    chosen = max(first, key=lambda entry: entry.order) if first else _rolled(members, random)
    groups.keep(name, lambda entry: entry is chosen)


def _rolled(members: Sequence[LoreEntry], random: RandomSource) -> LoreEntry:
    """One of them by chance, in proportion to their weights."""
    rolled, so_far = random.random() * sum(entry.weight for entry in members), 0.0
    for entry in members:
        so_far += entry.weight
        if rolled <= so_far:
            return entry
    return members[-1]


def _without(entries: Sequence[LoreEntry], gone: set[str]) -> list[LoreEntry]:
    return [entry for entry in entries if entry.id not in gone]

"""Several characters in one conversation: who answers. Pure; the rules are a table. Source: shared contract 3.6."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from tavernai.prompting.domain.macro_env import RandomSource
from tavernai.prompting.domain.words import GroupCards

Strategy = Literal["natural", "list", "manual", "pooled"]
STRATEGIES: Final[tuple[Strategy, ...]] = ("natural", "list", "manual", "pooled")
CARDS: Final[tuple[GroupCards, ...]] = ("speaker", "unmuted", "all")
"""SillyTavern's numbers of strategies and of generation modes are the places here."""
WORD: Final = re.compile(r"\w+", re.ASCII)
TALKATIVENESS_USUAL: Final = 0.5
MEMBERS_MAX: Final = 100
"""Each may answer every message, and answers cost; a stranger's file names as many as it likes."""


@dataclass(frozen=True, slots=True)
class Member:
    """One of them, in the group's order."""

    name: str
    character_id: str | None = None
    is_muted: bool = False
    talkativeness: float = TALKATIVENESS_USUAL


@dataclass(frozen=True, slots=True)
class Company:
    """A group and its rules."""

    members: tuple[Member, ...] = ()
    strategy: Strategy = "natural"
    cards: GroupCards = "speaker"
    prefix: str = ""
    suffix: str = ""
    answers_itself: bool = False

    @property
    def heard(self) -> list[Member]:
        return [one for one in self.members if not one.is_muted]


@dataclass(frozen=True, slots=True)
class Turn:
    """What is answered: its words, who said them (None: the person), and who spoke since the person did."""

    text: str = ""
    author: str | None = None
    spoken: frozenset[str] = field(default_factory=frozenset)


def company_from(told: Mapping[str, Any]) -> Company:
    """A group as `conversation.grouped` tells it."""
    members = tuple(
        Member(str(one.get("name") or ""), one.get("character_id"), bool(one.get("is_muted")))
        for one in (told.get("members") or [])[:MEMBERS_MAX]
    )
    return Company(
        members, _one_of(STRATEGIES, told.get("strategy")), _one_of(CARDS, told.get("cards")),
        str(told.get("prefix") or ""), str(told.get("suffix") or ""), bool(told.get("answers_itself")),
    )  # fmt: skip


def speakers(company: Company, turn: Turn, *, dice: RandomSource) -> list[Member]:
    """Who answers, in order; muted ones never. Nobody: nobody is asked to."""
    excluded = None if company.answers_itself else turn.author
    able = [one for one in company.heard if one.name != excluded] or company.heard
    return RULES[company.strategy](able, turn, dice) if able else []


def somebody(company: Company, *, dice: RandomSource) -> list[Member]:
    """One of them, whoever it is: somebody must answer."""
    return _one(company.heard or list(company.members), dice)


def _natural(able: Sequence[Member], turn: Turn, dice: RandomSource) -> list[Member]:
    """Who is named, then whoever is talkative enough; else one of those who talk at all."""
    words = dict.fromkeys(word.lower() for word in WORD.findall(turn.text))
    called = [(one, _words(one.name)) for one in able]
    known = frozenset().union(*(names for _, names in called))
    named = [one for word in words if word in known for one, names in called if word in names]
    talking = [one for one in _shuffled(able, dice) if one.talkativeness >= dice.random()]
    found = list(dict.fromkeys([*named, *talking]))
    return found or _one([one for one in able if one.talkativeness > 0] or able, dice)


def _listed(able: Sequence[Member], turn: Turn, dice: RandomSource) -> list[Member]:
    return list(able)


def _manual(able: Sequence[Member], turn: Turn, dice: RandomSource) -> list[Member]:
    return []


def _pooled(able: Sequence[Member], turn: Turn, dice: RandomSource) -> list[Member]:
    return _one([one for one in able if one.name not in turn.spoken] or able, dice)


RULES: Final[Mapping[Strategy, Callable[[Sequence[Member], Turn, RandomSource], list[Member]]]] = {
    "natural": _natural, "list": _listed, "manual": _manual, "pooled": _pooled,
}  # fmt: skip


def _words(name: str) -> set[str]:
    return {word.lower() for word in WORD.findall(name)}


def _shuffled(members: Sequence[Member], dice: RandomSource) -> list[Member]:
    keyed = [(dice.random(), place) for place in range(len(members))]
    return [members[place] for _, place in sorted(keyed)]


def _one(members: Sequence[Member], dice: RandomSource) -> list[Member]:
    return [members[min(int(dice.random() * len(members)), len(members) - 1)]] if members else []


def _one_of(table: Sequence[Any], told: Any) -> Any:
    return told if told in table else table[0]

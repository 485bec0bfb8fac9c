"""Who answers where several characters speak."""

import random
import time

import pytest

from tavernai.agent.domain.company import (
    CARDS,
    MEMBERS_MAX,
    RULES,
    STRATEGIES,
    Company,
    Member,
    Turn,
    company_from,
    somebody,
    speakers,
)

MIRA, BO, SAM = Member("Mira Vale", "m"), Member("Bo", "b", talkativeness=0.0), Member("Sam", "s", talkativeness=1.0)
MUTED = Member("Kit", "k", is_muted=True, talkativeness=1.0)


class Always:
    """A dice that shows one number."""

    def __init__(self, number: float) -> None:
        self.number = number

    def random(self) -> float:
        return self.number


def named(company: Company, turn: Turn, number: float = 0.6) -> list[str]:
    return [one.name for one in speakers(company, turn, dice=Always(number))]


def test_every_strategy_has_a_rule() -> None:
    assert set(RULES) == set(STRATEGIES)
    assert len(STRATEGIES) == 4
    assert len(CARDS) == 3


def test_who_is_named_answers_first_then_whoever_is_talkative_enough() -> None:
    company = Company((MIRA, BO, SAM, MUTED))
    assert named(company, Turn("Bo, and you, VALE?")) == ["Bo", "Mira Vale", "Sam"]
    assert named(company, Turn("Kit? Bobby?")) == ["Sam"]


def test_when_nobody_is_talkative_enough_one_of_those_who_talk_at_all_does() -> None:
    assert named(Company((BO, MIRA)), Turn("Hm."), 0.9) == ["Mira Vale"]
    assert named(Company((BO,)), Turn("Hm."), 0.9) == ["Bo"]


def test_nobody_answers_themselves_unless_they_may() -> None:
    turn = Turn("Sam Sam", author="Sam")
    assert named(Company((MIRA, SAM)), turn, 0.4) == ["Mira Vale"]
    assert named(Company((MIRA, SAM), answers_itself=True), turn, 0.6) == ["Sam"]


def test_a_list_answers_in_order_a_pool_by_who_was_silent_and_by_hand_nobody() -> None:
    members = (MIRA, MUTED, SAM)
    assert named(Company(members, "list"), Turn("Hm.")) == ["Mira Vale", "Sam"]
    assert named(Company(members, "pooled"), Turn("Hm.", spoken=frozenset({"Mira Vale"}))) == ["Sam"]
    assert named(Company(members, "manual"), Turn("Sam?")) == []
    [one] = somebody(Company(members, "manual"), dice=random.Random(1))
    assert one in (MIRA, SAM)


@pytest.mark.parametrize("told", [{}, {"strategy": "?", "cards": 7, "members": None}])
def test_what_a_group_does_not_say_is_as_usual(told: dict[str, object]) -> None:
    assert company_from(told) == Company()


def test_of_a_group_of_thousands_some_speak() -> None:
    told = {"members": [{"name": f"N{number}"} for number in range(50_000)], "strategy": "list"}
    assert len(speakers(company_from(told), Turn("Hello?"), dice=Always(0))) == MEMBERS_MAX


def test_a_long_text_is_searched_for_names_once() -> None:
    company = Company(tuple(Member(f"N{number}", talkativeness=0.0) for number in range(MEMBERS_MAX)))
    began = time.monotonic()
    assert named(company, Turn("N7 " + "word N3 " * 100_000)) == ["N7", "N3"]
    assert time.monotonic() - began < 2

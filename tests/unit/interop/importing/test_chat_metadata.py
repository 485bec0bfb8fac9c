"""What an imported chat says of itself, as config, variables and effects of the conversation."""

from typing import Any

import pytest

from tavernai.interop.importing.domain.here import left_in, said_here
from tavernai.prompting.domain.macro_random import cyrb53


def test_chance_begins_where_it_began_even_when_the_chat_never_said_so() -> None:
    assert dict(said_here({}, named="Mira - 1")) == {"/macros/pick_seed": cyrb53("Mira - 1")}
    assert dict(said_here({"main_chat": "First"}, named="Branch"))["/macros/pick_seed"] == cyrb53("First")
    told = dict(said_here({"chat_id_hash": 7, "pick_reroll_seed": 3}, named="Mira - 1"))
    assert told == {"/macros/pick_seed": 7, "/macros/pick_reroll": "3"}
    assert dict(said_here({}, named="")) == {}


@pytest.mark.parametrize("seed", [True, -1, 2**60, "7", 1.5, None])
def test_a_hash_that_is_none_is_passed_over(seed: Any) -> None:
    assert dict(said_here({"chat_id_hash": seed}, named="x")) == {"/macros/pick_seed": cyrb53("x")}


def test_blank_texts_leave_the_card_its_say_and_long_ones_are_cut() -> None:
    told = dict(said_here({"scenario": " ", "mes_example": 5, "system_prompt": "x" * 60_000}, named=""))
    assert {path: len(value) for path, value in told.items()} == {"/card/system_prompt": 50_000}


def test_variables_come_along_as_texts_and_numbers() -> None:
    given = {"a": "1", "b": 2, "c": ["x"], "d": None, "e": "x"}
    left = left_in({"variables": given}, variant_id="v")
    assert left is not None
    assert left.local == {"a": "1", "b": 2, "c": '["x"]', "e": "x"}
    assert left_in({"variables": given}, variant_id=None) is None


@pytest.mark.parametrize("metadata", [{}, {"variables": [1]}, {"timedWorldInfo": {"sticky": {"B.0": 5}}}])
def test_where_nothing_is_left_nothing_is_written(metadata: dict[str, Any]) -> None:
    assert left_in(metadata, variant_id="v") is None

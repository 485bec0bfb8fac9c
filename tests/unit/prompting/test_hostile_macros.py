"""Macros written to cost more than they say, or to break who reads them."""

import time

import pytest

from tavernai.prompting.domain.macro_values import number_of
from tavernai.prompting.domain.macros import expand
from tests.unit.prompting.test_macros import env

LARGE = "{{setvar::x::" + "a" * 100_000 + "}}" + "{{setvar::x::{{.x}}{{.x}}{{.x}}{{.x}}}}"


@pytest.mark.parametrize("question", ["{{if .x}}{{/if}}", "{{if .x}}yes{{else}}no{{/if}}", "{{if::{{.y=1}}{{.x}}::n}}"])
def test_asking_a_large_variable_many_times_uses_the_allowance_up(question: str) -> None:
    begun = time.monotonic()
    expand(LARGE + question * 20_000, env())
    assert time.monotonic() - begun < 5


def test_conditions_within_conditions_end_when_the_allowance_does() -> None:
    text = LARGE * 3 + "{{if " * 38 + "{{if .x}}{{/if}}" * 100 + "}}a{{/if}}" * 38
    begun = time.monotonic()
    expand(text, env())
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{newline::1e400}}", "{{newline::1e400}}"),
        ("{{space::Infinity}}", "{{space::Infinity}}"),
        ("{{greeting::-Infinity}}", "{{greeting::-Infinity}}"),
        ("{{setvar::n::0x" + "f" * 390 + "}}{{getvar::n}}", "Infinity"),
        ("{{setvar::n::1e308}}{{addvar::n::1e308}}{{.n}}", "Infinity"),
        ("{{setvar::n::Infinity}}{{.n-=Infinity}}{{incvar::n}}", "NaN"),
    ],
)
def test_numbers_without_end_break_nothing(text: str, expected: str) -> None:
    assert expand(text, env()) == expected


def test_a_whole_number_longer_than_any_float_is_read_as_one_without_end() -> None:
    assert number_of(10**400) == float("inf")
    assert number_of(-(10**400)) == float("-inf")

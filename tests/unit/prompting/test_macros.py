"""What the macro engine does where the recorded rows are silent, and what it refuses to do."""

import random
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tavernai.prompting.domain.assemble import environment
from tavernai.prompting.domain.macro_env import PRODUCED_CHARS_MAX, Env
from tavernai.prompting.domain.macro_random import arc4, cyrb53, next_double
from tavernai.prompting.domain.macro_values import number_text
from tavernai.prompting.domain.macros import expand
from tavernai.prompting.domain.scene import Character, HistoryMessage, Persona, Scene, Variables

NOON_MS = 1_741_953_600_000


def env(**changes: Any) -> Env:
    scene = Scene(Character("Mira", {"data": {"description": "A keeper."}}), Persona("Ari"), **changes)
    return environment(scene, clock=lambda: NOON_MS, random=random.Random(1))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{if::char::in {{user}}}}", "in Ari"),
        ("{{if .mood}}a{{else}}b{{/if}}", "b"),
        ("{{if !nothing}}a{{/if}}", ""),
        ("{{if nothing}}a{{/if}}", "a"),
        ("{{if off}}a{{if char}}x{{/if}}{{else}}b{{/if}}", "b"),
        ("{{if char}}{{if off}}a{{else}}b{{/if}}{{else}}c{{/if}}", "b"),
        ("{{setvar::a::{{reverse::{{user}}}}}}{{getvar::a}}", "irA"),
        ("{{setvar::x}}a{{/wrong}}b{{/setvar}}{{getvar::x}}", "a{{/wrong}}b"),
        ("stray }} {{user}} {{ {{char}}", "stray }} Ari {{ Mira"),
        ("<USER> and <bot>", "Ari and Mira"),
        ("a \\{b\\}", "a {b}"),
        ("{{date}} {{isodate}}", "March 14, 2025 2025-03-14"),
        ("{{datetimeformat::[D] Do}}", "D 14th"),
        ("{{time::nonsense}}", "{{time::nonsense}}"),
        ("{{roll::0d6}}{{roll::2d}}{{roll::99999d6}}", ""),
        ("{{.n ??= 4}}{{.n -= 1}}{{.n}}", "43"),
        ("{{$g ||= x}}{{getglobalvar::g}}", "xx"),
        ("{{hasvar::a}}{{setvar::a::1}}{{hasvar::a}}{{deletevar::a}}{{varexists::a}}", "falsetruefalse"),
        ("{{greeting::4}}|{{newline::2}}|{{space::-1}}", "|\n\n|{{space::-1}}"),
        ("{{//}}gone{{///}}here", "here"),
    ],
)
def test_a_text_becomes(text: str, expected: str) -> None:
    assert expand(text, env()) == expected


def test_what_a_macro_returns_is_not_read_as_a_macro() -> None:
    scene = {"variables": Variables({"v": "{{user}}"}), "history": [HistoryMessage("1", "user", "Ari", "{{char}}")]}
    assert expand("{{getvar::v}} {{lastMessage}} {{reverse::}}resu{{}}", env(**scene)) == "{{user}} {{char}} resu{{}}"


def test_only_the_chosen_branch_runs() -> None:
    seen = env()
    expand("{{if char}}{{setvar::a::1}}{{else}}{{setvar::b::1}}{{/if}}", seen)
    assert seen.local == {"a": "1"}


def test_card_fields_do_not_see_each_other() -> None:
    card = {"data": {"description": "[{{personality}}]", "personality": "[{{description}}]"}}
    seen = environment(Scene(Character("Mira", card)), clock=lambda: 0, random=random.Random(1))
    assert expand("{{description}}{{personality}}", seen) == "[][]"


@pytest.mark.parametrize(
    "text",
    [
        "{{setvar::a::xxxxxxxx}}" + "{{addvar::a::{{getvar::a}}}}" * 60 + "{{getvar::a}}",
        "{{space::100000}}" * 20_000,
        "{{setvar::l::[1]}}" + "{{addvar::l::x}}" * 20_000,
        "{{roll::1000d9}}" * 20_000,
        "{{pick::a::b}}" * 20_000,
    ],
)
def test_a_text_that_would_grow_without_end_stays_within_its_allowance(text: str) -> None:
    seen = env()
    begun = time.monotonic()
    result = expand(text, seen)
    assert len(result) <= PRODUCED_CHARS_MAX + len(text)
    assert sum(len(str(value)) for value in seen.local.values()) <= 2 * PRODUCED_CHARS_MAX
    assert time.monotonic() - begun < 20


@pytest.mark.parametrize(
    "text",
    ["{{" * 50_000, "{{" + " " * 500_000 + "}}", "{{a}}" * 20_000 + "{{/b}}" * 20_000, "{{" + "\n" * 500_000],
)
def test_a_hostile_text_takes_linear_time_and_stays_as_it_is(text: str) -> None:
    begun = time.monotonic()
    assert expand(text, env()) == text
    assert time.monotonic() - begun < 10


def test_deep_nesting_is_left_alone() -> None:
    text = "{{reverse::" * 200 + "a" + "}}" * 200
    assert expand(text, env()) == text
    scoped = "{{reverse}}" * 200 + "ab" + "{{/reverse}}" * 200
    assert "ab" in expand(scoped, env())


@given(st.text(alphabet=st.sampled_from("{}:/#!.$ =+ab\\\nuserif|<>"), max_size=80))
@settings(max_examples=400, deadline=None)
def test_no_text_breaks_the_engine(text: str) -> None:
    assert isinstance(expand(text, env()), str)


def test_hash_and_generator_agree_with_their_published_values() -> None:
    assert [cyrb53(text) for text in ("", "hello", "Привет", "😀")] == [
        3338908027751811, 4625896200565286, 8596532705995501, 4725715722941614,
    ]  # fmt: skip
    byte = arc4("12345")
    assert (next_double(byte), next_double(byte)) == (0.20703519639616447, 0.6602710883040208)


@pytest.mark.parametrize(
    ("number", "text"),
    [(8.0, "8"), (0.1, "0.1"), (1e21, "1e+21"), (1.5e-7, "1.5e-7"), (0.00001, "0.00001"), (-2.5, "-2.5")],
)
def test_numbers_read_as_javascript_writes_them(number: float, text: str) -> None:
    assert number_text(number) == text

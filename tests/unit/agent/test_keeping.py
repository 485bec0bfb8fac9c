"""A stranger's macros name variables of the chat."""

import pytest

from tavernai.agent.domain.keeping import kept, kept_in
from tavernai.prompting.domain.macro_table import MACROS


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("{{setglobalvar::a::b}}", "{{setvar::a::b}}"),
        ("{{ GetGlobalVar a }} {{#incGLOBALvar:a}}", "{{ getvar a }} {{#incvar:a}}"),
        ("{{addglobalvar::a}}1{{/addglobalvar}}", "{{addvar::a}}1{{/addvar}}"),
        ("{{$sky}} {{ $sky += 1}}", "{{.sky}} {{ .sky += 1}}"),
        ("{{if $sky}}x{{/if}} {{if::!$sky::y}}", "{{if .sky}}x{{/if}} {{if::!.sky::y}}"),
        ("{{reverse::{{getglobalvar::a}}}}", "{{reverse::{{getvar::a}}}}"),
        ("It costs $5, {{setglobalvariable::a}}", "It costs $5, {{setglobalvariable::a}}"),
        ("{{getvar::$a}}", "{{getvar::$a}}"),
    ],
)  # fmt: skip
def test_macros_of_variables_that_hold_everywhere_become_those_of_the_chat(text: str, wanted: str) -> None:
    assert kept(text) == wanted


def test_every_macro_of_global_variables_has_its_twin() -> None:
    for name in MACROS:
        assert "globalvar" not in kept("{{" + name + "::a::b}}").lower()


def test_texts_are_kept_however_deep_they_stand() -> None:
    card = {"a": [{"b": "{{$x}}"}], "n": 1, "none": None}
    assert kept_in(card) == {"a": [{"b": "{{.x}}"}], "n": 1, "none": None}

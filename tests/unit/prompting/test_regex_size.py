"""Expressions that are small to write and endless to lay out: refused before our engine compiles them."""

import time

import pytest

from tavernai.prompting.domain.js_regex import NotJavaScript, Untranslatable, compiled
from tavernai.prompting.domain.regex_size import copies
from tavernai.prompting.domain.world_info import finder
from tavernai.prompting.domain.world_info.finder import Finder, View, key_of, messages_part
from tavernai.prompting.domain.world_info.scan import SCAN_SECONDS_MAX

BOMBS = {
    "plus in plus": "(" * 60 + "a" + ")+" * 60,
    "twice to thrice": "(?:" * 30 + "a" + "{2,3})" * 30,
    "a million times": "(?:(?:[ab]|c){1000}){1000}",
    "lazily": "(" * 60 + "a" + ")+?" * 60,
    "behind a class with a bracket": "(?:[(]a" * 40 + "){2}" * 40,
    "looking ahead": "(?:(?=" * 40 + "a" + "){2})" * 40,
    "by a number without end": "(?:a){" + "9" * 5_000 + "}",
}


@pytest.mark.parametrize("source", BOMBS.values(), ids=BOMBS.keys())
@pytest.mark.parametrize("flags", ["", "i"])
def test_an_expression_that_would_be_laid_out_without_end_is_not_compiled(source: str, flags: str) -> None:
    began = time.perf_counter()
    with pytest.raises(Untranslatable):
        compiled(source, flags)
    assert time.perf_counter() - began < 0.5


@pytest.mark.parametrize("source", ["a{" + "9" * 5_000 + ",5}", "a{7,6}"])
def test_numbers_out_of_order_are_no_javascript_however_long_they_are(source: str) -> None:
    with pytest.raises(NotJavaScript):
        compiled(source, "")


def test_a_number_longer_than_python_reads_is_one_we_cannot_run() -> None:
    with pytest.raises(Untranslatable):
        compiled("a{" + "9" * 5_000 + "}", "")


@pytest.mark.parametrize(
    "source",
    [r"(\w+\s+){3,5}", "((a|b)+c)+", r"[\s\S]{20000,}", "(?:<[^>]+>)+", r"(?:[()]{3}){2}", r"(\(a\)+){9}", "(a?){0,9}"],
)
def test_what_people_write_is_compiled(source: str) -> None:
    assert copies(source) < 1_000
    assert compiled(source, "i")


def test_compiling_counts_among_what_a_scan_may_take(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0

    def compiled_slowly(source: str, flags: str) -> bool:
        nonlocal now
        now += SCAN_SECONDS_MAX + 1
        return True

    monkeypatch.setattr(finder, "is_runnable", compiled_slowly)
    keys = [key for number in range(3) if (key := key_of(f"/{number}x/", False, False))]
    found = Finder(frozenset(keys), lambda: now > SCAN_SECONDS_MAX)
    found.add(messages_part(["0x 1x 2x"]))
    assert [found.has(key, View(1)) for key in keys] == [True, False, False]

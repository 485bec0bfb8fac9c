"""JavaScript expressions on our engine: what they find, what a browser refuses, what we cannot run."""

import time

import pytest

from tavernai.prompting.domain.js_regex import NotJavaScript, Untranslatable, compiled

FINDS = [
    # source, flags, text, what it finds there (None: nothing), as Chromium does
    ("drag(on|oness)", "i", "A Dragon!", "Dragon"),
    (r"\bcat\b", "", "a cat.", "cat"),
    (r"\bcat\b", "", "кcat", "cat"),  # a letter that is not ASCII is no part of a word
    (r"\w+", "", "éa", "a"),
    (r"\d", "", "٣", None),
    (r"\s", "", "a\u00a0b", "\u00a0"),
    (r"^b", "", "a\nb", None),
    (r"^b", "m", "a\nb", "b"),
    (r"a$", "", "a\n", None),
    (r"a$", "m", "a\n", "a"),
    (r"a.b", "", "a\nb", None),
    (r"a.b", "s", "a\nb", "a\nb"),
    (r"a[^]b", "", "a\nb", "a\nb"),
    (r"x[]", "", "x", None),
    (r"(?<year>\d{4})-\k<year>", "", "2024-2024", "2024-2024"),
    (r"(a)?b\1", "", "b", "b"),  # a group that took no part matches nothing, and that is no failure
    (r"a{,2}", "", "a{,2}", "a{,2}"),
    (r"a{2", "", "a{2", "a{2"),
    (r"]}", "", "]}", "]}"),
    (r"[\W\d]", "", "a7", "7"),
    (r"[^\W\d]", "", "7a", "a"),
    (r"\x41\u0042\u{43}", "u", "ABC", "ABC"),
    (r"\u{3}", "", "uuu", "uuu"),
    (r"\p{Script=Han}+", "u", "abc世界", "世界"),
    (r"\p{L}", "", "p{L}", "p{L}"),
    (r"\A\Z\m", "", "AZm", "AZm"),
    (r"\/", "", "/", "/"),
    (r"(?=a)*b", "", "b", "b"),
    (r"[a&&b]", "", "&", "&"),
    (r"[--9]", "", "5", "5"),
    (r"[\b]", "", "\b", "\b"),
    (r"\cJ", "", "\n", "\n"),
    (r"\101", "", "A", "A"),
    (r"(?i:A)b", "", "ab", "ab"),
    ("\x01Mira:[^\x01]*storm", "", "\x01Ari: hi\n\x01Mira: a storm", "\x01Mira: a storm"),
]


@pytest.mark.parametrize(("source", "flags", "text", "found"), FINDS)
def test_an_expression_finds_what_a_browser_finds(source: str, flags: str, text: str, found: str | None) -> None:
    match = compiled(source, flags).search(text, timeout=1)
    assert (match.group(0) if match else None) == found


@pytest.mark.parametrize(
    ("source", "flags"),
    [
        ("(", ""), (")", ""), ("[a", ""), ("*a", ""), ("a**", ""), ("a++", ""), ("a{2,1}", ""), ("[b-a]", ""),
        ("(?<1a>b)", ""), ("(?P<a>b)", ""), ("(?>a)", ""), ("\\", ""), (r"\k<b>(?<a>.)", ""), (r"\p{L", "u"),
        (r"\q", "u"), ("a", "gg"), ("a", "x"), ("{1}", ""), (r"(?<=a)*", ""), ("]", "u"), (r"\b+", ""),
    ],
)  # fmt: skip
def test_what_a_browser_refuses_is_no_expression(source: str, flags: str) -> None:
    with pytest.raises(NotJavaScript):
        compiled(source, flags)


def test_what_only_we_cannot_run_is_told_apart() -> None:
    with pytest.raises(Untranslatable):
        compiled("(?m:^a)", "")


def test_an_expression_that_explodes_is_stopped() -> None:
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        compiled("(a|aa)+$", "").search("a" * 60 + "!", timeout=0.05)
    assert time.monotonic() - began < 5  # without the limit: years

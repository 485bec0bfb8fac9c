"""Snippets: some text around a hit, in parts."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tavernai.kernel.snippets import Part, snippet
from tavernai.kernel.words import asked


def hits(text: str, q: str) -> list[str]:
    return [part.text for part in snippet(text, asked(q)) if part.hit]


@pytest.mark.parametrize(
    ("text", "q", "found"),
    [
        ("The Lantern, the lanterns.", "lantern", ["Lantern", "lanterns"]),
        ("The Lantern, the lanterns.", '"lantern"', ["Lantern"]),
        ("An old, old lantern", '"old lantern"', ["old lantern"]),
        ("我们在酒馆里喝酒", "酒馆里", ["酒馆里"]),
        ("我们在酒馆里喝酒", "酒", ["酒", "酒"]),
        ("ﬁne CAFÉ Straße", "fine cafe strasse", ["ﬁne", "CAFÉ", "Straße"]),
        ("a 🐉 and Rust语言", "🐉 rust语言", ["🐉", "Rust语言"]),
        ("nothing here", "lantern", []),
        ("nothing here", "-nothing", []),
    ],
)
def test_what_was_asked_for_is_marked_as_it_is_written(text: str, q: str, found: list[str]) -> None:
    assert hits(text, q) == found


def test_a_long_text_is_cut_around_its_first_hit_on_one_line() -> None:
    parts = snippet("far\n\n away " * 100 + "a lantern" + " and more" * 100, asked("lantern"))
    assert (parts[0].text[0], parts[-1].text[-1]) == ("…", "…")
    assert Part("lantern", True) in parts
    assert len("".join(part.text for part in parts)) <= 202
    assert "\n" not in "".join(part.text for part in parts)


@given(st.text(), st.text(max_size=20))
def test_parts_put_together_are_the_text_however_strange(text: str, q: str) -> None:
    told = "".join(part.text for part in snippet(text, asked(q), characters=10_000)).strip("…")
    flat = " ".join(unicodedata.normalize("NFC", text).split())
    assert "".join(told.split()) in "".join(flat.split()) or told == ""

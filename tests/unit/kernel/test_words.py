"""The tokeniser: what a text is found by, and what a person's words ask for."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tavernai.kernel.words import TERMS_MAX, WORD_MAX, Phrase, asked, folded, indexed


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The old lantern.", ["the", "old", "lantern"]),
        ("don't re-enter_now", ["don", "t", "re", "enter", "now"]),
        ("酒馆里", ["酒馆", "馆里"]),
        ("酒", ["酒"]),
        ("我爱Rust语言。", ["我爱", "rust", "语言"]),
        ("ひらがな カタ", ["ひら", "らが", "がな", "カタ"]),
        ("안녕하세요", ["안녕", "녕하", "하세", "세요"]),
        ("Café ﬁn ＡＢＣ STRASSE ẞ", ["cafe", "fin", "abc", "strasse", "ss"]),
        ("ok🐉🔥!", ["ok", "🐉", "🔥"]),
        ("№ 42 3.14", ["no", "42", "3", "14"]),
        ("", []),
        ("\u0000\u200d…—", []),
    ],
)
def test_a_text_becomes_these_words(text: str, words: list[str]) -> None:
    assert list(indexed(text).words) == words


def test_each_character_of_a_run_is_kept_once_beside_the_pairs() -> None:
    assert indexed("酒馆里喝酒 ok 酒").singles == ("酒", "馆", "里", "喝")


def test_a_word_beyond_measure_is_cut_alike_in_text_and_question() -> None:
    assert indexed("x" * 5_000).words == ("x" * WORD_MAX,)
    assert asked("x" * 5_000).wanted == (Phrase(("x" * WORD_MAX,), prefix=True),)


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("old lan", (Phrase(("old",)), Phrase(("lan",), prefix=True))),
        ('"old lan"', (Phrase(("old", "lan")),)),
        ('"old lan', (Phrase(("old", "lan")),)),
        ("“old lan” x", (Phrase(("old", "lan")), Phrase(("x",), prefix=True))),
        ("酒", (Phrase(("酒",), single=True),)),
        ("酒馆里", (Phrase(("酒馆", "馆里")),)),
        ("爱rust语", (Phrase(("爱",), single=True), Phrase(("rust",)), Phrase(("语",), single=True))),
        ("语言rust", (Phrase(("语言", "rust"), prefix=True),)),
        ("don't", (Phrase(("don", "t"), prefix=True),)),
        ("a AND NOT (b", (Phrase(("a",)), Phrase(("and",)), Phrase(("not",)), Phrase(("b",), prefix=True))),
        ("--- ''", ()),
    ],
)
def test_what_is_typed_asks_for_this(typed: str, wanted: tuple[Phrase, ...]) -> None:
    assert asked(typed).wanted == wanted


def test_minus_excludes_a_word_or_a_phrase_but_not_inside_a_word() -> None:
    question = asked('lamp -cold -"old oil" re-enter -酒馆')
    assert question.without == ((Phrase(("cold",)),), (Phrase(("old", "oil")),), (Phrase(("酒馆",)),))
    assert question.wanted == (Phrase(("lamp",)), Phrase(("re", "enter")))


def test_a_question_has_an_end() -> None:
    assert len(asked(" ".join(f"w{number}" for number in range(500))).wanted) == TERMS_MAX


@given(st.text())
def test_whoever_types_a_whole_text_in_quotes_asks_only_for_words_it_has(text: str) -> None:
    told = indexed(text)
    everything = set(told.words) | set(told.singles)
    for phrase in asked('"' + text.replace('"', " ") + '"').wanted:
        assert set(phrase.words) <= everything


@given(st.text())
def test_composed_and_decomposed_texts_are_the_same(text: str) -> None:
    apart = unicodedata.normalize("NFD", text)
    assert folded(apart) == folded(unicodedata.normalize("NFC", text))

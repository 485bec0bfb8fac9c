"""Thoughts between marks come apart from the text, however the pieces are cut."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tavernai.agent.domain.thoughts import Thoughts

MARKS = ("<think>\n", "\n</think>")


def told_apart(pieces: list[str], marks: tuple[str, str] = MARKS) -> tuple[str, str]:
    thoughts = Thoughts(*marks)
    parts = [*(thoughts.feed(piece) for piece in pieces), thoughts.rest()]
    return "".join(text for text, _ in parts), "".join(thought for _, thought in parts)


def cut(text: str, places: list[int]) -> list[str]:
    edges = [0, *sorted(place % (len(text) + 1) for place in places), len(text)]
    return [text[start:end] for start, end in pairwise(edges)]


@given(st.lists(st.integers(0, 200), max_size=12))
def test_a_thought_at_the_head_is_told_apart_wherever_the_pieces_end(places: list[int]) -> None:
    said = "\n<think>\nShe lies. < perhaps </th she does.\n</think>\n\n*She smiles.* <think> no </think>"
    text, thought = told_apart(cut(said, places))
    assert thought == "She lies. < perhaps </th she does."
    assert text == "\n\n*She smiles.* <think> no </think>"


@given(st.text("<think>/ a\n", max_size=30), st.lists(st.integers(0, 60), max_size=6))
def test_nothing_is_lost_and_a_reply_without_a_mark_at_its_head_is_all_text(said: str, places: list[int]) -> None:
    text, thought = told_apart(cut(said, places))
    if said.lstrip().startswith("<think>"):
        assert len(text) + len(thought) <= len(said)
        assert not text or "</think>" in said
    else:
        assert (text, thought) == (said, "")


def test_a_thought_that_never_ends_is_a_thought() -> None:
    assert told_apart(["<think>on and ", "on </thi"]) == ("", "on and on </thi")


def test_an_opening_that_is_never_finished_is_text() -> None:
    assert told_apart(["<th", "in"]) == ("<thin", "")


def test_without_marks_everything_is_text() -> None:
    assert told_apart(["<think>x</think>y"], ("", "")) == ("<think>x</think>y", "")

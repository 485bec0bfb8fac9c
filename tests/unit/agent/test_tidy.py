"""What is streamed joins to what is stored."""

from hypothesis import given
from hypothesis import strategies as st

from tavernai.agent.domain.tidy import Tidy
from tavernai.prompting.domain.clean_reply import clean_reply

WORDS = st.text(st.sampled_from("ab \n\t林\r\u00a0"), max_size=12)


def streamed(pieces: list[str], *, keep_start: bool = False) -> str:
    tidy = Tidy(keep_start=keep_start)
    return "".join(map(tidy.feed, pieces))


@given(st.lists(WORDS, max_size=12))
def test_the_pieces_join_to_the_cleaned_text(pieces: list[str]) -> None:
    assert streamed(pieces) == clean_reply("".join(pieces), own_name="Aria", other_name="You")


@given(st.lists(WORDS, max_size=12))
def test_a_continuation_keeps_the_white_space_it_begins_with(pieces: list[str]) -> None:
    joined = "".join(pieces)
    expected = clean_reply(joined, own_name="Aria", other_name="You", is_continuation=True)
    assert streamed(pieces, keep_start=True) == expected


def test_a_word_is_given_at_once_and_its_space_with_the_next() -> None:
    tidy = Tidy()
    assert [tidy.feed(piece) for piece in ["  Hello ", "you", " \n", "there. "]] == ["Hello", " you", "", "\nthere."]

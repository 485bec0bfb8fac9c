"""What is kept of what a model wrote."""

import pytest

from tavernai.prompting.domain.clean_reply import clean_reply


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mira: Hello.  \n  There. \n", "Hello.\n  There."),
        ("Hello.\nAri: And you?", "Hello."),
        ("Ari: I say", ""),
        ("Hello.<|endoftext|>junk", "Hello."),
        ("Hello.\r\nBye.", "Hello.\nBye."),
        ("Hello.\n##", "Hello."),
        ("Mirabel: no.", "Mirabel: no."),
        ("  灯。 ", "灯。"),
    ],
)
def test_a_reply_becomes(text: str, expected: str) -> None:
    assert clean_reply(text, own_name="Mira", other_name="Ari", stop=["\n###"]) == expected


def test_a_continuation_keeps_the_space_it_joins_with() -> None:
    assert clean_reply(" went on. ", own_name="Mira", is_continuation=True, reply_start="Well,") == " went on."


def test_the_start_put_into_the_mouth_stands_in_front() -> None:
    assert clean_reply(" then.", own_name="Mira", reply_start="Well,") == "Well, then."


def test_in_a_group_the_reply_ends_where_another_member_begins() -> None:
    assert clean_reply("Yes.\nLuca: No.", own_name="Mira", group_names=["Mira", "Luca"]) == "Yes."


def test_an_incomplete_sentence_goes_when_asked() -> None:
    assert clean_reply("One. Two and", own_name="Mira", trim_sentences=True) == "One."
    assert clean_reply("no end at all", own_name="Mira", trim_sentences=True) == "no end at all"

"""SillyTavern's chat files: every vintage is read, and written as it came."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tavernai.chat.errors import NotAChat
from tavernai.chat.formats.dates import filled, sent_at
from tavernai.chat.formats.reading import read_chats
from tavernai.chat.formats.shapes import ChatImport
from tavernai.chat.formats.tavern import file_of, line_of
from tests.support.shared import fixture, fixture_names

HEADER = {"user_name": "Ari", "character_name": "Mira", "chat_metadata": {"note_prompt": "short"}}


def lines(*values: Any) -> bytes:
    return b"\n".join(value if isinstance(value, bytes) else json.dumps(value).encode() for value in values)


def read(*values: Any) -> ChatImport:
    [chat] = read_chats(lines(*values), filename="Mira - 1.jsonl")
    return chat


def codes(chat: ChatImport) -> list[str]:
    return [one.code for one in chat.warnings.items]


def message(text: str = "Hello.", **fields: Any) -> dict[str, Any]:
    return {"name": "Mira", "is_user": False, "mes": text, **fields}


@pytest.mark.parametrize("path", fixture_names("sillytavern/chats/*.jsonl"))
def test_a_real_chat_comes_out_byte_for_byte_as_it_went_in(path: str) -> None:
    data = fixture(path).read_bytes()
    [chat] = read_chats(data, filename=path)
    assert b"".join(file_of(chat.header, chat.messages)) == data.rstrip(b"\n")
    assert codes(chat) == []
    assert all(one.sent_at is not None for one in chat.messages)


def test_a_branch_names_its_parent_and_a_message_its_branches() -> None:
    [branch] = read_chats(fixture("sillytavern/chats/st118_branch.jsonl").read_bytes())
    assert (branch.parent or "").startswith("Seraphina")
    chat = read(HEADER, message(extra={"bookmark_link": "kept", "branches": ["a", 5, "b"]}))
    assert (chat.messages[0].checkpoint, chat.messages[0].branches) == ("kept", ["a", "b"])
    assert chat.parent is None


def test_a_group_tells_who_speaks_by_the_card_file() -> None:
    [chat] = read_chats(fixture("sillytavern/chats/st11010_group.jsonl").read_bytes())
    assert {one.speaker_file for one in chat.messages[1:] if not one.is_user} == {
        "default_CodingSensei.png", "default_FluxTheCat.png",
    }  # fmt: skip
    assert chat.messages[0].is_system


def test_a_file_without_header_keeps_its_first_message() -> None:
    chat = read(message("one"), message("two"))
    assert [one.text for one in chat.messages] == ["one", "two"]
    assert (chat.header, codes(chat)) == (None, ["header_missing"])


def test_blank_broken_and_foreign_lines_cost_only_themselves() -> None:
    chat = read(
        b"\xef\xbb\xbf" + json.dumps(HEADER).encode() + b"\r", b"", message("one"), b'{"mes": "cut', 5, message("two")
    )
    assert [one.text for one in chat.messages] == ["one", "two"]
    assert [one.field for one in chat.warnings.items] == ["Line 4", "Line 5"]


SWIPES = [
    ({"swipes": ["A", "B"], "swipe_id": 1}, "B", ["A", "B"], 1),
    ({"swipes": ["A", "B"], "swipe_id": 9}, "A", ["A", "B"], 0),
    ({"swipes": ["A", "B"], "swipe_id": 9}, "B", ["A", "B"], 1),
    ({"swipes": ["A", "B"], "swipe_id": 0}, "edited", ["A", "B", "edited"], 2),
    ({"swipes": ["A", None, 5], "swipe_id": "x"}, "A", ["A", "5"], 0),
    ({"swipes": [{"message": "A"}, {"message": "B"}], "swipe_id": 1}, {"message": "B"}, ["A", "B"], 1),
    ({"swipes": []}, "A", ["A"], 0),
    ({"swipes": "A"}, "A", ["A"], 0),
]


@pytest.mark.parametrize(("fields", "text", "texts", "selected"), SWIPES)
def test_what_a_message_says_wins_over_its_number(
    fields: dict[str, Any], text: Any, texts: list[str], selected: int
) -> None:
    [found] = read(HEADER, message(text, **fields)).messages
    assert ([one.text for one in found.variants], found.selected) == (texts, selected)
    assert found.variants[found.selected].text == found.text


def test_each_alternative_knows_its_model_thoughts_and_time() -> None:
    info = [{"send_date": "2026-11-20T23:41:08.762Z", "extra": {"model": "m1", "reasoning": "why"}}, None]
    [found] = read(HEADER, message("A", swipes=["A", "B"], swipe_id=0, swipe_info=info)).messages
    first, second = found.variants
    assert (first.model, first.reasoning, first.sent_at) == ("m1", "why", 1795218068762)
    assert (second.model, second.kept) == (None, None)


FLAGS = [("false", False), ("", False), ("true", True), (1, True), (None, False), ([], False), (True, True)]


@pytest.mark.parametrize(("written", "meant"), FLAGS)
def test_a_flag_is_read_by_its_meaning(written: Any, meant: bool) -> None:
    [found] = read(HEADER, message(is_system=written)).messages
    assert found.is_system is meant
    assert bool(line_of(found).get("is_system")) is meant


def test_a_narrator_is_the_system_and_not_hidden() -> None:
    [found] = read(HEADER, message(extra={"type": "narrator"})).messages
    assert (found.role, found.is_system) == ("system", False)


NO_DATES: list[Any] = ["", None, "yesterday", -1, True, 10**30, "Foo 1, 2023 1:00pm", "2023-99-99", {}]
DATES: list[tuple[Any, int | None]] = [
    ("2026-11-20T23:41:08.762Z", 1795218068762),
    ("November 20, 2026 11:38pm", 1795217880000),
    ("April 1, 2023 12:05am", 1680307500000),
    ("2023-4-1 @12h 06m 00s 100ms", 1680350760100),
    ("2024-07-12@01h31m37s123ms", 1720747897123),
    ("2024-07-12@01h31m37s", 1720747897000),
    (1680350760000, 1680350760000),
    ("1680350760000", 1680350760000),
    *((written, None) for written in NO_DATES),
]


@pytest.mark.parametrize(("written", "ms"), DATES)
def test_dates_of_every_era_are_understood(written: Any, ms: int | None) -> None:
    assert sent_at(written) == ms


def test_a_message_without_a_time_lies_between_its_neighbours() -> None:
    assert filled([None, 100, None, None, 400, None], otherwise=7) == [99, 100, 200, 300, 400, 401]
    assert filled([None, None], otherwise=7) == [7, 8]
    assert filled([500, 100], otherwise=7) == [500, 100]


def test_dangerous_links_are_left_out_and_others_stay() -> None:
    extra = {
        "image": "javascript:alert(1)", "video": "/user/images/Mira/a.mp4", "file": {"url": "../../secrets.json"},
        "media": [{"type": "image", "url": "file:///etc/passwd"}, {"type": "image", "url": "https://a.invalid/x.png"}],
    }  # fmt: skip
    chat = read(HEADER, message(force_avatar="data:text/html,x", extra=extra))
    [line] = [line_of(one) for one in chat.messages]
    assert "force_avatar" not in line
    assert line["extra"] == {"video": "/user/images/Mira/a.mp4", "media": [extra["media"][1]]}  # type: ignore[index]
    assert codes(chat) == ["link_dropped"]


def test_a_line_that_is_too_long_is_told_and_the_rest_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tavernai.chat.formats.tavern.LINE_BYTES_MAX", 500)
    chat = read(HEADER, message("x" * 2_000), message("after"))
    assert ([one.text for one in chat.messages], codes(chat)) == (["after"], ["line_too_long"])


def test_nothing_is_no_chat() -> None:
    for data in (b"", b"\n\n", b"5", b"{}", b'{"name": "Mira"}', b"prose without a speaker", b"\0\1\2"):
        with pytest.raises(NotAChat):
            read_chats(data)


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
ours = {
    "name",
    "is_user",
    "is_system",
    "mes",
    "swipes",
    "swipe_id",
    "swipe_info",
    "swipes_info",
    "force_avatar",
    "extra",
}
extras = st.dictionaries(texts.filter(lambda key: key not in ("model", "reasoning")), json_values, max_size=3)


@st.composite
def written_messages(draw: st.DrawFn) -> dict[str, Any]:
    """A line as SillyTavern writes it, with fields nobody knows."""
    made = draw(st.dictionaries(texts.filter(lambda key: key not in ours), json_values, max_size=3))
    swipes = draw(st.lists(texts, min_size=1, max_size=4, unique=True))
    chosen = draw(st.integers(0, len(swipes) - 1))
    made |= {"name": draw(texts), "is_user": draw(st.booleans()), "mes": swipes[chosen], "extra": draw(extras)}
    if draw(st.booleans()):
        info = [{"send_date": draw(texts), "extra": draw(extras)} for _ in swipes]
        made |= {"swipes": swipes, "swipe_id": chosen, "swipe_info": info}
    return made


@settings(max_examples=150, deadline=None)
@given(st.lists(written_messages(), min_size=1, max_size=4))
def test_whatever_a_chat_says_comes_out_as_it_went_in(messages: list[dict[str, Any]]) -> None:
    data = lines({"chat_metadata": {}, "user_name": "unused", "character_name": "unused"}, *messages)
    [chat] = read_chats(data)
    written = b"".join(file_of(chat.header, chat.messages))
    assert [json.loads(line) for line in written.split(b"\n")] == [json.loads(line) for line in data.split(b"\n")]
    [again] = read_chats(written)
    assert again.messages == chat.messages

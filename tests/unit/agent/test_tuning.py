"""What tuned values mean for a reply."""

from typing import Any

import pytest

from tavernai.agent.tuning import LENGTHS, tuned
from tavernai.config.domain.fold import Layer, Scope, State, effective
from tavernai.gateway.domain import Connection

MINE, CHAT = Scope("user", "u"), Scope("conversation", "v")
CONNECTION = Connection("1", "one", "llamacpp", context_tokens=4_096, reply_tokens=300, temperature=0.7)


def told(mine: dict[str, Any] | None = None, chat: dict[str, Any] | None = None) -> Any:
    return effective(
        [Layer(MINE, State(2 if mine else 0, mine or {})), Layer(CHAT, State(1 if chat else 0, chat or {}))]
    )


def test_who_tunes_nothing_gets_what_the_connection_says() -> None:
    tuning = tuned(told(), CONNECTION)
    assert (tuning.context_tokens, tuning.reply_tokens, tuning.temperature) == (4_096, 300, 0.7)
    assert (tuning.samplers, tuning.note.text, tuning.injections, tuning.revisions) == ({}, "", (), {})
    assert {one["source"] for one in tuning.used} == {"connection"}


def test_samplers_go_under_their_names_and_tell_their_layer() -> None:
    values = {"/generation/temperature": 1.1, "/generation/min_p": 0.05}
    tuning = tuned(told(values, {"/generation/temperature": 0.3}), CONNECTION)
    assert (tuning.temperature, tuning.samplers) == (0.3, {"min_p": 0.05})
    sources = {one["path"]: one["source"] for one in tuning.used}
    assert sources["/generation/temperature"] == "conv:v"
    assert sources["/generation/min_p"] == "user:u"
    assert tuning.revisions == {"user:u": 2, "conv:v": 1}


def test_null_gives_a_sampler_back_to_the_connection() -> None:
    tuning = tuned(told({"/generation/temperature": 1.1}, {"/generation/temperature": None}), CONNECTION)
    assert tuning.temperature == 0.7
    assert {"path": "/generation/temperature", "value": 0.7, "source": "connection"} in tuning.used


def test_what_this_kind_of_server_does_not_know_is_named() -> None:
    assert tuned(told({"/generation/tfs": 0.9}), CONNECTION).ignored == ["tfs"]


@pytest.mark.parametrize("length", LENGTHS)
def test_a_length_is_one_line_at_the_end_and_a_limit(length: str) -> None:
    tuning = tuned(told({"/reply/length": length}), CONNECTION)
    [line] = tuning.injections
    assert (line.position, line.depth, line.text) == ("in_chat", 0, LENGTHS[length].line)
    assert tuning.reply_tokens == LENGTHS[length].tokens


def test_a_number_of_tokens_wins_in_its_own_layer_and_above_but_not_below() -> None:
    number, word = {"/generation/reply_tokens": 77}, {"/reply/length": "long"}
    assert tuned(told(number | word), CONNECTION).reply_tokens == 77
    assert tuned(told(word, number), CONNECTION).reply_tokens == 77
    assert tuned(told(number, word), CONNECTION).reply_tokens == LENGTHS["long"].tokens


def test_a_length_leaves_half_of_a_small_context() -> None:
    small = Connection("1", "one", "demo", context_tokens=1_000)
    assert tuned(told({"/reply/length": "long"}), small).reply_tokens == 500


def test_the_context_is_never_more_than_the_connection_takes() -> None:
    assert tuned(told({"/generation/context_tokens": 100_000}), CONNECTION).context_tokens == 4_096
    assert tuned(told({"/generation/context_tokens": 2_000}), CONNECTION).context_tokens == 2_000


def test_a_characters_note_joins_the_chats_own() -> None:
    note = tuned(told({"/note/character_text": "Salt.", "/note/character_place": "before"}), CONNECTION).note
    assert (note.text, note.character_text, note.character_place) == ("", "Salt.", "before")
    assert "Salt." not in str(tuned(told({"/note/character_text": "Salt."}), CONNECTION).used)


def test_a_note_is_placed_as_tuned_and_its_text_is_not_told_twice() -> None:
    tuning = tuned(told({"/note/text": "Rain.", "/note/depth": 2, "/note/every": 3, "/note/role": "user"}), CONNECTION)
    assert (tuning.note.text, tuning.note.depth, tuning.note.interval, tuning.note.role) == ("Rain.", 2, 3, "user")
    assert "Rain." not in str(tuning.used)
    blank = tuned(told({"/note/text": " ", "/note/depth": 2}), CONNECTION)
    assert (blank.note.depth, [one for one in blank.used if one["path"].startswith("/note/")]) == (2, [])

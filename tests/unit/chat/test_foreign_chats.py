"""Chats of other programs: who said what, with which alternatives and when."""

import json
from typing import Any

import pytest

from tavernai.chat.errors import NotAChat
from tavernai.chat.formats.reading import read_chats
from tavernai.chat.formats.shapes import ChatImport, Names

NAMES = Names(user="Ari", character="Mira")
HELLO = [("Mira", "Hello."), ("Ari", "Hi")]

KOBOLD = {
    "savedsettings": {"chatname": "Ari", "chatopponent": "Mira||$||Luca"}, "memory": "m",
    "prompt": "{{[OUTPUT]}}Hello.", "actions": ["{{[INPUT]}}Hi\n", 5],
}  # fmt: skip
CAI = {"histories": {"histories": [
    {"msgs": [{"src": {"is_human": False}, "text": "Hello."}, {"src": {"is_human": True}, "text": "Hi"}]}, {"msgs": []},
]}}  # fmt: skip
TURNS = {"turns": [
    {"author": {"name": "Mira"}, "candidates": [{"candidate_id": "1", "raw_content": "Hm."},
     {"candidate_id": "2", "raw_content": "Hello."}], "primary_candidate_id": "2"},
    {"author": {"is_human": True, "name": "x"}, "candidates": [{"candidate_id": "3", "raw_content": "Hi"}]},
]}  # fmt: skip
OOBA = {
    "internal": [["<|BEGIN-VISIBLE-CHAT|>", "Hello."]], "visible": [["", "Hello."], ["Hi", ""]],
    "metadata": {"assistant-0": {"timestamp": "Jun 10, 2025 20:14", "model_name": "m"}},
}  # fmt: skip
AGNAI = {
    "name": "Old", "greeting": "Hello.",
    "messages": [{"userId": "u", "msg": "Hi", "createdAt": "2025-01-01T00:00:00Z"}],
}  # fmt: skip
RISU = {"type": "risuChat", "data": {"name": "Night", "note": "short", "message": [
    {"role": "char", "data": "Hello.", "time": 1700000000000}, {"role": "user", "data": "Hi"},
]}}  # fmt: skip
OPENAI = [{"role": "assistant", "content": [{"type": "text", "text": "Hello."}]}, {"role": "user", "content": "Hi"}]
CHUB = b'{"user_name": "Ari", "character_name": "Mira"}\n' + b"\n".join(
    json.dumps(line).encode() for line in (
        {"name": "Mira", "is_user": False, "mes": {"message": "Hello."}, "swipes": [{"message": "Hello."}]},
        {"name": "Ari", "is_user": True, "mes": {"message": "Hi"}},
    )
)  # fmt: skip

FORMATS = {
    "kobold": (KOBOLD, "kobold"),
    "cai tools": (CAI, "cai_tools"),
    "character.ai": (TURNS, "character_ai"),
    "old ooba": ({"data_visible": [["", "Hello."], ["Hi", ""]]}, "ooba"),
    "ooba": (OOBA, "ooba"),
    "agnai": (AGNAI, "agnai"),
    "risu": (RISU, "risu"),
    "openai list": (OPENAI, "openai"),
    "openai request": ({"model": "m", "messages": OPENAI}, "openai"),
    "chub": (CHUB, "sillytavern"),
    "lines in a list": (
        [{"name": "Mira", "mes": "Hello."}, {"name": "Ari", "is_user": True, "mes": "Hi"}],
        "sillytavern",
    ),
    "text": (b"Mira: Hello.\n\nAri: Hi\n", "text"),
}


def read(value: Any) -> list[ChatImport]:
    return read_chats(value if isinstance(value, bytes) else json.dumps(value).encode(), names=NAMES, filename="a.json")


def one(value: Any) -> ChatImport:
    [chat] = read(value)
    return chat


@pytest.mark.parametrize(("value", "family"), FORMATS.values(), ids=FORMATS.keys())
def test_every_format_gives_the_same_two_lines(value: Any, family: str) -> None:
    chat = one(value)
    assert [(message.name, message.text) for message in chat.messages] == HELLO
    assert [message.is_user for message in chat.messages] == [False, True]
    assert chat.format == family


def test_every_history_becomes_a_chat_with_a_title_of_its_own() -> None:
    history = CAI["histories"]["histories"][0]
    chats = read({"histories": {"histories": [history, history]}})
    assert [chat.title for chat in chats] == ["a 1", "a 2"]


def test_candidates_are_alternatives_and_the_primary_one_is_shown() -> None:
    first = one(TURNS).messages[0]
    assert ([variant.text for variant in first.variants], first.selected) == (["Hm.", "Hello."], 1)


def test_times_models_and_notes_are_taken_along() -> None:
    assert one(RISU).messages[0].sent_at == 1700000000000
    assert (one(RISU).title, one(RISU).metadata) == ("Night", {"note_prompt": "short"})
    ooba = one(OOBA).messages[0]
    assert (ooba.sent_at, ooba.model) == (1749586440000, "m")
    assert one(AGNAI).messages[1].sent_at == 1735689600000
    assert one(KOBOLD).metadata == {"kobold": {"memory": "m"}}


def test_the_newer_ooba_form_is_freed_of_html_and_the_older_is_left() -> None:
    assert one({"visible": [["Hi &amp; bye", "Good."]]}).messages[0].text == "Hi & bye"
    assert one({"data_visible": [["Hi &amp; bye", "Good."]]}).messages[0].text == "Hi &amp; bye"


def test_several_characters_of_an_agnai_chat_keep_their_names() -> None:
    messages = [{"characterId": "a", "msg": "One"}, {"characterId": "b", "msg": "Two", "retries": ["Zwei"]}]
    chat = one({"characters": [{"_id": "a", "name": "Luca"}, {"_id": "b", "name": "Nia"}], "messages": messages})
    assert [message.name for message in chat.messages] == ["Luca", "Nia"]
    assert [variant.text for variant in chat.messages[1].variants] == ["Two", "Zwei"]


def test_system_lines_and_thoughts_of_an_openai_chat_stay() -> None:
    listed = [
        {"role": "system", "content": "Be kind."},
        {"role": "assistant", "content": "Yes.", "reasoning_content": "w"},
    ]
    chat = one({"messages": listed})
    assert (chat.messages[0].role, chat.messages[1].reasoning) == ("system", "w")


def test_a_transcript_keeps_the_lines_of_a_speech_together() -> None:
    chat = one(b"Ari: Hi\n\nMira: First.\nNote: no speaker.\n\nSecond.\n\nAri: Bye\n")
    assert [message.text for message in chat.messages] == ["Hi", "First.\nNote: no speaker.\n\nSecond.", "Bye"]


def test_of_two_strangers_the_one_who_is_not_the_character_is_the_person() -> None:
    chat = one(b"Mira: Hello.\n\nJo: Hi\n")
    assert [message.is_user for message in chat.messages] == [False, True]


@pytest.mark.parametrize("value", [{"foo": 1}, [], [1], {"messages": []}, {"histories": {}}, {"turns": [5]}, "text"])
def test_what_is_no_chat_is_refused(value: Any) -> None:
    with pytest.raises(NotAChat):
        read(value)


def test_turns_that_name_no_primary_candidate_show_the_first() -> None:
    turn = {"author": {"name": "Mira"}, "candidates": [{"raw_content": "one"}, {"raw_content": "two"}]}
    [chat] = read_chats(json.dumps({"turns": [turn]}).encode(), filename="x.json")
    assert [variant.text for variant in chat.messages[0].variants] == ["one", "two"]


def test_a_known_name_begins_a_speech_even_once_and_within_a_block() -> None:
    [chat] = read_chats(b"Ari: Hi.\nMira: Yes?\nAri: Note: bring oil.", filename="x.txt", names=Names("Ari", "Mira"))
    assert [message.name for message in chat.messages] == ["Ari", "Mira", "Ari"]

"""A conversation as a file, form by form."""

from typing import Any

import orjson

from tavernai.chat.domain.written import Line, written

AT = 1_763_700_000_000
CONVERSATION: dict[str, Any] = {
    "id": "c", "title": "Moonlight", "character_id": "a", "character_name": "Ada", "created_at": AT,
}  # fmt: skip


def variant(text: str, **more: Any) -> dict[str, Any]:
    plain = {"kind": "original", "status": "complete", "model": None, "reasoning": None, "tokens_out": None}
    return plain | {"text": text, "nudge": None, "created_at": AT} | more


def line(role: str, name: str, *texts: str, shown: int = 0, hidden: int = 0, **more: Any) -> Line:
    message = {"id": name, "role": role, "name": name, "character_id": None, "hidden": hidden, "created_at": AT}
    return Line(message, [variant(text, **more) for text in texts], shown)


TALK = [
    line("user", "Kim", "Who\r\nare you?"),
    line("character", "Ada", "No one.", "A keeper.", shown=1, model="m", reasoning="hm", tokens_out=3),
    line("system", "System", "A bell rings.", hidden=1),
]


def test_plain_text_is_names_and_words() -> None:
    assert written("txt", CONVERSATION, TALK).decode() == (
        "Kim: Who\nare you?\n\nAda: A keeper.\n\nSystem: A bell rings.\n"
    )


def test_markdown_has_the_title_and_a_time_for_each() -> None:
    text = written("md", CONVERSATION, TALK[1:2]).decode()
    assert text == "# Moonlight\n\n**Ada** · 2025-11-21 04:40\n\nA keeper.\n"


def test_json_keeps_every_variant() -> None:
    whole = orjson.loads(written("json", CONVERSATION, TALK))
    assert (whole["format"], whole["version"]) == ("tavernai-conversation", 1)
    assert [one["text"] for one in whole["messages"][1]["variants"]] == ["No one.", "A keeper."]
    assert (whole["messages"][1]["selected"], whole["messages"][2]["hidden"]) == (1, True)


def test_sillytavern_lines_have_a_header_swipes_and_no_last_newline() -> None:
    content = written("jsonl", CONVERSATION, TALK)
    assert not content.endswith(b"\n")
    header, said, answered, narrated = map(orjson.loads, content.split(b"\n"))
    assert (header["user_name"], header["character_name"], header["chat_metadata"]) == ("Kim", "Ada", {})
    assert (said["is_user"], said["mes"], "swipes" in said) == (True, "Who\r\nare you?", False)
    assert (answered["swipes"][answered["swipe_id"]], answered["mes"]) == ("A keeper.", "A keeper.")
    assert answered["extra"] == {"model": "m", "reasoning": "hm", "token_count": 3}
    assert len(answered["swipe_info"]) == 2
    assert (narrated["extra"]["type"], narrated["is_system"], narrated["is_user"]) == ("narrator", True, False)


def test_an_empty_conversation_is_still_a_file() -> None:
    assert orjson.loads(written("jsonl", CONVERSATION, []))["user_name"] == "User"
    assert written("txt", CONVERSATION, []) == b"\n"

"""A conversation as a file, form by form."""

import json
from typing import Any

import orjson
import pytest

from tavernai.chat.domain.written import Line, written
from tavernai.chat.formats.reading import read_chats
from tavernai.chat.formats.shapes import ChatMessage
from tests.support.shared import fixture, fixture_names

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


def brought(message: ChatMessage) -> Line:
    """The message as it is stored after an import."""
    at = message.sent_at or 0
    variants = [
        {"text": one.text, "kind": "import", "model": one.model, "reasoning": one.reasoning, "tokens_out": None,
         "created_at": one.sent_at or at}
        for one in message.variants
    ]  # fmt: skip
    row = {"role": message.role, "name": message.name, "hidden": message.is_system, "created_at": at}
    swipes = [one.kept for one in message.variants]
    return Line(row, variants, message.selected, {"line": message.kept} | ({"swipes": swipes} if any(swipes) else {}))


@pytest.mark.parametrize("path", fixture_names("sillytavern/chats/*.jsonl"))
def test_an_imported_chat_is_exported_with_everything_it_brought(path: str) -> None:
    [chat] = read_chats(fixture(path).read_bytes())
    conversation = {"character_name": "Mira", "created_at": 0, "chat_metadata": chat.metadata}
    exported = written("jsonl", conversation, [brought(message) for message in chat.messages]).split(b"\n")
    before = fixture(path).read_bytes().split(b"\n")
    assert exported[1:] == before[0 if chat.header is None else 1 :]
    assert json.loads(exported[0])["chat_metadata"] == chat.metadata


def test_an_alternative_written_here_stands_beside_those_that_came() -> None:
    info = {"send_date": "d", "extra": {}}
    came = {"name": "Mira", "mes": "A", "swipes": ["A"], "swipe_id": 0, "swipe_info": [info], "extra": {"x": 1}}
    line = brought(read_chats(json.dumps(came).encode())[0].messages[0])
    further = [*line.variants, variant("B", kind="swipe", model="new", tokens_out=3)]
    told = json.loads(written("jsonl", CONVERSATION, [Line(line.message, further, 1, line.kept)]).split(b"\n")[1])
    assert (told["mes"], told["swipes"], told["swipe_id"]) == ("B", ["A", "B"], 1)
    assert told["extra"] == {"x": 1, "model": "new"}
    assert told["swipe_info"][0] == info
    assert told["swipe_info"][1]["extra"] == {"model": "new", "token_count": 3}

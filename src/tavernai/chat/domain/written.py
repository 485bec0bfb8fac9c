"""A conversation as a file: plain text, Markdown, JSON, and the lines SillyTavern keeps a chat in. Pure.

Source of the last: shared contract 3.2 to 3.4, header and messages as versions up to 1.18 read them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from tavernai.chat.formats.shapes import ChatMessage, ChatVariant
from tavernai.chat.formats.tavern import file_of
from tavernai.kernel.clock import rfc3339

Form = Literal["txt", "md", "json", "jsonl"]
JSON_FORMAT = "tavernai-conversation"


@dataclass(frozen=True, slots=True)
class Line:
    """One message with the variant shown."""

    message: Mapping[str, Any]
    variants: Sequence[Mapping[str, Any]]
    """all of them, in order"""
    shown: int
    """index of the one shown"""
    kept: Mapping[str, Any] | None = None
    """{line, swipes?} as they came from SillyTavern; None for what was written here"""

    @property
    def variant(self) -> Mapping[str, Any]:
        return self.variants[self.shown]

    @property
    def text(self) -> str:
        return str(self.variant["text"])

    @property
    def at(self) -> str:
        return rfc3339(self.message["created_at"])


def written(form: Form, conversation: Mapping[str, Any], lines: Sequence[Line]) -> bytes:
    """The file's bytes."""
    return FORMS[form](conversation, lines).encode()


def _txt(conversation: Mapping[str, Any], lines: Sequence[Line]) -> str:
    return "\n\n".join(f"{line.message['name']}: {_unix(line.text)}" for line in lines) + "\n"


def _md(conversation: Mapping[str, Any], lines: Sequence[Line]) -> str:
    head = f"# {conversation['title']}\n"
    told = [f"**{line.message['name']}** · {line.at[:16].replace('T', ' ')}\n\n{_unix(line.text)}\n" for line in lines]
    return "\n".join([head, *told])


def _json(conversation: Mapping[str, Any], lines: Sequence[Line]) -> str:
    whole = {
        "format": JSON_FORMAT,
        "version": 1,
        "conversation": {name: conversation[name] for name in ("id", "title", "character_id", "character_name")}
        | {"created_at": rfc3339(conversation["created_at"])},
        "messages": [_json_line(line) for line in lines],
    }
    return orjson.dumps(whole, option=orjson.OPT_INDENT_2).decode() + "\n"


def _json_line(line: Line) -> dict[str, Any]:
    plain = ("id", "role", "name", "character_id")
    told = ("text", "kind", "status", "model", "reasoning", "nudge")
    return {name: line.message[name] for name in plain} | {
        "hidden": bool(line.message["hidden"]),
        "created_at": line.at,
        "selected": line.shown,
        "variants": [
            {name: one[name] for name in told} | {"created_at": rfc3339(one["created_at"])} for one in line.variants
        ],
    }


def _jsonl(conversation: Mapping[str, Any], lines: Sequence[Line]) -> str:
    said_by_user = [line.message["name"] for line in lines if line.message["role"] == "user"]
    header = {
        "user_name": said_by_user[-1] if said_by_user else "User",
        "character_name": conversation["character_name"],
        "create_date": rfc3339(conversation["created_at"]),
        "chat_metadata": conversation.get("chat_metadata", {}),
    }
    return b"".join(file_of(header, map(_tavern_message, lines))).decode()


def _tavern_message(line: Line) -> ChatMessage:
    """As it would have come from a file, so that one writer serves both; what did come from one goes back into it."""
    role, shown = line.message["role"], line.variant
    swipes = (line.kept or {}).get("swipes", ())
    return ChatMessage(
        name=str(line.message["name"]),
        is_user=role == "user",
        is_system=bool(line.message["hidden"]),
        text=line.text,
        variants=tuple(
            ChatVariant(str(one["text"]), kept=_swipe(one, number, swipes, came=line.kept is not None, role=role))
            for number, one in enumerate(line.variants)
        ),
        selected=line.shown,
        sent_at=line.message["created_at"],
        kept=_back(line.kept["line"], shown) if line.kept else _new(line, role=role),
    )


def _new(line: Line, *, role: str) -> dict[str, Any]:
    is_plain = role == "user" and len(line.variants) == 1
    swipes = {} if is_plain else {"swipes": None, "swipe_id": line.shown}
    return {"extra": _extra(line.variant, role=role), **swipes}


def _back(kept: Mapping[str, Any], shown: Mapping[str, Any]) -> dict[str, Any]:
    """The line as it came; of the text shown only what is true of it."""
    extra = kept.get("extra")
    if not isinstance(extra, dict):
        return dict(kept)
    told = dict(extra)
    for key in ("model", "reasoning"):
        if (told.get(key) or None) != (shown[key] or None):
            told.pop(key, None)
            told |= {key: shown[key]} if shown[key] else {}
    return {**kept, "extra": told}


def _swipe(
    variant: Mapping[str, Any], number: int, swipes: Sequence[Any], *, came: bool, role: str
) -> dict[str, Any] | None:
    """Its line of `swipe_info`: as it came, else made here; none for one that came without."""
    if number < len(swipes):
        return dict(swipes[number]) if swipes[number] is not None else None
    if came and variant["kind"] == "import":
        return None
    return {"send_date": rfc3339(variant["created_at"]), "extra": _extra(variant, role=role)}


def _extra(variant: Mapping[str, Any], *, role: str) -> dict[str, Any]:
    names = {"model": "model", "reasoning": "reasoning", "token_count": "tokens_out"}
    extra = {theirs: variant[ours] for theirs, ours in names.items() if variant[ours]}
    return extra | ({"type": "narrator"} if role == "system" else {})


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n")


FORMS: dict[str, Callable[[Mapping[str, Any], Sequence[Line]], str]] = {
    "txt": _txt,
    "md": _md,
    "json": _json,
    "jsonl": _jsonl,
}

"""Chats of other programs, told by what stands in their JSON. FORMATS is asked from top to bottom.

Each reader gives the chats of a file as drafts: what was said by whom. Nobody's name is invented: where a format only
says "the user" or "the character", the caller's names are used. Source: shared contract 3.8.
"""

import html
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tavernai.chat.formats.dates import sent_at
from tavernai.chat.formats.shapes import ChatMessage, ChatVariant, Names
from tavernai.kernel.text import clean_text

KOBOLD_INPUT, KOBOLD_OUTPUT, KOBOLD_NAMES = "{{[INPUT]}}", "{{[OUTPUT]}}", "||$||"
KOBOLD_KEPT: Final = ("memory", "authorsnote", "anotetemplate", "worldinfo")
OPENAI_ROLES: Final = frozenset({"user", "assistant", "system", "developer", "human", "ai", "model"})
OPENAI_USERS: Final = frozenset({"user", "human"})
OPENAI_SYSTEM: Final = frozenset({"system", "developer"})


@dataclass(slots=True)
class Draft:
    """One chat of a file."""

    messages: list[ChatMessage]
    title: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)
    """what SillyTavern would keep as `chat_metadata`"""
    names: Names | None = None
    """when the file says them"""


Read = Callable[[Any, Names], Iterator[Draft]]


def said(
    name: str,
    text: Any,
    *,
    is_user: bool,
    at: Any = None,
    model: Any = None,
    reasoning: Any = None,
    others: list[str] | None = None,
    selected: int = 0,
    narrates: bool = False,
) -> ChatMessage:
    """A message of a foreign chat; `others` are all its alternatives when there are several."""
    when = sent_at(at)
    texts = [clean_text(one) for one in others] if others else [clean_text(_text(text))]
    selected = selected if 0 <= selected < len(texts) else 0
    model, reasoning = _text(model) or None, _text(reasoning) or None
    variants = tuple(ChatVariant(one, when, model, reasoning) for one in texts)
    kept = {"extra": {"type": "narrator"}} if narrates else {}
    return ChatMessage(
        clean_text(name), is_user, False, texts[selected], variants, selected, when, reasoning, model, kept
    )


def _kobold(value: dict[str, Any], names: Names) -> Iterator[Draft]:
    settings = _object(value["savedsettings"])
    opponent = _text(settings.get("chatopponent")).split(KOBOLD_NAMES)[0]
    told = Names(_text(settings.get("chatname")) or names.user, opponent or names.character)
    messages = []
    opening = [value["prompt"]] if value.get("prompt") else []
    for text in (one for one in (*opening, *_list(value.get("actions"))) if isinstance(one, str)):
        is_user = KOBOLD_INPUT in text
        words = text.replace(KOBOLD_INPUT, "").replace(KOBOLD_OUTPUT, "").strip()
        messages.append(said(told.user if is_user else told.character, words, is_user=is_user))
    kept = {key: value[key] for key in KOBOLD_KEPT if value.get(key)}
    yield Draft(messages, metadata={"kobold": kept} if kept else {}, names=told)


def _cai_tools(value: dict[str, Any], names: Names) -> Iterator[Draft]:
    histories = value["histories"]
    listed = histories.get("histories") if isinstance(histories, Mapping) else histories
    for history in _objects(listed):
        messages = [
            said(
                names.user if _is_human(one) else names.character,
                one.get("text"),
                is_user=_is_human(one),
                at=one.get("created"),
            )
            for one in _objects(history.get("msgs"))
        ]
        if messages:
            yield Draft(messages, title=_text(history.get("title")))


def _is_human(message: Mapping[str, Any]) -> bool:
    source = message.get("src")
    return _object(source).get("is_human") is True or message.get("is_human") is True


def _character_ai(value: dict[str, Any], names: Names) -> Iterator[Draft]:
    """Turns with candidates, as the site hands them out: one candidate is the primary."""
    messages = []
    for turn in _objects(value["turns"]):
        author = _object(turn.get("author"))
        is_user = author.get("is_human") is True
        candidates = _objects(turn.get("candidates"))
        texts = [_text(one.get("raw_content") or one.get("text")) for one in candidates]
        shown, primary = [one.get("candidate_id") for one in candidates], turn.get("primary_candidate_id")
        selected = shown.index(primary) if primary in shown else 0
        name = names.user if is_user else _text(author.get("name")) or names.character
        if texts:
            at = turn.get("create_time")
            messages.append(said(name, "", is_user=is_user, at=at, others=texts, selected=selected))
    yield Draft(messages)


def _old_ooba(value: dict[str, Any], names: Names) -> Iterator[Draft]:
    yield Draft(list(_pairs(value["data_visible"], names, {}, unescape=False)))


def _ooba(value: dict[str, Any], names: Names) -> Iterator[Draft]:
    yield Draft(list(_pairs(value["visible"], names, _object(value.get("metadata")), unescape=True)))


def _pairs(rows: Any, names: Names, about: Mapping[str, Any], *, unescape: bool) -> Iterator[ChatMessage]:
    """What the person and the model said in turns; an empty half was not said."""
    for index, row in enumerate(_list(rows)):
        for side, text in zip(("user", "assistant"), _list(row), strict=False):
            text = html.unescape(_text(text)) if unescape else _text(text)
            if text:
                told = _object(about.get(f"{side}-{index}"))
                name = names.user if side == "user" else names.character
                at, model = told.get("timestamp"), told.get("model_name")
                yield said(name, text, is_user=side == "user", at=at, model=model)


def _agnai(value: dict[str, Any], names: Names) -> Iterator[Draft]:
    cast = {
        one_id: _text(_object(one).get("name"))
        for one_id, one in (_object(value.get("characters")) or _by_id(value.get("characters"))).items()
    }
    messages = []
    for one in _objects(value["messages"]):
        is_user = bool(one.get("userId"))
        character = cast.get(_text(one.get("characterId"))) or _text(one.get("name")) or names.character
        texts = [_text(one.get("msg")), *(text for text in _list(one.get("retries")) if isinstance(text, str) and text)]
        messages.append(
            said(names.user if is_user else character, "", is_user=is_user, at=one.get("createdAt"), others=texts)
        )
    greeting = _text(value.get("greeting"))
    if greeting and (not messages or messages[0].is_user):
        messages.insert(0, said(names.character, greeting, is_user=False))
    told = {"scenario": _text(value.get("scenario")), "mes_example": _text(value.get("sampleChat"))}
    yield Draft(messages, _text(value.get("name")), {key: text for key, text in told.items() if text})


def _by_id(value: Any) -> dict[str, Any]:
    return {_text(one.get("_id")): one for one in _objects(value)}


def _risu(value: dict[str, Any], names: Names) -> Iterator[Draft]:
    data = value["data"]
    for chat in _objects(data) if isinstance(data, list) else [_object(data)]:
        messages = [
            said(
                _text(one.get("name")) or (names.user if one.get("role") == "user" else names.character),
                one.get("data"),
                is_user=one.get("role") == "user",
                at=one.get("time"),
                model=_object(one.get("generationInfo")).get("model"),
            )
            for one in _objects(chat.get("message"))
        ]
        note = _text(chat.get("note"))
        yield Draft(messages, _text(chat.get("name")), {"note_prompt": note} if note else {})


def _openai(value: Any, names: Names) -> Iterator[Draft]:
    listed = value["messages"] if isinstance(value, dict) else value
    messages = []
    for one in _objects(listed):
        role = _text(one.get("role")).lower()
        usual = names.user if role in OPENAI_USERS else "System" if role in OPENAI_SYSTEM else names.character
        text, reasoning = _content(one.get("content")), one.get("reasoning_content") or one.get("reasoning")
        if text or reasoning:
            messages.append(
                said(
                    _text(one.get("name")) or usual, text,
                    is_user=role in OPENAI_USERS, at=one.get("created_at") or one.get("timestamp"),
                    model=one.get("model"), reasoning=reasoning, narrates=role in OPENAI_SYSTEM,
                )
            )  # fmt: skip
    yield Draft(messages, _text(value.get("title")) if isinstance(value, dict) else "")


def _content(value: Any) -> str:
    """A text, or the texts of a list of parts."""
    if isinstance(value, list):
        return "\n".join(filter(None, (_text(one.get("text")) for one in _objects(value))))
    return _text(value)


def _is_openai(value: Any) -> bool:
    listed = value.get("messages") if isinstance(value, dict) else value
    first = next(iter(_objects(listed)), {})
    return _text(first.get("role")).lower() in OPENAI_ROLES and "content" in first


def _has(key: str, kind: type | tuple[type, ...] = object) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, dict) and isinstance(value.get(key), kind) and value.get(key) is not None


FORMATS: Final[tuple[tuple[str, Callable[[Any], bool], Read], ...]] = (
    ("kobold", _has("savedsettings"), _kobold),
    ("cai_tools", _has("histories", (dict, list)), _cai_tools),
    ("character_ai", _has("turns", list), _character_ai),
    ("ooba", _has("data_visible", list), _old_ooba),
    ("ooba", _has("visible", list), _ooba),
    ("openai", _is_openai, _openai),
    ("agnai", _has("messages", list), _agnai),
    (
        "risu",
        lambda value: isinstance(value, dict) and str(value.get("type")).startswith("risu") and bool(value.get("data")),
        _risu,
    ),
)
"""Name, how it is known, how it is read."""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in _list(value) if isinstance(one, dict)]

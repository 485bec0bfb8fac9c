"""A group as SillyTavern keeps it: read, and given back with everything we do not know where and as it stood. Pure.

Source: shared contract 3.6.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from tavernai.characters.domain.names import clean_name
from tavernai.characters.groups.domain.told import (
    AUTO_SECONDS_MAX,
    AUTO_SECONDS_USUAL,
    CARDS,
    MEMBERS_MAX,
    STRATEGIES,
    Member,
    Told,
)
from tavernai.kernel.text import clean_text

NAME_CHARS_MAX: Final = 200
TEXT_CHARS_MAX: Final = 20_000
_DECODER: Final = json.JSONDecoder()
_GAP: Final = re.compile(r"[\s,:]*")
Span = tuple[int, int]


def group_from(file: Mapping[str, Any], *, by_file: Mapping[str, str], by_name: Mapping[str, str]) -> Told:
    """What a group's file says.

    Args:
        by_file: characters by their card's file name; by_name: by name, for very old groups that list names.
    """
    muted = set(_texts(file.get("disabled_members")))
    members = [
        Member(by_file.get(one) or by_name.get(one), _name(one, by_file=by_file, by_name=by_name), one in muted, one)
        for one in _members(file)
    ]
    return Told(
        name=" ".join(_text(file.get("name")).split())[:NAME_CHARS_MAX],
        members=tuple(members),
        strategy=_at(STRATEGIES, file.get("activation_strategy")),
        cards=_at(CARDS, file.get("generation_mode")),
        prefix=_text(file.get("generation_mode_join_prefix"))[:TEXT_CHARS_MAX],
        suffix=_text(file.get("generation_mode_join_suffix"))[:TEXT_CHARS_MAX],
        answers_itself=file.get("allow_self_responses") is True,
        auto_seconds=_seconds(file.get("auto_mode_delay")),
    )


def chats_of(file: Mapping[str, Any]) -> list[str]:
    """Files of its chats, without the ending."""
    listed = _texts(file.get("chats"))
    current = file.get("chat_id")
    return list(dict.fromkeys([*listed, *([current] if isinstance(current, str) else [])]))


def group_file(
    told: Told,
    written: str | None,
    *,
    made_at: int,
    files: Mapping[str, str] | None = None,
    chats: Sequence[str] | None = None,
) -> str:
    """The group's file.

    Args:
        written: the text it came as; what says the same now stays in it to the letter.
        made_at: ms; SillyTavern calls a group so.
        files: what characters' cards are called where this file goes; None: as they were called before.
        chats: its chats where this file goes; None: as it came.
    """
    members = _files_of(told, files or {})
    if written is None:
        return json.dumps(_new(told, members, made_at=made_at, chats=chats or ()), ensure_ascii=False, indent=4)
    was = json.loads(written)
    wanted = {
        name: value for name, value in _wanted(told, members).items() if not _SAYS[name](was.get(name), value, was)
    }
    if chats is not None and list(chats) != chats_of(was):
        wanted |= {"chats": list(chats), "chat_id": chats[-1] if chats else was.get("chat_id", "")}
    return _with(written, wanted)


def spans_of(text: str) -> tuple[dict[str, Span], int]:
    """Where the value of every field of an object stands in its text, and where the object ends. Raises ValueError."""
    spans: dict[str, Span] = {}
    try:
        at = _skip(text, text.index("{") + 1)
        while text[at] != "}":
            name, at = _DECODER.raw_decode(text, at)
            begin = _skip(text, at)
            _, at = _DECODER.raw_decode(text, begin)
            spans[name] = (begin, at)
            at = _skip(text, at)
    except (ValueError, IndexError, RecursionError):
        raise ValueError("no readable object") from None
    return spans, at


def _with(text: str, values: Mapping[str, Any]) -> str:
    """The object's text with these values in the places of their fields; new fields stand last."""
    if not values:
        return text
    spans, end = spans_of(text)
    new = [f"{_json(name)}: {_json(value)}" for name, value in values.items() if name not in spans]
    if new:
        body = text[:end].rstrip()
        text = body + ("," if spans else "") + " " + ", ".join(new) + text[len(body) :]
    for name, (begin, stop) in sorted(spans.items(), key=lambda one: one[1], reverse=True):
        if name in values:
            text = text[:begin] + _json(values[name]) + text[stop:]
    return text


def _wanted(told: Told, members: Sequence[str]) -> dict[str, Any]:
    muted = [file for file, one in zip(members, told.members, strict=True) if one.is_muted]
    return {
        "name": told.name,
        "members": list(members),
        "disabled_members": muted,
        "activation_strategy": STRATEGIES.index(told.strategy),
        "generation_mode": CARDS.index(told.cards),
        "generation_mode_join_prefix": told.prefix,
        "generation_mode_join_suffix": told.suffix,
        "allow_self_responses": told.answers_itself,
        "auto_mode_delay": told.auto_seconds,
    }


Says = Callable[[Any, Any, Mapping[str, Any]], bool]
_SAYS: Final[Mapping[str, Says]] = {
    "name": lambda was, now, _: " ".join(_text(was).split())[:NAME_CHARS_MAX] == now,
    "members": lambda was, now, file: _members(file) == now,
    "disabled_members": lambda was, now, file: {*_texts(was)} & {*_members(file)} == {*now},
    "activation_strategy": lambda was, now, _: STRATEGIES.index(_at(STRATEGIES, was)) == now,
    "generation_mode": lambda was, now, _: CARDS.index(_at(CARDS, was)) == now,
    "generation_mode_join_prefix": lambda was, now, _: _text(was)[:TEXT_CHARS_MAX] == now,
    "generation_mode_join_suffix": lambda was, now, _: _text(was)[:TEXT_CHARS_MAX] == now,
    "allow_self_responses": lambda was, now, _: (was is True) is now,
    "auto_mode_delay": lambda was, now, _: _seconds(was) == now,
}
"""Whether a field as it was written says what is true now; (value, what it shall say, the whole file)."""


def _new(told: Told, members: Sequence[str], *, made_at: int, chats: Sequence[str]) -> dict[str, Any]:
    own = str(made_at)
    told_chats = list(chats) or [own]
    return {
        "id": own,
        **_wanted(told, members),
        "avatar_url": "",
        "hideMutedSprites": False,
        "fav": False,
        "chat_id": told_chats[-1],
        "chats": told_chats,
    }


def _files_of(told: Told, files: Mapping[str, str]) -> list[str]:
    """Every member's card file, each its own."""
    made: list[str] = []
    for one in told.members:
        known = files.get(one.character_id or "") or one.file
        stem, number = clean_name(one.name) or "Character", 0
        found = known or f"{stem}.png"
        while known is None and found in made:
            number += 1
            found = f"{stem}{number}.png"
        made.append(found)
    return made


def _name(file: str, *, by_file: Mapping[str, str], by_name: Mapping[str, str]) -> str:
    """The character's own name; of one that is gone, what its file was called."""
    known = by_file.get(file)
    named = next((name for name, character in by_name.items() if character == known), None) if known else None
    return named or clean_text(file.removesuffix(".png"))


def _members(file: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys(_texts(file.get("members"))[:MEMBERS_MAX]))


def _texts(value: Any) -> list[str]:
    return [clean_text(one) for one in value if isinstance(one, str) and one] if isinstance(value, list) else []


def _text(value: Any) -> str:
    return clean_text(value) if isinstance(value, str) else ""


def _seconds(value: Any) -> int:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return min(max(int(value), 1), AUTO_SECONDS_MAX) if is_number else AUTO_SECONDS_USUAL


def _at(table: tuple[Any, ...], place: Any) -> Any:
    is_place = isinstance(place, int) and not isinstance(place, bool) and 0 <= place < len(table)
    return table[place] if is_place else table[0]


def _skip(text: str, at: int) -> int:
    found = _GAP.match(text, at)
    return found.end() if found else at


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)

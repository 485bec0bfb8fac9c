"""Backyard archives: one character and what was played with it. Source: shared contract 1.9.

The manifest names the members. Only the first character is read; every scenario that has messages becomes a chat in
SillyTavern's form, because that is the form chats are imported in.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from tavernai.characters.domain.archive import Archive
from tavernai.characters.domain.assets import Asset, checked
from tavernai.characters.domain.charx import json_member, member_source
from tavernai.characters.domain.repairs import Repairs
from tavernai.characters.errors import CardUnreadable

SCENARIOS_MAX: Final = 500
MESSAGES_MAX: Final = 100_000
MODEL_KEYS: Final = (
    "model", "temperature", "topP", "minP", "minPEnabled", "topK", "repeatPenalty", "repeatLastN", "grammar",
    "promptTemplate",
)  # fmt: skip

_PLACEHOLDERS: Final = (
    (re.compile(r"#\{character\}:"), "{{char}}:"),
    (re.compile(r"#\{user\}:"), "{{user}}:"),
    (re.compile(r"(?<!\{)\{character\}(?!\})"), "{{char}}"),
    (re.compile(r"(?<!\{)\{user\}(?!\})"), "{{user}}"),
)


@dataclass(frozen=True, slots=True)
class BroughtChat:
    """A chat that came with a card: the header and the lines of a SillyTavern chat file."""

    name: str
    header: dict[str, Any]
    lines: list[dict[str, Any]]


@dataclass(slots=True)
class Backyard:
    """What the archive holds: a V2 object for read_card, its pictures with the icon first, its chats."""

    card: dict[str, Any]
    assets: list[Asset] = field(default_factory=list)
    chats: list[BroughtChat] = field(default_factory=list)


def is_backyard(archive: Archive) -> bool:
    return "manifest.json" in archive.members


def read_backyard(archive: Archive, repairs: Repairs) -> Backyard:
    """Raises a CardRefused: the manifest names no character that can be read."""
    manifest = _object(json_member(archive, archive.members["manifest.json"], repairs))
    paths = [path for path in _list(manifest.get("characters")) if isinstance(path, str)]
    if not paths or paths[0] not in archive.members:
        raise CardUnreadable("The manifest of this Backyard archive names no character that is in it.")
    if len(paths) > 1:
        repairs.add("further_characters", detail=len(paths) - 1)
    character = _object(json_member(archive, archive.members[paths[0]], repairs))
    scenarios = list(_scenarios(archive, manifest, repairs))
    card = _card(character, scenarios, author=_object(manifest.get("author")))
    made = Backyard({"spec": "chara_card_v2", "spec_version": "2.0", "data": card})
    made.assets = list(_pictures(archive, character, paths[0], repairs=repairs))
    for path, scenario in scenarios:
        background = scenario.get("backgroundImage")
        if isinstance(background, str) and (asset := _picture(archive, path, background, "background", repairs)):
            made.assets.append(asset)
    made.chats = list(_chats(scenarios, card["name"]))
    return made


def _scenarios(archive: Archive, manifest: Mapping[str, Any], repairs: Repairs) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in _list(manifest.get("scenarios"))[:SCENARIOS_MAX]:
        member = archive.members.get(path) if isinstance(path, str) else None
        if member is None:
            repairs.add("scenario_missing", str(path)[:200])
            continue
        try:
            yield member.path, _object(json_member(archive, member, repairs))
        except CardUnreadable:
            repairs.add("scenario_missing", member.path)


def _card(
    character: Mapping[str, Any], scenarios: list[tuple[str, dict[str, Any]]], *, author: Mapping[str, Any]
) -> dict[str, Any]:
    name = _text(character.get("name")) or _text(character.get("displayName"))
    firsts = list(dict.fromkeys(filter(None, (_first_message(scenario) for _, scenario in scenarios))))
    opening = _first_message(scenarios[0][1]) if scenarios else ""
    first = scenarios[0][1] if scenarios else {}
    entries = [
        {
            "keys": [key.strip() for key in _placed(lore.get("key")).split(",") if key.strip()],
            "content": _placed(lore.get("value")),
            "extensions": {},
            "enabled": True,
            "insertion_order": index,
        }
        for index, lore in enumerate(_objects(character.get("loreItems")))
    ]
    card: dict[str, Any] = {
        "name": name,
        "description": _placed(character.get("persona")),
        "scenario": _placed(first.get("narrative")),
        "first_mes": opening,
        "mes_example": _examples(first),
        "system_prompt": _placed(first.get("formattingInstructions")),
        "alternate_greetings": [text for text in firsts if text != opening],
        "creator": _text(author.get("name")),
        "creator_notes": _text(author.get("backyardURL")),
        "tags": ["nsfw"] if character.get("isNSFW") is True else [],
        "extensions": {"display_name": character["displayName"]} if _text(character.get("displayName")) else {},
    }
    return card | ({"character_book": {"entries": entries, "extensions": {}}} if entries else {})


def _first_message(scenario: Mapping[str, Any]) -> str:
    return next((_placed(one.get("text")) for one in _objects(scenario.get("firstMessages"))), "")


def _examples(scenario: Mapping[str, Any]) -> str:
    blocks = (_placed(one.get("text")) for one in _objects(scenario.get("exampleMessages")))
    return "\n".join(f"<START>\n{block}" for block in blocks if block)


def _pictures(archive: Archive, character: Mapping[str, Any], path: str, *, repairs: Repairs) -> Iterator[Asset]:
    for index, told in enumerate(_list(character.get("images"))):
        where = told if isinstance(told, str) else _text(_object(told).get("path"))
        label = "main" if index == 0 else _text(_object(told).get("label")) or posixpath.basename(where)
        if asset := _picture(archive, path, where, "icon", repairs, name=label):
            yield asset


def _picture(
    archive: Archive, owner: str, path: str, kind: str, repairs: Repairs, *, name: str | None = None
) -> Asset | None:
    """A picture by the path its owner names, from beside the owner or from the root."""
    near = posixpath.normpath(posixpath.join(posixpath.dirname(owner), path))
    member = archive.members.get(near) or archive.members.get(path)
    if member is None:
        repairs.add("asset_missing", path[:200])
        return None
    return checked(kind, name or posixpath.basename(path), member_source(archive, member), repairs=repairs)


def _chats(scenarios: list[tuple[str, dict[str, Any]]], name: str) -> Iterator[BroughtChat]:
    for index, (_, scenario) in enumerate(scenarios):
        messages = _paired(_objects(scenario.get("messages"))[:MESSAGES_MAX])
        if not messages:
            continue
        opening = _first_message(scenario)
        lines = [_line(name, is_user=False, text=opening, at=None)] if opening else []
        lines += [_message_line(message, name) for message in messages]
        title = _text(scenario.get("title")) or f"{name} - {index + 1}"
        yield BroughtChat(title, _header(scenario, name), lines)


def _header(scenario: Mapping[str, Any], name: str) -> dict[str, Any]:
    metadata = {
        "scenario": _placed(scenario.get("narrative")),
        "mes_example": _examples(scenario),
        "system_prompt": _placed(scenario.get("formattingInstructions")),
        "mes_examples_optional": bool(scenario.get("canDeleteExampleMessages")),
        "byaf_model_settings": {key: scenario[key] for key in MODEL_KEYS if key in scenario},
        "custom_background": _text(scenario.get("backgroundImage")),
    }
    return {"chat_metadata": metadata, "user_name": "unused", "character_name": name}


def _paired(messages: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """As many of the one as of the other are told in turns, the person's first; anything else as it stands."""
    human = [one for one in messages if one.get("type") == "human"]
    answers = [one for one in messages if one.get("type") == "ai"]
    if len(human) != len(answers):
        return [*messages]
    return [one for pair in zip(human, answers, strict=True) for one in pair]


def _message_line(message: Mapping[str, Any], name: str) -> dict[str, Any]:
    if message.get("type") == "human":
        return _line("User", is_user=True, text=_placed(message.get("text")), at=message.get("createdAt"))
    outputs = _objects(message.get("outputs"))
    if not outputs:
        return _line(name, is_user=False, text=_placed(message.get("text")), at=message.get("createdAt"))
    shown = max(range(len(outputs)), key=lambda n: _ms(outputs[n].get("activeTimestamp")) or 0)
    line = _line(name, is_user=False, text=_placed(outputs[shown].get("text")), at=outputs[shown].get("createdAt"))
    swipes = [_placed(one.get("text")) for one in outputs]
    info = [{"send_date": _iso(one.get("createdAt")), "extra": dict[str, Any]()} for one in outputs]
    return line | {"swipes": swipes, "swipe_id": shown, "swipe_info": info}


def _line(name: str, *, is_user: bool, text: str, at: Any) -> dict[str, Any]:
    return {
        "name": name, "is_user": is_user, "is_system": False, "send_date": _iso(at), "mes": text, "extra": {},
    }  # fmt: skip


def _iso(value: Any) -> str | None:
    ms = _ms(value)
    if ms is None:
        return None
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _ms(value: Any) -> int | None:
    """Milliseconds, from a number or an ISO date."""
    if isinstance(value, str):
        try:
            when = datetime.fromisoformat(value.strip())
        except ValueError:
            return int(value) if value.isdecimal() and len(value) < 15 else None
        return int((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() * 1000)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 10**14:
        return None
    return int(value)


def _placed(value: Any) -> str:
    text = _text(value)
    for pattern, ours in _PLACEHOLDERS:
        text = pattern.sub(ours, text)
    return text


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in _list(value) if isinstance(one, dict)]

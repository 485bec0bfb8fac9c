"""Agnai's own character files, whose `description` is a catalogue text and whose persona has four kinds."""

from collections.abc import Callable
from typing import Any

RENAMED: tuple[tuple[str, str], ...] = (
    ("name", "name"),
    ("scenario", "scenario"),
    ("greeting", "first_mes"),
    ("sampleChat", "mes_example"),
    ("systemPrompt", "system_prompt"),
    ("postHistoryInstructions", "post_history_instructions"),
    ("alternateGreetings", "alternate_greetings"),
    ("description", "creator_notes"),
    ("characterVersion", "character_version"),
    ("characterBook", "character_book"),
    ("creator", "creator"),
    ("tags", "tags"),
    ("extensions", "extensions"),
)
"""Agnai's key, ours."""

LOCAL = frozenset({"_id", "userId", "favorite", "avatar", "createdAt", "updatedAt", "persona", "insert", "kind"})
"""Keys that are translated elsewhere or belong to the exporting account."""


def is_agnai(value: dict[str, Any]) -> bool:
    return value.get("kind") == "character" and ("persona" in value or "greeting" in value)


def from_agnai(value: dict[str, Any]) -> dict[str, Any]:
    """V3 fields; what has no place in them lies under extensions.agnai, the persona as it was among it."""
    data = {ours: value[theirs] for theirs, ours in RENAMED if value.get(theirs) is not None}
    data["description"] = _persona(value.get("persona"), str(value.get("name") or ""))
    extensions = dict(data["extensions"]) if isinstance(data.get("extensions"), dict) else {}
    insert = value.get("insert")
    if isinstance(insert, dict) and insert.get("prompt"):
        extensions.setdefault("depth_prompt", {"depth": 4, "role": "system", **insert})
    known = {theirs for theirs, _ in RENAMED} | LOCAL
    rest = {key: item for key, item in value.items() if key not in known and item is not None}
    if isinstance(value.get("persona"), dict):
        rest["persona"] = value["persona"]
    if rest and "agnai" not in extensions:
        extensions["agnai"] = rest
    return data | {"extensions": extensions}


def _persona(persona: Any, name: str) -> str:
    if isinstance(persona, str):
        return persona
    if not isinstance(persona, dict):
        return ""
    attributes = persona.get("attributes")
    pairs = [
        (key, [str(item) for item in (items if isinstance(items, list) else [items])])
        for key, items in (attributes.items() if isinstance(attributes, dict) else ())
    ]
    return _RENDERED.get(str(persona.get("kind")), _as_lines)(pairs, name)


_Pairs = list[tuple[str, list[str]]]


def _as_text(pairs: _Pairs, _name: str) -> str:
    return next((items[0] for _, items in pairs if items), "")


def _as_lines(pairs: _Pairs, name: str) -> str:
    return "\n".join([f"Name: {name}", *(f"{key}: {', '.join(items)}" for key, items in pairs)])


def _as_wpp(pairs: _Pairs, name: str) -> str:
    lines = (f"{key}({_quoted(items, ' + ')})" for key, items in pairs)
    return "\n".join([f'[character("{name}") {{', *lines, "}]"])


def _as_sbf(pairs: _Pairs, name: str) -> str:
    parts = [f'character: "{name}"', *(f"{key}: {_quoted(items, ', ')}" for key, items in pairs)]
    return f"[ {'; '.join(parts)} ]"


def _as_boostyle(pairs: _Pairs, _name: str) -> str:
    return " + ".join(item for _, items in pairs for item in items)


def _quoted(items: list[str], between: str) -> str:
    return between.join(f'"{item}"' for item in items)


_RENDERED: dict[str, Callable[[_Pairs, str], str]] = {
    "text": _as_text,
    "attributes": _as_lines,
    "wpp": _as_wpp,
    "sbf": _as_sbf,
    "boostyle": _as_boostyle,
}

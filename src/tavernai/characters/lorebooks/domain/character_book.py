"""A card's own book and SillyTavern's world info: the same entries under other names, both ways.

Source: shared contract 1.10.
"""

from collections.abc import Mapping
from typing import Any, Final

from tavernai.characters.domain.coerce import number
from tavernai.characters.lorebooks.domain.coercing import is_on, put_right, split_keys
from tavernai.characters.lorebooks.domain.entries import NEW_ENTRY, Entry, new_entry, next_uid

EXTENSIONS: Final[tuple[tuple[str, str, Any], ...]] = (
    # world info, extensions of a book's entry, what is meant when it lacks it
    ("depth", "depth", 4),
    ("role", "role", 0),
    ("probability", "probability", 100),
    ("useProbability", "useProbability", True),
    ("selectiveLogic", "selectiveLogic", 0),
    ("group", "group", ""),
    ("groupOverride", "group_override", False),
    ("groupWeight", "group_weight", 100),
    ("useGroupScoring", "use_group_scoring", None),
    ("excludeRecursion", "exclude_recursion", False),
    ("preventRecursion", "prevent_recursion", False),
    ("delayUntilRecursion", "delay_until_recursion", False),
    ("scanDepth", "scan_depth", None),
    ("caseSensitive", "case_sensitive", None),
    ("matchWholeWords", "match_whole_words", None),
    ("automationId", "automation_id", ""),
    ("vectorized", "vectorized", False),
    ("outletName", "outlet_name", ""),
    ("triggers", "triggers", ()),
    ("ignoreBudget", "ignore_budget", False),
    ("sticky", "sticky", None),
    ("cooldown", "cooldown", None),
    ("delay", "delay", None),
    ("matchPersonaDescription", "match_persona_description", False),
    ("matchCharacterDescription", "match_character_description", False),
    ("matchCharacterPersonality", "match_character_personality", False),
    ("matchCharacterDepthPrompt", "match_character_depth_prompt", False),
    ("matchScenario", "match_scenario", False),
    ("matchCreatorNotes", "match_creator_notes", False),
)
NO_BOOK_FIELDS: Final = frozenset({"entries", "name", "originalData"})
"""What stands elsewhere in a card's book, or repeats it."""

OWN: Final = frozenset({
    "id", "keys", "secondary_keys", "comment", "content", "constant", "selective", "insertion_order", "enabled",
    "position", "extensions", "case_sensitive", "use_regex",
})  # fmt: skip
MAPPED: Final = frozenset(NEW_ENTRY) | {"uid", "displayIndex", "extensions"}
"""What of world info has a name of its own in a card's book."""


def from_character_book(book: Mapping[str, Any]) -> dict[str, Entry]:
    """The entries of a card's book as world info, by uid; ids that are taken or missing get numbers."""
    made: dict[str, Entry] = {}
    entries = book.get("entries")
    listed = list(entries.values()) if isinstance(entries, Mapping) else entries if isinstance(entries, list) else []
    for index, entry in enumerate(one for one in listed if isinstance(one, Mapping)):
        uid = str(entry["id"]) if isinstance(entry.get("id"), int | str) and entry.get("id") != "" else str(index)
        if uid in made:
            uid = next_uid(made)
        made[uid] = from_book_entry(entry, uid=uid, index=index)
    return made


def from_book_entry(entry: Mapping[str, Any], *, uid: str, index: int) -> Entry:
    """One entry of a card's book as world info."""
    extensions = entry.get("extensions")
    extensions = extensions if isinstance(extensions, Mapping) else {}
    mapped = {name: extensions.get(theirs, _fresh(usual)) for name, theirs, usual in EXTENSIONS}
    if mapped["caseSensitive"] is None and isinstance(entry.get("case_sensitive"), bool):
        mapped["caseSensitive"] = entry["case_sensitive"]
    comment, order = entry.get("comment") or entry.get("name") or "", number(entry.get("insertion_order"))
    made = new_entry(
        int(uid) if uid.isdecimal() else uid,
        key=_keys(entry.get("keys")),
        keysecondary=_keys(entry.get("secondary_keys")),
        comment=comment if isinstance(comment, str) else str(comment),
        content=entry.get("content") if isinstance(entry.get("content"), str) else "",
        constant=is_on(entry.get("constant"), otherwise=False),
        selective=is_on(entry.get("selective"), otherwise=False),
        order=100 if order is None else int(order) if order.is_integer() else order,
        disable=not is_on(entry.get("enabled"), otherwise=True),
        addMemo=bool(comment),
        position=extensions.get("position", 0 if entry.get("position") == "before_char" else 1),
        displayIndex=extensions.get("display_index", index),
        extensions=dict(extensions),
        **mapped,
    )
    put_right(made)
    # What nobody knows stays with the entry, so that an export gives it back.
    return made | {name: value for name, value in entry.items() if name not in OWN and name not in made}


def to_character_book(name: str, entries: Mapping[str, Entry], fields: Mapping[str, Any]) -> dict[str, Any]:
    """The book as cards carry it."""
    told = {field: value for field, value in fields.items() if field not in NO_BOOK_FIELDS}
    listed = [to_book_entry(uid, entry) for uid, entry in entries.items()]
    return {"name": name, "extensions": {}, **told, "entries": listed}


def to_book_entry(uid: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    """One entry as a card's book has it; what only world info knows goes into its extensions."""
    stored = entry.get("extensions")
    extensions = dict(stored) if isinstance(stored, Mapping) else {}
    extensions |= {theirs: entry.get(name, _fresh(usual)) for name, theirs, usual in EXTENSIONS}
    extensions |= {"position": entry.get("position", 0), "display_index": entry.get("displayIndex", 0)}
    return {
        "id": int(uid) if uid.isdecimal() else uid,
        "keys": _keys(entry.get("key")),
        "secondary_keys": _keys(entry.get("keysecondary")),
        "comment": entry.get("comment", ""),
        "content": entry.get("content", ""),
        "constant": bool(entry.get("constant", False)),
        "selective": bool(entry.get("selective", False)),
        "insertion_order": entry.get("order", 100),
        "enabled": not entry.get("disable", False),
        "position": "before_char" if entry.get("position", 0) == 0 else "after_char",
        "use_regex": True,
        "extensions": extensions,
        **{name: value for name, value in entry.items() if name not in MAPPED and name not in OWN},
    }


def _keys(value: Any) -> list[str]:
    if isinstance(value, str):
        return split_keys(value)
    return [str(one) for one in value if isinstance(one, str | int)] if isinstance(value, list) else []


def _fresh(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value

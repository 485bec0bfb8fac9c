"""Entries of a book in SillyTavern's own form, with every field they have there.

An entry keeps what it brought along: keys that we do not know stay where they are. Two columns of defaults matter: what
a *new* entry starts with, and what a *missing* field means in a scan; they differ, and an old file means the second.
Source: shared contract 2.2.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

Entry = dict[str, Any]

NEW_ENTRY: Final[Mapping[str, Any]] = {
    "key": [], "keysecondary": [], "comment": "", "content": "", "constant": False, "vectorized": False,
    "selective": True, "selectiveLogic": 0, "addMemo": False, "order": 100, "position": 0, "disable": False,
    "ignoreBudget": False, "excludeRecursion": False, "preventRecursion": False, "matchPersonaDescription": False,
    "matchCharacterDescription": False, "matchCharacterPersonality": False, "matchCharacterDepthPrompt": False,
    "matchScenario": False, "matchCreatorNotes": False, "delayUntilRecursion": 0, "probability": 100,
    "useProbability": True, "depth": 4, "outletName": "", "group": "", "groupOverride": False, "groupWeight": 100,
    "scanDepth": None, "caseSensitive": None, "matchWholeWords": None, "useGroupScoring": None, "automationId": "",
    "role": 0, "sticky": None, "cooldown": None, "delay": None, "triggers": [],
}  # fmt: skip
"""What a new entry starts with."""

MISSING: Final[Mapping[str, Any]] = {**NEW_ENTRY, "selective": False, "useProbability": False}
"""What a field means that a file lacks."""


def new_entry(uid: int | str, **fields: Any) -> Entry:
    """An entry as the editor makes it, these fields set."""
    return {"uid": uid, **{name: _fresh(value) for name, value in NEW_ENTRY.items()}, **fields}


def completed(entry: Mapping[str, Any], uid: str) -> Entry:
    """The entry with every field it lacks, each meaning what its absence meant."""
    made = {name: _fresh(value) for name, value in MISSING.items()}
    made |= {name: value for name, value in entry.items() if value is not None or name not in made}
    made["uid"] = entry.get("uid", uid)
    return made


def filled_in(entry: Mapping[str, Any]) -> list[str]:
    """Fields that the file lacked and that do not mean what a new entry would start with."""
    return [name for name, value in MISSING.items() if name not in entry and value != NEW_ENTRY[name]]


def keyed(entries: Iterable[tuple[str, Mapping[str, Any]]], *, renumbered: Callable[[], object]) -> dict[str, Entry]:
    """Entries by uid: from the entry, else its key; the second of two alike gets the next free number."""
    made: dict[str, Entry] = {}
    for key, entry in entries:
        uid = _uid_text(entry.get("uid")) or key
        if uid in made:
            renumbered()
            uid = next_uid(made)
        made[uid] = completed(entry, uid) | {"uid": int(uid) if uid.isdecimal() else uid}
    return made


def next_uid(entries: Mapping[str, Any]) -> str:
    """The smallest free number above all numbers in use."""
    return str(max((int(uid) for uid in entries if uid.isdecimal() and len(uid) < 16), default=-1) + 1)


def _uid_text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return ""
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    return text.strip()


def _fresh(value: Any) -> Any:
    return list(value) if isinstance(value, list) else value

"""SillyTavern's groups as conversations here tell them. Pure. Source: contract 3.6."""

from collections.abc import Mapping
from typing import Any, Final

STRATEGIES: Final = ("natural", "list", "manual", "pooled")
CARDS: Final = ("speaker", "unmuted", "all")
MEMBERS_MAX: Final = 100
"""More do not speak in one conversation."""


def group_from(told: Mapping[str, Any], *, by_file: Mapping[str, str], by_name: Mapping[str, str]) -> dict[str, Any]:
    """What `conversation.grouped` tells of a group's file.

    Args:
        by_file: characters by their card's file name; by_name: by name, for very old groups that list names.
    """
    muted = set(_texts(told.get("disabled_members")))
    members = [
        {
            "character_id": by_file.get(file) or by_name.get(file),
            "name": _name(file, by_file=by_file, by_name=by_name),
            "is_muted": file in muted,
        }
        for file in _texts(told.get("members"))[:MEMBERS_MAX]
    ]
    return {
        "name": str(told.get("name") or ""),
        "members": members,
        "strategy": _at(STRATEGIES, told.get("activation_strategy")),
        "cards": _at(CARDS, told.get("generation_mode")),
        "prefix": str(told.get("generation_mode_join_prefix") or ""),
        "suffix": str(told.get("generation_mode_join_suffix") or ""),
        "answers_itself": told.get("allow_self_responses") is True,
    }


def chats_of(told: Mapping[str, Any]) -> list[str]:
    """Files of its chats, without the ending."""
    listed = _texts(told.get("chats"))
    current = told.get("chat_id")
    return list(dict.fromkeys([*listed, *([current] if isinstance(current, str) else [])]))


def _name(file: str, *, by_file: Mapping[str, str], by_name: Mapping[str, str]) -> str:
    """The character's own name; of one that is gone, what its file was called."""
    known = by_file.get(file)
    named = next((name for name, character in by_name.items() if character == known), None) if known else None
    return named or file.removesuffix(".png")


def _texts(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str) and one] if isinstance(value, list) else []


def _at(table: tuple[str, ...], place: Any) -> str:
    is_place = isinstance(place, int) and not isinstance(place, bool) and 0 <= place < len(table)
    return table[place] if is_place else table[0]

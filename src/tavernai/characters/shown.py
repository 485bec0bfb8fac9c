"""Characters as others see them: plain JSON values, the same in answers and beside a conflict."""

from dataclasses import dataclass
from typing import Any

import orjson

from tavernai.characters.store import avatar_url, background_url
from tavernai.kernel.clock import rfc3339
from tavernai.storage.rows import Row


@dataclass(frozen=True, slots=True)
class Character:
    """A character with its card, for the rooms above."""

    row: Row
    card: dict[str, Any]
    outer: dict[str, Any]
    warnings: list[dict[str, Any]]

    @property
    def id(self) -> str:
        return str(self.row["id"])

    @property
    def name(self) -> str:
        return str(self.row["name"])

    @classmethod
    def of(cls, row: Row, card_row: Row) -> "Character":
        return cls(
            row, orjson.loads(card_row["card"]), orjson.loads(card_row["outer"]), orjson.loads(card_row["warnings"])
        )


def summary(row: Row) -> dict[str, Any]:
    """One item of a list."""
    return {
        "id": row["id"],
        "name": row["name"],
        "tags": orjson.loads(row["tags"]),
        "avatar_url": avatar_url(row["id"], row["avatar"]) if row["avatar"] else None,
        "creator": row["creator"],
        "card_version": row["card_version"],
        "created_at": rfc3339(row["created_at"]),
        "updated_at": rfc3339(row["updated_at"]),
        "favourite": bool(row["favourite"]),
        "greetings": row["greetings"],
        "deleted": bool(row["deleted"]),
        "version": row["version"],
    }


def listed(row: Row) -> dict[str, Any]:
    """One item of the gallery: how much it was chatted with stands beside it."""
    chatted_at = row.get("chatted_at")
    return {
        **summary(row),
        "chatted_at": rfc3339(chatted_at) if chatted_at else None,
        "chats": row.get("chats", 0),
        "messages": row.get("messages", 0),
    }


def detail(character: Character) -> dict[str, Any]:
    """Everything about one character."""
    background = character.row["background"]
    return {
        **summary(character.row),
        "background_url": background_url(character.id, background) if background else None,
        "card": character.card,
        "warnings": sentences(character.warnings),
    }


def sentences(warnings: list[dict[str, Any]]) -> list[str]:
    """What had to be repaired, in words for people."""
    return [warning["message"] for warning in warnings]

"""Characters that look alike, a group at a time, and in what they differ."""

from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection

from tavernai.characters import store as characters_store
from tavernai.characters.domain.card import FIELDS
from tavernai.characters.gallery import store
from tavernai.characters.gallery.ports import Chats
from tavernai.characters.shown import listed
from tavernai.kernel.paging import Page, decode_cursor, encode_cursor
from tavernai.ledger.ports import Storage

GROUP_SHOWN_MAX = 12
TEXT_CHARS_MAX = 600
PASSED_OVER = frozenset({"extensions", "assets"})
"""Fields that say more about the exporting application than about the character."""
ORDER = tuple(field.name for field in FIELDS)


@dataclass(frozen=True, slots=True)
class Group:
    """Characters that look alike, the oldest first; `differences` name a field and its text in each, in their order."""

    characters: list[dict[str, Any]]
    differences: list[tuple[str, list[str]]]


class DuplicateService:
    """Finds a person's characters that may be one."""

    def __init__(self, storage: Storage, *, chats: Chats) -> None:
        self._storage = storage
        self._chats = chats

    async def groups(self, user_id: str, kind: str, *, cursor: str | None, limit: int) -> Page[Group]:
        """A page of groups: `card` the same content, `name` the same name by the same creator, `picture` the same."""
        after = decode_cursor(cursor, *(str for _ in store.ALIKE[kind])) if cursor else None

        def query(conn: Connection) -> tuple[list[tuple[str, ...]], list[Group]]:
            keys = store.alike(conn, user_id, kind, after=after, limit=limit + 1)
            return keys, [self._group(conn, user_id, kind, key) for key in keys[:limit]]

        keys, groups = await self._storage.read(query)
        return Page(groups, encode_cursor(*keys[limit - 1]) if len(keys) > limit else None)

    def _group(self, conn: Connection, user_id: str, kind: str, key: tuple[str, ...]) -> Group:
        rows = store.under(conn, user_id, kind, key, limit=GROUP_SHOWN_MAX)
        rows = characters_store.with_chats(conn, rows, self._chats.told(user_id))
        cards = characters_store.cards(conn, user_id, [row["id"] for row in rows])
        return Group([listed(row) for row in rows], _differences([cards.get(row["id"], {}) for row in rows]))


def _differences(cards: list[dict[str, Any]]) -> list[tuple[str, list[str]]]:
    told = {name for card in cards for name in card}
    names = [name for name in (*ORDER, *sorted(told - {*ORDER})) if name in told - PASSED_OVER]
    return [
        (name, [_text(card.get(name)) for card in cards])
        for name in names
        if any(card.get(name) != cards[0].get(name) for card in cards)
    ]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        value = ", ".join(value)
    if isinstance(value, dict) and isinstance(value.get("entries"), list):
        value = "\n".join(_entry(one) for one in value["entries"] if isinstance(one, dict))
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return text if len(text) <= TEXT_CHARS_MAX else text[: TEXT_CHARS_MAX - 1] + "…"


def _entry(entry: dict[str, Any]) -> str:
    """An entry of a card's book as people read it: what wakes it, and what it says."""
    keys = entry.get("keys")
    waking = ", ".join(key for key in keys if isinstance(key, str)) if isinstance(keys, list) else ""
    return f"{waking}: {entry.get('content') or ''}" if waking else str(entry.get("content") or "")

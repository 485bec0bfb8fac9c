"""Where each kind of object lives once it is imported: whether it is still there, unchanged, and how it is trashed."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Table, select

from tavernai.characters.events import CharacterDeleted
from tavernai.characters.groups.events import GroupDeleted
from tavernai.characters.groups.tables import groups
from tavernai.characters.lorebooks.events import LorebookDeleted
from tavernai.characters.lorebooks.tables import lorebooks
from tavernai.characters.personas.importing import trash_in
from tavernai.characters.personas.tables import personas
from tavernai.characters.tables import characters
from tavernai.chat.events import ConversationDeleted
from tavernai.chat.tables import conversations
from tavernai.config.presets.events import PresetDeleted
from tavernai.config.presets.tables import presets
from tavernai.interop.importing.domain.found import PRESETS
from tavernai.interop.importing.tables import import_kept
from tavernai.kernel.facts import By
from tavernai.ledger.domain import Stream
from tavernai.ledger.transaction import Transaction
from tavernai.storage.rows import Row


@dataclass(frozen=True, slots=True)
class Home:
    """A table of objects; `counter` grows with every change of one."""

    type: str
    """what the API calls it"""
    table: Table
    counter: str | None
    deleted: str
    stream: str
    gone: Callable[[str], Any] | None
    """the fact that puts one into the trash; None: something else does"""

    def is_live(self, row: Row) -> bool:
        return not row[self.deleted]


_CHARACTER = Home("character", characters, "version", "deleted", "char", CharacterDeleted)
_LOREBOOK = Home("lorebook", lorebooks, "version", "deleted_at", "lore", LorebookDeleted)
_PERSONA = Home("persona", personas, "version", "deleted_at", "persona", None)
_PRESET = Home("preset", presets, "version", "deleted_at", "preset", PresetDeleted)
_CONVERSATION = Home("conversation", conversations, "position", "deleted_pos", "conv", lambda _: ConversationDeleted())
_GROUP = Home("group", groups, "version", "deleted_at", "group", GroupDeleted)
_KEPT = Home("kept", import_kept, None, "deleted", "import", None)

HOMES: Final[Mapping[str, Home]] = {
    "character": _CHARACTER,
    "sprite": _CHARACTER,
    "lorebook": _LOREBOOK,
    "persona": _PERSONA,
    **dict.fromkeys(PRESETS, _PRESET),
    "chat": _CONVERSATION,
    "group_chat": _CONVERSATION,
    "group": _GROUP,
    "background": _KEPT,
    "settings": _KEPT,
}


def live_ids(conn: Connection, kind: str, ids: Collection[str]) -> set[str]:
    """Those of these objects that are not in the trash."""
    home = HOMES.get(kind)
    if home is None or not ids:
        return set()
    c = home.table.c
    rows = conn.execute(select(c.id, c[home.deleted]).where(c.id.in_(ids)))
    return {row[0] for row in rows if not row[1]}


def counter_in(tx: Transaction, kind: str, object_id: str) -> int | None:
    """How often the object was changed by now; None for what has no counter."""
    home = HOMES[kind]
    row = tx.get(home.table, object_id)
    return row[home.counter] if row is not None and home.counter is not None else None


def trash(tx: Transaction, kind: str, object_id: str, *, owner_id: str, by: By) -> bool:
    """Into the trash; False when it cannot go (the last persona)."""
    home = HOMES[kind]
    if home is _PERSONA:
        return trash_in(tx, object_id, owner_id=owner_id, by=by)
    if home.gone is not None:
        tx.append(Stream(f"{home.stream}:{object_id}", owner_id), [home.gone(object_id)], by=by)
    return True

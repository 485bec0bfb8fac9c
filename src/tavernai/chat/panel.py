"""The list of what somebody did in a conversation, for choosing what to take back."""

from functools import lru_cache
from typing import Any, cast

import orjson
from sqlalchemy import Connection, Dialect, select

from tavernai.chat.items import Item, on
from tavernai.chat.pictured import short
from tavernai.chat.scene import Scene
from tavernai.chat.tables import changes
from tavernai.chat.touched import Touched
from tavernai.kernel.clock import rfc3339
from tavernai.kernel.facts import By
from tavernai.kernel.paging import Page, decode_cursor, encode_cursor
from tavernai.ledger.tables import ledger_events
from tavernai.ledger.transaction import Transaction
from tavernai.storage.rows import Row
from tavernai.storage.statements import Statements
from tavernai.storage.unit import Group, Unit


def changes_of(conn: Connection, conversation: Row, *, cursor: str | None, limit: int) -> Page[Item]:
    """The person's changes, the newest first, each with whether it could be taken back right now."""
    c = changes.c
    query = select(changes, ledger_events.c.ts).join(ledger_events, ledger_events.c.pos == c.pos)
    query = query.where(c.conv_id == conversation["id"])
    if cursor is not None:
        query = query.where(c.pos < decode_cursor(cursor, int)[0])
    rows = on(conn)(query.order_by(c.pos.desc()).limit(limit + 1), {})
    scene = _looked_at(conn, conversation)
    items = [_item(scene, row) for row in rows[:limit]]
    return Page(items, encode_cursor(rows[limit - 1]["pos"]) if len(rows) > limit else None)


def _looked_at(conn: Connection, conversation: Row) -> Scene:
    """The conversation as a unit of work would see it, for rules that only look: nothing is recorded through it."""
    if not conn.in_transaction():
        conn.begin()
    unit = Unit(Group(conn, _statements(conn.dialect)), now=0)
    return Scene(cast(Transaction, unit), conversation, By.system())


@lru_cache(maxsize=4)
def _statements(dialect: Dialect) -> Statements:
    return Statements(dialect)


def _item(scene: Scene, change: Row) -> Item:
    touched = Touched.by(scene, change)
    is_done = change["undone_pos"] is None
    return {
        "event_id": change["event_id"],
        "kind": change["kind"],
        "action": touched.kept.get("action"),
        "at": rfc3339(change["ts"]),
        "count": touched.count,
        "state": "done" if is_done else "brought_back" if change["picked"] else "undone",
        "undoable": is_done and (touched.stands(done=True) if touched.is_top else touched.may_be_picked),
        **_about(touched),
    }


def _about(touched: Touched) -> dict[str, Any]:
    """The message it is about, or the first of several; a title stands for itself."""
    message = touched.first_message
    if message is None:
        title = orjson.loads(touched.change["facts"]).get("title")
        return {"message_id": None, "role": None, "name": None, "text": None if title is None else short(title)}
    text = touched.scene.shown(message)["text"] if touched.variant is None else touched.variant["text"]
    return {"message_id": message["id"], "role": message["role"], "name": message["name"], "text": short(text)}

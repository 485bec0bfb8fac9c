"""Conversations and messages as the API shows them: plain values, made from rows.

`Run` hides whether a statement runs on a reader's connection or inside a unit of work, so that what a refusal shows and
what a page shows are made by the same lines.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, exists, func, or_, select

from tavernai.chat.domain.tree import Fetch, ancestor_at, variant_on_path
from tavernai.chat.tables import bookmarks, messages, variants
from tavernai.kernel.clock import rfc3339
from tavernai.storage.rows import Row
from tavernai.storage.unit import Unit

Run = Callable[[Any, Mapping[str, Any]], Sequence[Row]]
Item = dict[str, Any]
IN_LIST_MAX = 500

_MESSAGE = select(messages).where(messages.c.pos == bindparam("pos"))
# Few numbers for a whole page, mostly 0: without them a message of ten thousand swipes would be read whole.
_VARIANTS = select(variants).where(
    variants.c.message_pos.in_(bindparam("positions", expanding=True)),
    variants.c.n.in_(bindparam("numbers", expanding=True)),
)
_BOOKMARKS = select(bookmarks.c.message_pos, bookmarks.c.label).where(
    bookmarks.c.conv_id == bindparam("conversation_id"),
    bookmarks.c.message_pos.in_(bindparam("positions", expanding=True)),
)
_below = messages.alias("below")
_CHILDREN = select(messages.c.parent_pos, messages.c.parent_variant, func.count().label("count")).where(
    messages.c.parent_pos.in_(bindparam("positions", expanding=True)),
    # Those that were written here, and the one by which a copy hangs on what it shares.
    or_(messages.c.conv_id == bindparam("conversation_id"), messages.c.pos.in_(bindparam("shown", expanding=True))),
    or_(messages.c.cut_pos.is_(None), messages.c.conv_id != bindparam("conversation_id")),
    # One deleted alone still counts while something hangs on it: that is where the branch goes on.
    or_(
        messages.c.deleted_pos.is_(None),
        exists().where(_below.c.parent_pos == messages.c.pos, _below.c.cut_pos.is_(None)),
    ),
)
_CHILDREN = _CHILDREN.group_by(messages.c.parent_pos, messages.c.parent_variant)


def on(conn: Connection) -> Run:
    """Statements on a connection."""

    def run(statement: Any, values: Mapping[str, Any]) -> list[Row]:
        found = conn.execute(statement, dict(values))
        names = tuple(found.keys())
        # Half the time of `.mappings()`, which matters for a page of fifty.
        return [dict(zip(names, row, strict=True)) for row in found.all()]

    return run


def inside(tx: Unit) -> Run:
    """Statements in a unit of work."""
    return lambda statement, values: tx.rows(statement.params(**values))


@dataclass(frozen=True, slots=True)
class Place:
    """A message as a conversation shows it."""

    message: Row
    n: int
    """the variant shown"""
    child_pos: int | None
    """the next message on the path"""
    parent_id: str | None


def fetch_by(run: Run) -> Fetch:
    """Messages by position, each read once."""
    known: dict[int, Row] = {}

    def fetch(pos: int) -> Row:
        if pos not in known:
            known[pos] = run(_MESSAGE, {"pos": pos})[0]
        return known[pos]

    return fetch


def variants_of(run: Run, places: Sequence[tuple[int, int]]) -> dict[tuple[int, int], Row]:
    """The variants at these (position, index)."""
    wanted, found = set(places), {}
    for start in range(0, len(places), IN_LIST_MAX):
        some = places[start : start + IN_LIST_MAX]
        numbers = sorted({n for _pos, n in some})
        for row in run(_VARIANTS, {"positions": [pos for pos, _n in some], "numbers": numbers}):
            key = (row["message_pos"], row["n"])
            if key in wanted:
                found[key] = row
    return found


def place_of(run: Run, conversation: Row, message: Row) -> Place:
    """Where one message stands in the conversation."""
    fetch = fetch_by(run)
    leaf = None if conversation["active_leaf"] is None else fetch(conversation["active_leaf"])
    n = variant_on_path(message, leaf, conversation["leaf_variant"], fetch=fetch)
    child = None
    if n is not None and leaf is not None:
        child = ancestor_at(leaf, message["depth"] + 1, fetch=fetch)
    parent_id = None if message["parent_pos"] is None else fetch(message["parent_pos"])["id"]
    return Place(message, message["active_variant"] if n is None else n, child["pos"] if child else None, parent_id)


def message_item(run: Run, conversation: Row, message: Row) -> Item:
    """One message, with the variant this conversation shows."""
    return message_items(run, conversation, [place_of(run, conversation, message)])[0]


def message_items(run: Run, conversation: Row, places: Sequence[Place]) -> list[Item]:
    """Messages as the API shows them, in the order given; at most a page of them."""
    positions = [place.message["pos"] for place in places]
    shown = variants_of(run, [(place.message["pos"], place.n) for place in places])
    if not positions:
        return []
    forks = _branches(run, conversation["id"], places, positions)
    marked = run(_BOOKMARKS, {"conversation_id": conversation["id"], "positions": positions})
    marks = {row["message_pos"]: {"label": row["label"]} for row in marked}
    return [
        _item(place, shown[place.message["pos"], place.n])
        | {"branches": forks[place.message["pos"]], "deleted": _in_trash(conversation, place.message)}
        | {"bookmark": marks.get(place.message["pos"])}
        for place in places
    ]


def conversation_item(conversation: Row, avatar_url: str | None = None, group: Item | None = None) -> Item:
    """One conversation of a list; `group`: who speaks where several do."""
    last = None
    if conversation["last_text"] is not None:
        last = {name: conversation[f"last_{name}"] for name in ("role", "name", "text")}
    plain = ("id", "character_id", "character_name", "title", "message_count", "version", "position")
    return {name: conversation[name] for name in plain} | {
        "avatar_url": avatar_url,
        "group": group,
        "last_message": last,
        "updated_at": rfc3339(conversation["recent_at"]),
        "created_at": rfc3339(conversation["created_at"]),
        "deleted": conversation["deleted_pos"] is not None,
        "pinned": conversation["pinned_pos"] is not None,
    }


def variant_item(variant: Row, *, selected: int) -> Item:
    """One variant of a message."""
    plain = ("id", "text", "kind", "status", "model", "finish", "revision", "reasoning", "tokens_out")
    return {name: variant[name] for name in plain} | {
        "index": variant["n"],
        "created_at": rfc3339(variant["created_at"]),
        "selected": variant["n"] == selected,
        "usage": _parsed(variant["usage"]),
        "cost": _parsed(variant["cost"]),
        "connection": variant["connection"],
        "nudge": variant["nudge"],
    }


def _parsed(text: str | None) -> Any:
    return None if text is None else orjson.loads(text)


def _branches(run: Run, conversation_id: str, places: Sequence[Place], positions: list[int]) -> Counter[int]:
    """How many ways lead on from the variant shown of each message."""
    shown = {place.message["pos"]: place.n for place in places}
    below = [place.child_pos for place in places if place.child_pos is not None]
    found = run(_CHILDREN, {"positions": positions, "conversation_id": conversation_id, "shown": below})
    return Counter(
        {row["parent_pos"]: row["count"] for row in found if row["parent_variant"] == shown[row["parent_pos"]]}
    )


def _in_trash(conversation: Row, message: Row) -> bool:
    # What another conversation threw away with what followed still stands in its copies.
    cut = message["cut_pos"] is not None and message["conv_id"] == conversation["id"]
    return cut or message["deleted_pos"] is not None


def _item(place: Place, variant: Row) -> Item:
    message = place.message
    plain = ("id", "role", "name", "character_id", "version")
    told = ("text", "status", "reasoning", "model", "finish", "task_id", "tokens_out", "connection", "nudge")
    error = None
    if variant["error_code"] is not None:
        error = {"code": variant["error_code"], "detail": variant["error_detail"] or ""}
    return {
        **{name: message[name] for name in plain},
        **{name: variant[name] for name in told},
        "parent_id": place.parent_id,
        "variant": {"id": variant["id"], "index": place.n, "count": message["variant_count"], "kind": variant["kind"]},
        "hidden": bool(message["hidden"]),
        "edited": variant["revision"] > 1,
        "usage": _parsed(variant["usage"]),
        "cost": _parsed(variant["cost"]),
        "fallbacks": _parsed(variant["fallbacks"]) or [],
        "error": error,
        "created_at": rfc3339(message["created_at"]),
    }

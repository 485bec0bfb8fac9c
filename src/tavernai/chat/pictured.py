"""The tree of a conversation, for the picture of its branches."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from tavernai.chat.domain.runs import Run, runs
from tavernai.chat.items import IN_LIST_MAX, Item, on, variants_of
from tavernai.chat.store import skeleton
from tavernai.chat.tables import bookmarks, messages
from tavernai.chat.window import Path
from tavernai.storage.rows import Row

NODES_MAX = 2_000
TEXT_CHARACTERS = 80
_NAMES = (
    "pos",
    "id",
    "role",
    "name",
    "depth",
    "variant_count",
    "active_variant",
    "parent_pos",
    "parent_variant",
    "jump_pos",
)


def tree_of(conn: Connection, conversation: Row) -> Item:
    """Every branch, straight runs folded into one node each."""
    b = bookmarks.c
    marked = select(b.message_pos, b.label).where(b.conv_id == conversation["id"])
    marks = {row["message_pos"]: row["label"] for row in on(conn)(marked, {})}
    leaf = conversation["active_leaf"]
    found, is_cut_short = runs(skeleton(conn, conversation), active_leaf=leaf, stops=marks, most=NODES_MAX)
    return {"nodes": _nodes(conn, conversation, found, marks), "truncated": is_cut_short}


def _nodes(conn: Connection, conversation: Row, found: Sequence[Run], marks: Mapping[int, str]) -> list[Item]:
    rows = _rows(conn, {pos for run in found for pos in (run.first, run.last)})
    path = Path.of(conn, conversation)
    shown = {run.last: _shown(path, rows[run.last], is_active=run.is_active) for run in found}
    hung = [
        (run.parent, run.parent_variant) for run in found if run.parent is not None and run.parent_variant is not None
    ]
    texts = variants_of(on(conn), [*shown.items(), *hung])
    nodes = []
    for run in found:
        last = rows[run.last]
        label = marks.get(run.last)
        above = texts.get((run.parent, run.parent_variant)) if run.parent is not None else None  # type: ignore[arg-type]
        nodes.append(
            {
                "id": last["id"],
                "parent_id": None if run.parent is None else rows[run.parent]["id"],
                "parent_variant_id": None if above is None else above["id"],
                "role": last["role"],
                "name": last["name"],
                "text": short(texts[run.last, shown[run.last]]["text"]),
                "variants": last["variant_count"],
                "depth": rows[run.first]["depth"],
                "run": max(run.count, 1),
                "first_id": rows[run.first]["id"],
                "last_id": last["id"],
                "active": run.is_active,
                "bookmark": None if label is None else {"label": label},
            }
        )
    return nodes


def short(text: str) -> str:
    """The beginning of a text on one line, at most 80 characters."""
    flat = " ".join(text[: 4 * TEXT_CHARACTERS].split())
    return flat if len(flat) <= TEXT_CHARACTERS else flat[: TEXT_CHARACTERS - 1] + "…"


def _shown(path: Path, message: Row, *, is_active: bool) -> int:
    n = path.shown_at(message) if is_active else None
    return int(message["active_variant"] if n is None else n)


def _rows(conn: Connection, positions: set[int]) -> dict[int, dict[str, Any]]:
    wanted = sorted(positions)
    rows: dict[int, dict[str, Any]] = {}
    for start in range(0, len(wanted), IN_LIST_MAX):
        query = select(*(messages.c[name] for name in _NAMES)).where(
            messages.c.pos.in_(wanted[start : start + IN_LIST_MAX])
        )
        rows |= {row["pos"]: dict(row) for row in on(conn)(query, {})}
    return rows

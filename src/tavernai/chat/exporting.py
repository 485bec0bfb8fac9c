"""A conversation read whole, for a file: the shown path, or the messages chosen."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, select

from tavernai.chat.domain.tree import is_above
from tavernai.chat.domain.written import Form, Line, written
from tavernai.chat.errors import MessageNotFound
from tavernai.chat.items import IN_LIST_MAX, on
from tavernai.chat.ports import Kept
from tavernai.chat.tables import messages, variants
from tavernai.chat.window import EVERYTHING, Path, path_rows
from tavernai.storage.rows import Row


def export_of(conn: Connection, conversation: Row, *, form: Form, message_ids: Collection[str], kept: Kept) -> bytes:
    """The file. Without ids the whole path shown; what is in the trash never. Raises MessageNotFound."""
    found = _chosen(conn, conversation, message_ids) if message_ids else _path(conn, conversation)
    live = [(message, n) for message, n in found if message["deleted_pos"] is None]
    told = _variants(conn, [message["pos"] for message, _n in live])
    lines = [Line(message, told[message["pos"]], n, kept.lines.get(message["id"])) for message, n in live]
    return written(form, {**conversation, "chat_metadata": kept.metadata}, lines)


def _path(conn: Connection, conversation: Row) -> list[tuple[Row, int]]:
    leaf = conversation["active_leaf"]
    rows = [] if leaf is None else path_rows(conn, leaf, conversation["leaf_variant"], EVERYTHING)
    return [(row, row["n"]) for row in reversed(rows)]


def _chosen(conn: Connection, conversation: Row, message_ids: Collection[str]) -> list[tuple[Row, int]]:
    """In the order of the story, in the variant the path shows, or off it the one selected last."""
    wanted, rows = sorted(set(message_ids)), list[Row]()
    for start in range(0, len(wanted), IN_LIST_MAX):
        query = select(messages).where(messages.c.id.in_(wanted[start : start + IN_LIST_MAX]))
        rows += on(conn)(query.where(messages.c.owner_id == conversation["owner_id"]), {})
    path, fork = Path.of(conn, conversation), conversation["fork_pos"]
    shared = None if fork is None else path.fetch(fork)
    for row in rows:
        own = row["conv_id"] == conversation["id"]
        if own and row["cut_pos"] is None:
            continue
        if own or shared is None or not is_above(row, shared, fetch=path.fetch):
            raise MessageNotFound
    if len(rows) != len(wanted):
        raise MessageNotFound
    shown = [(row, path.shown_at(row)) for row in sorted(rows, key=lambda row: row["pos"])]
    return [(row, row["active_variant"] if n is None else n) for row, n in shown]


def _variants(conn: Connection, positions: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {pos: [] for pos in positions}
    for start in range(0, len(positions), IN_LIST_MAX):
        some = variants.c.message_pos.in_(positions[start : start + IN_LIST_MAX])
        for row in on(conn)(select(variants).where(some).order_by(variants.c.message_pos, variants.c.n), {}):
            found[row["message_pos"]].append(dict(row))
    return found

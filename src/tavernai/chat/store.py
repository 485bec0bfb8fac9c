"""The room's queries: pages of a path, history for prompts, lists."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, or_, select, tuple_

from tavernai.chat.domain.branches import Branch, branches
from tavernai.chat.domain.tree import excerpt
from tavernai.chat.errors import ConversationNotFound, MessageNotFound
from tavernai.chat.items import Item, on, place_of, variant_item, variants_of
from tavernai.chat.tables import (
    bookmarks,
    composer_drafts,
    conversation_groups,
    conversations,
    messages,
    revisions,
    variants,
)
from tavernai.chat.window import CHARS, EVERYTHING, Path, fitting, path_rows, path_up
from tavernai.kernel.clock import rfc3339
from tavernai.kernel.paging import PAGE_MAX, Page, decode_cursor, encode_cursor
from tavernai.storage.queries import Query
from tavernai.storage.rows import Row


def _path_told() -> Select[Any]:
    """The path with the text each message shows on it, without what is in the trash."""
    names = ("pos", "id", "parent_pos", "parent_variant", "role", "name", "character_id", "hidden", "created_at")
    path = path_up((*names, "deleted_pos")).order_by(None).subquery("told")
    shown = (variants.c.message_pos == path.c.pos) & (variants.c.n == path.c.n)
    live = path.c.deleted_pos.is_(None) & (variants.c.text != "")
    told = select(*(path.c[name] for name in names), variants.c.id.label("variant_id"), variants.c.text)
    return told.select_from(path.join(variants, shown)).where(live).order_by(path.c.pos.desc())


_PATH_TOLD = Query(_path_told())
_MESSAGE = Query(select(messages).where(messages.c.id == bindparam("of")))


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One message as a prompt may tell it."""

    pos: int
    message_id: str
    variant_id: str
    role: str
    name: str
    character_id: str | None
    text: str
    is_hidden: bool
    created_at: int


# For other rooms.


def owner_of(conn: Connection, conversation_id: str) -> str | None:
    """Whose conversation this is, also in the trash; None when there is none."""
    query = select(conversations.c.owner_id).where(conversations.c.id == conversation_id)
    return conn.execute(query).scalar_one_or_none()


def history(conn: Connection, conversation_id: str, *, limit: int) -> list[HistoryRow]:
    """The last messages of the active branch, newest first, told by `history_above`'s rules."""
    conversation = _conversation(conn, conversation_id)
    if conversation is None or conversation["active_leaf"] is None:
        return []
    return _history(conn, conversation["active_leaf"], conversation["leaf_variant"], limit)


def history_above(conn: Connection, message_id: str, *, limit: int, variant_id: str | None = None) -> list[HistoryRow]:
    """What stands above a message on its own path, newest first: what a reply there answers.

    Left out: what is in the trash, and messages without text, as a reply that failed or still waits.
    Hidden ones are in it, marked.

    Args:
        variant_id: begin with the message itself, told by this variant (for a continuation).
        limit: at most so many messages outside the trash are looked at.
    Raises:
        MessageNotFound: no such message or variant.
    """
    message = _MESSAGE.first(conn, of=message_id)
    if message is None:
        raise MessageNotFound
    if variant_id is not None:
        at = (variants.c.id == variant_id) & (variants.c.message_pos == message["pos"])
        n = conn.execute(select(variants.c.n).where(at)).scalar_one_or_none()
        if n is None:
            raise MessageNotFound
        return _history(conn, message["pos"], n, limit)
    if message["parent_pos"] is None:
        return []
    return _history(conn, message["parent_pos"], message["parent_variant"], limit)


def told_above(
    conn: Connection, conversation_id: str, message_ids: Collection[str], *, limit: int
) -> list[tuple[HistoryRow, int]]:
    """The lowest of these messages on the shown path and what stands above it, oldest first; with each, how many
    messages of the path stand below it. Told by `history_above`'s rules; empty: none of them is on the path.
    """
    conversation = _conversation(conn, conversation_id)
    if conversation is None:
        return []
    m, path = messages.c, Path.of(conn, conversation)
    found = conn.execute(select(m.pos).where(m.id.in_(sorted(message_ids))).order_by(m.pos.desc())).scalars()
    for lowest in map(path.fetch, found):
        n = path.shown_at(lowest)
        if n is not None and path.leaf is not None:
            rows = _history(conn, lowest["pos"], n, limit)
            below = path.leaf["depth"] - lowest["depth"]
            return [(row, below + at) for at, row in enumerate(rows)][::-1]
    return []


# For this room's endpoints.


def conversation_of(conn: Connection, owner_id: str, conversation_id: str) -> Row:
    """Raises ConversationNotFound."""
    found = _conversation(conn, conversation_id)
    if found is None or found["owner_id"] != owner_id:
        raise ConversationNotFound
    return found


def message_of(conn: Connection, owner_id: str, message_id: str) -> Row:
    """Raises MessageNotFound."""
    found = conn.execute(select(messages).where(messages.c.id == message_id)).mappings().first()
    if found is None or found["owner_id"] != owner_id:
        raise MessageNotFound
    return dict(found)


def id_of(conn: Connection, pos: int | None) -> str | None:
    """The id of the message at this position."""
    return None if pos is None else conn.execute(select(messages.c.id).where(messages.c.pos == pos)).scalar_one()


def list_of(
    conn: Connection,
    owner_id: str,
    *,
    character_id: str | None,
    group_id: str | None,
    q: str | None,
    trash: bool,
    cursor: str | None,
    limit: int,
) -> Page[Row]:
    """Conversations: those pinned, then the others, each the most recent first; the trash knows no pins.

    `q` is looked for in title, character and last message.
    """
    c = conversations.c
    query = select(conversations).where(c.owner_id == owner_id)
    query = query.where(c.deleted_pos.is_not(None) if trash else c.deleted_pos.is_(None))
    if character_id is not None:
        query = query.where(c.character_id == character_id)
    if group_id is not None:
        g = conversation_groups.c
        query = query.where(c.id.in_(select(g.conv_id).where(g.group_id == group_id, g.owner_id == owner_id)))
    if q:
        query = query.where(
            or_(*(text.icontains(q, autoescape=True) for text in (c.title, c.character_name, c.last_text)))
        )
    # Two selects, each along its own index, instead of one that has to sort everything the person has.
    parts = (None,) if trash else (c.pinned_pos.is_not(None), c.pinned_pos.is_(None))
    first, *last = (0,) if cursor is None else decode_cursor(cursor, int, int, str)
    found: list[Row] = []
    for number, part in enumerate(parts):
        if number < first or len(found) > limit:
            continue
        select_part = query if part is None else query.where(part)
        if last and number == first:
            select_part = select_part.where(tuple_(c.recent_at, c.id) < tuple_(*last))
        select_part = select_part.order_by(c.recent_at.desc(), c.id.desc()).limit(limit + 1 - len(found))
        found += [dict(row) for row in conn.execute(select_part).mappings()]
    return Page(found[:limit], _list_cursor(found[limit - 1], trash=trash) if len(found) > limit else None)


def _list_cursor(last: Row, *, trash: bool) -> str:
    part = 0 if trash or last["pinned_pos"] is not None else 1
    return encode_cursor(part, last["recent_at"], last["id"])


def draft_of(conn: Connection, conversation_id: str) -> Item | None:
    """What stands in the composer, unsent."""
    d = composer_drafts.c
    found = conn.execute(select(d.text, d.updated_at).where(d.conv_id == conversation_id)).first()
    return None if found is None else {"text": found.text, "updated_at": rfc3339(found.updated_at)}


def bookmarks_of(conn: Connection, conversation: Row, *, cursor: str | None, limit: int) -> Page[Item]:
    """The marks of a conversation in the order of the story; messages in the trash left out."""
    b = bookmarks.c
    cut_here = (messages.c.conv_id == conversation["id"]) & messages.c.cut_pos.is_not(None)
    query = select(messages, b.label).join(bookmarks, b.message_pos == messages.c.pos)
    query = query.where(b.conv_id == conversation["id"], messages.c.deleted_pos.is_(None), ~cut_here)
    if cursor is not None:
        query = query.where(b.message_pos > decode_cursor(cursor, int)[0])
    rows = list(on(conn)(query.order_by(b.message_pos).limit(limit + 1), {}))
    path = Path.of(conn, conversation)
    shown = [(row, path.shown_at(row)) for row in rows[:limit]]
    places = [(row["pos"], row["active_variant"] if n is None else n) for row, n in shown]
    texts = variants_of(on(conn), places)
    items = [
        {name: row[name] for name in ("label", "role", "name")}
        | {"message_id": row["id"], "text": excerpt(texts[place]["text"]), "on_active_path": n is not None}
        | {"created_at": rfc3339(row["created_at"])}
        for (row, n), place in zip(shown, places, strict=True)
    ]
    return Page(items, encode_cursor(rows[limit - 1]["pos"]) if len(rows) > limit else None)


def branches_of(conn: Connection, conversation: Row, *, cursor: str | None, limit: int) -> Page[Item]:
    """The conversation's branches, the newest leaf first."""
    below = decode_cursor(cursor, int)[0] if cursor is not None else None
    nodes = skeleton(conn, conversation)
    found = branches(nodes, active_leaf=conversation["active_leaf"])
    rest = [branch for branch in found if below is None or branch.leaf_pos < below]
    shown = rest[:limit]
    items = _branch_items(conn, conversation, shown)
    return Page(items, encode_cursor(shown[-1].leaf_pos) if len(rest) > limit else None)


def variant_items(conn: Connection, conversation: Row, message: Row, *, cursor: str | None = None) -> Page[Item]:
    """The variants of a message, in order; `selected` is the one the conversation shows."""
    selected, v = place_of(on(conn), conversation, message).n, variants.c
    after = -1 if cursor is None else decode_cursor(cursor, int)[0]
    mine = (v.message_pos == message["pos"]) & (v.n > after)
    sizes = conn.execute(select(v.n, CHARS).where(mine).order_by(v.n).limit(PAGE_MAX + 1)).all()
    count = _held([size for _, size in sizes])
    rows = conn.execute(select(variants).where(mine).order_by(v.n).limit(count)).mappings()
    items = [variant_item(dict(row), selected=selected) for row in rows]
    return Page(items, encode_cursor(sizes[count - 1][0]) if count < len(sizes) else None)


def revision_items(conn: Connection, conversation: Row, message: Row, *, cursor: str | None = None) -> Page[Item]:
    """The texts the variant shown has had, the newest first."""
    n, r = place_of(on(conn), conversation, message).n, revisions.c
    now = variants_of(on(conn), [(message["pos"], n)])[message["pos"], n]
    below = now["revision"] if cursor is None else decode_cursor(cursor, int)[0]
    first = [(now["revision"], now["text"], now["revised_at"])] if cursor is None else []
    mine = (r.message_pos == message["pos"]) & (r.n == n) & (r.revision < below)
    query = select(r.revision, func.length(r.text)).where(mine).order_by(r.revision.desc()).limit(PAGE_MAX + 1)
    sizes = [(one[0], len(one[1])) for one in first] + [(one[0], one[1]) for one in conn.execute(query)]
    count = _held([size for _, size in sizes])
    old = select(r.revision, r.text, r.created_at).where(mine).order_by(r.revision.desc()).limit(count - len(first))
    told = [*first, *[(row[0], row[1], row[2]) for row in conn.execute(old)]]
    items = [{"revision": one, "text": text, "at": rfc3339(at), "variant_id": now["id"]} for one, text, at in told]
    return Page(items, encode_cursor(told[-1][0]) if count < len(sizes) else None)


def _held(sizes: Sequence[int]) -> int:
    """How many of these texts one page holds."""
    return min(fitting(sizes, at=0)[1], PAGE_MAX)


def _conversation(conn: Connection, conversation_id: str) -> Row | None:
    query = select(conversations).where(conversations.c.id == conversation_id)
    found = conn.execute(query).mappings().first()
    return dict(found) if found else None


def _history(conn: Connection, leaf: int, n: int, limit: int) -> list[HistoryRow]:
    return [
        HistoryRow(
            pos=row["pos"],
            message_id=row["id"],
            variant_id=row["variant_id"],
            role=row["role"],
            name=row["name"],
            character_id=row["character_id"],
            text=row["text"],
            is_hidden=bool(row["hidden"]),
            created_at=row["created_at"],
        )
        for row in _PATH_TOLD.all(conn, leaf=leaf, variant=n, enough=limit)
    ]


def skeleton(conn: Connection, conversation: Row) -> list[Row]:
    """The bare tree: own messages outside the trash, and the shared ones down to the fork."""
    m = messages.c
    columns = (m.pos, m.parent_pos, m.parent_variant, m.deleted_pos)
    own = select(*columns).where(m.conv_id == conversation["id"], m.cut_pos.is_(None)).order_by(m.pos)
    nodes = list(on(conn)(own, {}))
    fork = conversation["fork_pos"]
    return nodes if fork is None else path_rows(conn, fork, 0, EVERYTHING)[::-1] + nodes


def _branch_items(conn: Connection, conversation: Row, shown: Sequence[Branch]) -> list[Item]:
    positions = {branch.leaf_pos for branch in shown} | {branch.forked_at for branch in shown if branch.forked_at}
    positions |= {branch.last[0] for branch in shown if branch.last}
    query = select(messages).where(messages.c.pos.in_(sorted(positions)))
    rows: dict[int, Row] = {row["pos"]: dict(row) for row in conn.execute(query).mappings()}
    lasts = [_last_place(branch, rows, conversation) for branch in shown]
    texts = variants_of(on(conn), [last for last in lasts if last is not None])
    items = []
    for branch, last in zip(shown, lasts, strict=True):
        leaf = rows[branch.leaf_pos]
        told = None
        if last is not None:
            said = rows[last[0]]
            told = {"role": said["role"], "name": said["name"], "text": excerpt(texts[last]["text"])}
        items.append(
            {
                "leaf_id": leaf["id"],
                "active": branch.is_active,
                "message_count": branch.message_count,
                "last": told,
                "forked_at_message_id": rows[branch.forked_at]["id"] if branch.forked_at else None,
                "updated_at": rfc3339(leaf["created_at"]),
            }
        )
    return items


def _last_place(branch: Branch, rows: dict[int, Row], conversation: Row) -> tuple[int, int] | None:
    if branch.last is None:
        return None
    pos, n = branch.last
    if n != -1:
        return pos, n
    if branch.is_active and pos == branch.leaf_pos:
        return pos, conversation["leaf_variant"]
    return pos, rows[pos]["active_variant"]

"""How messages and conversations are found: from an index's documents to what a person may see of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, or_, select

from tavernai.chat.domain.tree import Fetch, is_above
from tavernai.chat.indexes import CONVERSATION_WORDS, MESSAGE_WORDS, doc_of, place_of_doc
from tavernai.chat.ports import Cast
from tavernai.chat.tables import conversations, messages, variants
from tavernai.kernel.snippets import snippet
from tavernai.ledger.tables import streams
from tavernai.storage.finding import Found, Kind, Wanted, walked
from tavernai.storage.fulltext import Facets, facet
from tavernai.storage.rows import Row

FAMILY_MAX = 200
_HOME = ("title", "character_id", "character_name", "family", "deleted_pos")


class MessageFinder:
    """Messages by the text their selected variant has now. Fulfils storage.finding.Finder."""

    kind: Kind = "message"
    scope = "chat"

    def __init__(self, cast: Cast) -> None:
        self._cast = cast

    def find(
        self, conn: Connection, wanted: Wanted, *, before: int | None, limit: int
    ) -> tuple[list[Found], int | None]:
        place = _asked_place(conn, wanted)
        if wanted.conversation_id is not None and place is None:
            return [], None
        facets = _message_facets(conn, wanted, place)
        return walked(
            lambda below, n: MESSAGE_WORDS.docs(conn, wanted.question, facets=facets, before=below, limit=n),
            lambda docs: self._living(conn, docs, wanted, place),
            before=before,
            limit=limit,
        )

    def _living(self, conn: Connection, docs: list[int], wanted: Wanted, place: Row | None) -> Mapping[int, Found]:
        rows, asked = _message_rows(conn, docs, wanted), set(docs)
        avatars = _avatars(self._cast, conn, wanted, rows)
        found = {}
        for row in rows:
            doc = doc_of(row["pos"], row["n"])
            where = _where_shown(conn, row, place) if doc in asked else None
            if where is not None:
                found[doc] = _found_message(doc, row, where, wanted, avatars)
        return found


class ConversationFinder:
    """Conversations by title and by whom they are with. Fulfils storage.finding.Finder."""

    kind: Kind = "conversation"
    scope = "chat"

    def __init__(self, cast: Cast) -> None:
        self._cast = cast

    def find(
        self, conn: Connection, wanted: Wanted, *, before: int | None, limit: int
    ) -> tuple[list[Found], int | None]:
        if wanted.role is not None or wanted.conversation_id is not None:
            return [], None
        facets = _owned(wanted)
        return walked(
            lambda below, n: CONVERSATION_WORDS.docs(conn, wanted.question, facets=facets, before=below, limit=n),
            lambda docs: self._living(conn, docs, wanted),
            before=before,
            limit=limit,
        )

    def _living(self, conn: Connection, docs: list[int], wanted: Wanted) -> Mapping[int, Found]:
        c = conversations.c
        query = (
            select(streams.c.stream_id, c.id, c.title, c.character_id, c.character_name, c.created_at)
            .join(conversations, streams.c.key == "conv:" + c.id)
            .where(streams.c.stream_id.in_(docs), c.owner_id == wanted.owner_id, c.deleted_pos.is_(None))
        )
        rows = [dict(row) for row in conn.execute(_dated(query, c.created_at, wanted)).mappings()]
        avatars = _avatars(self._cast, conn, wanted, rows)
        return {
            row["stream_id"]: Found(
                doc=row["stream_id"],
                kind="conversation",
                id=row["id"],
                title=row["title"],
                snippet=snippet(row["title"], wanted.question),
                created_at=row["created_at"],
                conversation_id=row["id"],
                character_id=row["character_id"],
                character_name=row["character_name"],
                avatar_url=avatars.get(row["character_id"] or ""),
            )
            for row in rows
        }


def _asked_place(conn: Connection, wanted: Wanted) -> Row | None:
    """The conversation to look in; None when none was named, or it is not there for this person."""
    if wanted.conversation_id is None:
        return None
    c = conversations.c
    mine = (c.id == wanted.conversation_id) & (c.owner_id == wanted.owner_id) & c.deleted_pos.is_(None)
    found = conn.execute(select(conversations).where(mine)).mappings().first()
    return dict(found) if found else None


def _owned(wanted: Wanted) -> list[Facets]:
    about: list[Facets] = [(facet("o", wanted.owner_id),)]
    return about if wanted.character_id is None else [*about, (facet("h", wanted.character_id),)]


def _message_facets(conn: Connection, wanted: Wanted, place: Row | None) -> list[Facets]:
    facets = _owned(wanted)
    if wanted.role is not None:
        facets.append((facet("r", wanted.role),))
    if place is not None:
        # A copy shows what its family wrote above the fork.
        ids = [place["id"]] if place["fork_pos"] is None else [place["id"], *_family(conn, place["family"])]
        facets.append([facet("c", each) for each in ids])
    return facets


def _family(conn: Connection, family: str | None) -> Sequence[str]:
    query = select(conversations.c.id).where(conversations.c.family == family).limit(FAMILY_MAX)
    return conn.execute(query).scalars().all()


def _message_rows(conn: Connection, docs: list[int], wanted: Wanted) -> list[Row]:
    """What the tables tell of these documents' messages, without what is deleted, hidden or not selected."""
    m, v, c = messages.c, variants.c, conversations.c
    query = (
        select(
            *(m[name] for name in ("pos", "id", "conv_id", "parent_pos", "depth", "jump_pos", "role", "name")),
            *(m.cut_pos, m.created_at, v.n, v.text),
            *(c[name] for name in _HOME),
        )
        .join(variants, v.message_pos == m.pos)
        .join(conversations, c.id == m.conv_id)
        .where(m.pos.in_(sorted({place_of_doc(doc)[0] for doc in docs})), m.owner_id == wanted.owner_id)
        .where(m.deleted_pos.is_(None), or_(m.cut_pos.is_(None), c.family.is_not(None)))
    )
    if not wanted.hidden:
        query = query.where(m.hidden == 0)
    if not wanted.variants:
        query = query.where(v.n == m.active_variant)
    return [dict(row) for row in conn.execute(_dated(query, m.created_at, wanted)).mappings()]


def _dated(query: Any, column: Any, wanted: Wanted) -> Any:
    if wanted.since is not None:
        query = query.where(column >= wanted.since)
    return query if wanted.until is None else query.where(column < wanted.until)


def _where_shown(conn: Connection, row: Row, place: Row | None) -> Row | None:
    """The conversation a hit is shown in: the one asked for, its own, or a copy when its own is in the trash."""
    at_home = row["cut_pos"] is None
    if place is not None:
        own = row["conv_id"] == place["id"]
        return place if (at_home if own else _shares(conn, place, row)) else None
    if at_home and row["deleted_pos"] is None:
        return {"id": row["conv_id"], "title": row["title"]}
    c = conversations.c
    living = (c.family == row["family"]) & c.deleted_pos.is_(None) & c.fork_pos.is_not(None)
    copies = conn.execute(select(conversations).where(living).order_by(c.id).limit(FAMILY_MAX)).mappings()
    return next((dict(copy) for copy in copies if _shares(conn, dict(copy), row)), None)


def _shares(conn: Connection, copy: Row, message: Row) -> bool:
    """Whether a copy shows this message of its family: it stands above the fork."""
    if copy["fork_pos"] is None:
        return False
    fetch = _fetch(conn)
    return is_above(message, fetch(copy["fork_pos"]), fetch=fetch)


def _fetch(conn: Connection) -> Fetch:
    def fetch(pos: int) -> Row:
        return dict(conn.execute(select(messages).where(messages.c.pos == pos)).mappings().one())

    return fetch


def _found_message(doc: int, row: Row, where: Row, wanted: Wanted, avatars: Mapping[str, str]) -> Found:
    return Found(
        doc=doc,
        kind="message",
        id=row["id"],
        title=where["title"],
        snippet=snippet(row["text"], wanted.question),
        created_at=row["created_at"],
        conversation_id=where["id"],
        character_id=row["character_id"],
        character_name=row["character_name"],
        avatar_url=avatars.get(row["character_id"] or ""),
        role=row["role"],
        name=row["name"],
    )


def _avatars(cast: Cast, conn: Connection, wanted: Wanted, rows: Sequence[Row]) -> Mapping[str, str]:
    ids = {row["character_id"] for row in rows if row["character_id"] is not None}
    return cast.avatars(conn, wanted.owner_id, character_ids=ids) if ids else {}

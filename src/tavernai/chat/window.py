"""A stretch of the shown path: its newest end, what stands above or below a message, around one, at a date; its days.

The path hangs on its leaf and is read upwards. What lies below a message is found by the skip pointers of
domain/tree.py: the node some way below is O(log depth) rows away, and from it the stretch is read up to the message.
So no page costs more in a chat of 10,000 than in one of a hundred.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Connection, Select, bindparam, case, cast, func, null, select

from tavernai.chat.domain.tree import Fetch, ancestor_at, is_above, variant_on_path
from tavernai.chat.errors import MessageOffPath
from tavernai.chat.items import IN_LIST_MAX, Item, Place, message_items, on
from tavernai.chat.tables import messages, variants
from tavernai.kernel.paging import Page, decode_cursor, encode_cursor
from tavernai.storage.queries import Query
from tavernai.storage.rows import Row
from tavernai.storage.schema import Int

PAGE_CHARS_MAX = 1_000_000
"""Texts of one page together. Making an answer of so much holds the loop for some 15 ms; fifty texts as long as a
message may be would hold it, and all streams with it, for seconds."""
DAY_MS = 86_400_000
MINUTE_MS = 60_000
_CARRIED = (
    "pos",
    "id",
    "conv_id",
    "parent_pos",
    "parent_variant",
    "depth",
    "role",
    "name",
    "character_id",
    "hidden",
    "version",
    "variant_count",
    "created_at",
    "deleted_pos",
    "cut_pos",
)
_STEPS = ("pos", "id", "parent_pos", "parent_variant", "depth", "jump_pos", "created_at", "deleted_pos")
_STEP = Query(select(*(messages.c[name] for name in _STEPS)).where(messages.c.pos == bindparam("of")))


def path_up(names: Sequence[str], *, has_floor: bool = False) -> Select[Any]:
    """From a leaf toward the root, newest first, until `enough` messages outside the trash were seen.

    The columns travel inside the recursion: joining the messages again afterwards makes SQLite, once it has statistics,
    build a filter over the whole table (2.3 ms against 0.1 ms in a chat of 10,000). With a floor, only what is deeper.
    """
    m = messages.alias("m")
    start = select(
        _seen(messages.c.deleted_pos).label("seen"),
        cast(bindparam("variant", type_=Int), BigInteger).label("n"),
        cast(null(), BigInteger).label("child_pos"),
        *(messages.c[name] for name in names),
    ).where(messages.c.pos == bindparam("leaf", type_=Int))
    path = start.cte("path", recursive=True)
    step = (
        select(
            path.c.seen + _seen(m.c.deleted_pos),
            path.c.parent_variant,
            path.c.pos,
            *(m.c[name] for name in names),
        )
        .join(m, m.c.pos == path.c.parent_pos)
        .where(path.c.seen < bindparam("enough", type_=Int))
    )
    if has_floor:
        step = step.where(m.c.depth > bindparam("floor", type_=Int))
    path = path.union_all(step)
    return select(path).order_by(path.c.pos.desc())


def _seen(deleted_pos: Any) -> Any:
    return case((deleted_pos.is_(None), 1), else_=0)


_PATH = Query(path_up(_CARRIED))
_STRETCH = Query(path_up(_CARRIED, has_floor=True))
EVERYTHING = 2**31


def path_rows(conn: Connection, leaf: int, n: int, enough: int) -> list[Row]:
    """The path above this leaf, itself first."""
    return list(_PATH.all(conn, leaf=leaf, variant=n, enough=enough))


@dataclass(frozen=True, slots=True)
class Window:
    """Messages of the shown path, oldest first, and whether there is more on either side."""

    items: list[Item]
    next_cursor: str | None = None
    """id of the oldest one here, for `before`; None: the top is reached"""
    newer_cursor: str | None = None
    """id of the newest one here, for `after`; None: the newest is reached"""


def fetch_on(conn: Connection) -> Fetch:
    """Messages by position, in few columns, each read once."""
    known: dict[int, Mapping[str, Any]] = {}

    def fetch(pos: int) -> Mapping[str, Any]:
        if pos not in known:
            found = _STEP.first(conn, of=pos)
            assert found is not None, f"no message at position {pos}"
            known[pos] = found
        return known[pos]

    return fetch


@dataclass(frozen=True, slots=True)
class Path:
    """The path a conversation shows."""

    conn: Connection
    conversation: Row
    fetch: Fetch

    @classmethod
    def of(cls, conn: Connection, conversation: Row) -> "Path":
        return cls(conn, conversation, fetch_on(conn))

    @property
    def leaf(self) -> Mapping[str, Any] | None:
        pos = self.conversation["active_leaf"]
        return None if pos is None else self.fetch(pos)

    def has(self, message: Mapping[str, Any]) -> bool:
        leaf = self.leaf
        return leaf is not None and is_above(message, leaf, fetch=self.fetch)

    def check_has(self, message: Mapping[str, Any]) -> None:
        """Raises MessageOffPath."""
        if not self.has(message):
            raise MessageOffPath

    def shown_at(self, message: Mapping[str, Any]) -> int | None:
        """The variant the path shows of this message; None off the path."""
        return variant_on_path(message, self.leaf, self.conversation["leaf_variant"], fetch=self.fetch)

    def below(self, message: Mapping[str, Any]) -> tuple[int, int] | None:
        """The next message on the path and the variant of this one that it hangs on; None at the leaf."""
        leaf = self.leaf
        child = None if leaf is None else ancestor_at(leaf, message["depth"] + 1, fetch=self.fetch)
        return None if child is None else (child["pos"], child["parent_variant"])

    def upward(self, message: Mapping[str, Any], enough: int) -> list[Place]:
        """So many messages outside the trash from this one up, itself first where it is none of the trash."""
        below = self.below(message)
        n = self.conversation["leaf_variant"] if below is None else below[1]
        rows = path_rows(self.conn, message["pos"], n, enough)
        return self.places(rows, child=None if below is None else below[0])

    def downward(self, message: Mapping[str, Any], wanted: int) -> list[Place]:
        """So many messages outside the trash that stand below this one, the highest first."""
        leaf, found, span = self.leaf, list[Place](), wanted
        above = message
        while leaf is not None and len(found) < wanted and above["depth"] < leaf["depth"]:
            end = ancestor_at(leaf, min(above["depth"] + span, leaf["depth"]), fetch=self.fetch)
            assert end is not None
            found += reversed(self._stretch(end, floor=above["depth"]))
            above, span = end, span * 2
        return found[:wanted]

    def _stretch(self, end: Mapping[str, Any], *, floor: int) -> list[Place]:
        below = self.below(end)
        n = self.conversation["leaf_variant"] if below is None else below[1]
        rows = _STRETCH.all(self.conn, leaf=end["pos"], variant=n, enough=EVERYTHING, floor=floor)
        return self.places(rows, child=None if below is None else below[0])

    def places(self, rows: Sequence[Row], *, child: int | None) -> list[Place]:
        ids = {row["pos"]: row["id"] for row in rows}
        if rows and rows[-1]["parent_pos"] is not None:
            ids[rows[-1]["parent_pos"]] = self.fetch(rows[-1]["parent_pos"])["id"]
        return [
            Place(row, row["n"], row["child_pos"] or child, ids.get(row["parent_pos"]))
            for row in rows
            if row["deleted_pos"] is None
        ]

    def shown(self, places: Sequence[Place], *, at: int, has_older: bool, has_newer: bool) -> Window:
        """These places, oldest first, or as many of them around the one `at` as a page holds."""
        start, end = fitting(_sizes(self.conn, places), at=at)
        has_older, has_newer, places = has_older or start > 0, has_newer or end < len(places), places[start:end]
        items = message_items(on(self.conn), self.conversation, places)
        older = places[0].message["id"] if has_older and places else None
        newer = places[-1].message["id"] if has_newer and places else None
        return Window(items, older, newer)


CHARS = (func.length(variants.c.text) + func.coalesce(func.length(variants.c.reasoning), 0)).label("chars")
_CHARS = select(variants.c.message_pos, variants.c.n, CHARS).where(
    variants.c.message_pos.in_(bindparam("positions", expanding=True)),
    variants.c.n.in_(bindparam("numbers", expanding=True)),
)


def _sizes(conn: Connection, places: Sequence[Place]) -> list[int]:
    """How long the texts shown at these places are."""
    found: dict[tuple[int, int], int] = {}
    for start in range(0, len(places), IN_LIST_MAX):
        some = places[start : start + IN_LIST_MAX]
        wanted = {"positions": [place.message["pos"] for place in some], "numbers": sorted({one.n for one in some})}
        found |= {(row["message_pos"], row["n"]): row["chars"] for row in on(conn)(_CHARS, wanted)}
    return [found[place.message["pos"], place.n] for place in places]


def fitting(sizes: Sequence[int], *, at: int, most: int = PAGE_CHARS_MAX) -> tuple[int, int]:
    """The stretch around `at`, from and until, that a page holds: evenly to both sides, and always `at` itself."""
    if not sizes:
        return 0, 0
    start, end, left = at, at + 1, most - sizes[at]
    may_lower, may_rise = True, True
    while may_lower or may_rise:
        may_lower = may_lower and start > 0 and sizes[start - 1] <= left
        if may_lower:
            start, left = start - 1, left - sizes[start - 1]
        may_rise = may_rise and end < len(sizes) and sizes[end] <= left
        if may_rise:
            end, left = end + 1, left - sizes[end]
    return start, end


def newest(conn: Connection, conversation: Row, *, limit: int) -> Window:
    """The end of the path."""
    path = Path.of(conn, conversation)
    leaf = path.leaf
    found = [] if leaf is None else path.upward(leaf, limit + 1)
    places = found[:limit][::-1]
    return path.shown(places, at=len(places) - 1, has_older=len(found) > limit, has_newer=False)


def before(conn: Connection, conversation: Row, message: Row, *, limit: int) -> Window:
    """What stands above a message, on the shown path or on its own."""
    path = Path.of(conn, conversation)
    if message["parent_pos"] is None:
        return Window([])
    rows = path_rows(conn, message["parent_pos"], message["parent_variant"], limit + 1)
    found = path.places(rows, child=message["pos"])
    places = found[:limit][::-1]
    return path.shown(places, at=len(places) - 1, has_older=len(found) > limit, has_newer=path.has(message))


def after(conn: Connection, conversation: Row, message: Row, *, limit: int) -> Window:
    """What stands below a message of the shown path. Raises MessageOffPath."""
    path = Path.of(conn, conversation)
    path.check_has(message)
    found = path.downward(message, limit + 1)
    return path.shown(found[:limit], at=0, has_older=bool(found), has_newer=len(found) > limit)


def around(conn: Connection, conversation: Row, message: Mapping[str, Any], *, limit: int) -> Window:
    """A message of the shown path in the middle of what stands about it. Raises MessageOffPath."""
    path = Path.of(conn, conversation)
    path.check_has(message)
    found = path.downward(message, limit // 2 + 1)
    newer = found[: limit // 2]
    above = path.upward(message, limit - len(newer) + 1)
    older = above[: limit - len(newer)]
    places = [*reversed(older), *newer]
    at = max(0, len(older) - 1)  # the message itself, or what stands above it where it is in the trash
    return path.shown(places, at=at, has_older=len(above) > len(older), has_newer=len(found) > len(newer))


def at(conn: Connection, conversation: Row, moment: int, *, limit: int) -> Window:
    """About the first message of the path that was written then (ms) or later; the end of the path when none was."""
    path = Path.of(conn, conversation)
    found = first_since(path.leaf, moment, fetch=path.fetch)
    if found is None:
        return newest(conn, conversation, limit=limit)
    return around(conn, conversation, found, limit=limit)


def first_since(leaf: Mapping[str, Any] | None, moment: int, *, fetch: Fetch) -> Mapping[str, Any] | None:
    """The highest node of the path not written before `moment`, as long as times grow along it; O(log depth)."""
    if leaf is None or leaf["created_at"] < moment:
        return None
    node = leaf
    while node["parent_pos"] is not None:
        parent = fetch(node["parent_pos"])
        if parent["created_at"] < moment:
            break
        jump = fetch(node["jump_pos"])
        node = jump if jump["created_at"] >= moment else parent
    return node


def _days() -> Select[Any]:
    """Days of the person's clock with the first message and the count of each, the newest first; one walk."""
    m = messages.alias("m")
    names = ("pos", "parent_pos", "created_at", "deleted_pos")
    path = select(*(messages.c[name] for name in names)).where(messages.c.pos == bindparam("leaf", type_=Int))
    found = path.cte("path", recursive=True)
    step = select(*(m.c[name] for name in names)).join(found, m.c.pos == found.c.parent_pos)
    found = found.union_all(step)
    day = (found.c.created_at + bindparam("offset", type_=Int)) // DAY_MS
    counted = select(day.label("day"), func.min(found.c.pos).label("pos"), func.count().label("count"))
    counted = counted.where(found.c.deleted_pos.is_(None), day < bindparam("until", type_=Int))
    return counted.group_by(day).order_by(day.desc()).limit(bindparam("most", type_=Int))


_DAYS = Query(_days())


def days(conn: Connection, conversation: Row, *, tz_minutes: int, cursor: str | None, limit: int) -> Page[Item]:
    """The days on which the shown path was written, the newest first."""
    if conversation["active_leaf"] is None:
        return Page([])
    until = EVERYTHING if cursor is None else decode_cursor(cursor, int)[0]
    offset = tz_minutes * MINUTE_MS
    rows = _DAYS.all(conn, leaf=conversation["active_leaf"], offset=offset, until=until, most=limit + 1)
    fetch = fetch_on(conn)
    items = [
        {"day": _date(row["day"]), "message_id": fetch(row["pos"])["id"], "count": row["count"]} for row in rows[:limit]
    ]
    return Page(items, encode_cursor(rows[limit - 1]["day"]) if len(rows) > limit else None)


def _date(day: int) -> str:
    return datetime.fromtimestamp(day * 86_400, UTC).date().isoformat()

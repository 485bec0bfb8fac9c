"""Search over everything a person has: each room finds what is its own, and this puts the answers into one list."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from tavernai.kernel.paging import BadCursor, Page, decode_cursor, encode_cursor
from tavernai.ledger.follower import Follower
from tavernai.ledger.ports import Storage
from tavernai.storage.finding import Finder, Found, Wanted

CATCH_UP_SECONDS_MAX = 0.5
DOC_MAX = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: at this finder, below this document."""

    at: int
    before: int


class SearchService:
    """One list of hits, kind after kind, the newest of each first."""

    def __init__(self, storage: Storage, follower: Follower, finders: Sequence[Finder]) -> None:
        """`finders` in the order their hits are shown."""
        self._storage = storage
        self._follower = follower
        self._finders = finders

    async def find(
        self, wanted: Wanted, *, kinds: Collection[str], scopes: Collection[str], cursor: str | None, limit: int
    ) -> Page[Found]:
        """A page of hits of these kinds; what was committed before is in it unless much has to be indexed first.

        Raises:
            BadCursor: not a cursor of this search.
        """
        finders = [one for one in self._finders if one.kind in kinds and one.scope in scopes]
        place = _place(cursor, finders)
        if wanted.question.is_empty:
            return Page([])
        await self._follower.caught_up(seconds_max=CATCH_UP_SECONDS_MAX)
        return await self._storage.read(lambda conn: _page(conn, finders, wanted, place, limit))


def _page(conn: Connection, finders: Sequence[Finder], wanted: Wanted, place: Place | None, limit: int) -> Page[Found]:
    items: list[Found] = []
    start, before = (0, None) if place is None else (place.at, place.before)
    for number, finder in enumerate(finders[start:], start=start):
        found, rest = finder.find(conn, wanted, before=before, limit=limit - len(items))
        items += found
        if rest is not None:
            return Page(items, encode_cursor(finder.kind, rest))
        before = None
        if len(items) >= limit and number + 1 < len(finders):
            return Page(items, encode_cursor(finders[number + 1].kind, DOC_MAX))
    return Page(items)


def _place(cursor: str | None, finders: Sequence[Finder]) -> Place | None:
    if cursor is None:
        return None
    kind, before = decode_cursor(cursor, str, int)
    at = next((number for number, one in enumerate(finders) if one.kind == kind), None)
    if at is None:
        raise BadCursor
    return Place(at, before)

"""What is looked for and what was found: the words rooms and the search that asks them share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from sqlalchemy import Connection

from tavernai.kernel.snippets import Part
from tavernai.kernel.words import Question

Kind = Literal["character", "conversation", "message"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question and what narrows it; times in ms, `since` included, `until` not."""

    owner_id: str
    question: Question
    character_id: str | None = None
    conversation_id: str | None = None
    role: str | None = None
    since: int | None = None
    until: int | None = None
    hidden: bool = False
    """also messages that are not told to the model"""
    variants: bool = False
    """also variants that are not the one selected"""


@dataclass(frozen=True, slots=True)
class Found:
    """One hit; `doc` orders hits of one kind: a greater one is newer."""

    doc: int
    kind: Kind
    id: str
    title: str
    snippet: list[Part]
    created_at: int
    conversation_id: str | None = None
    character_id: str | None = None
    character_name: str | None = None
    avatar_url: str | None = None
    role: str | None = None
    name: str | None = None


class Finder(Protocol):
    """How a room finds what is its own. Fulfilled beside each room's index."""

    kind: Kind
    scope: str
    """what a key must allow to find this"""

    def find(
        self, conn: Connection, wanted: Wanted, *, before: int | None, limit: int
    ) -> tuple[list[Found], int | None]:
        """At most `limit` hits below `before`, newest first, and below which the next page begins; None: at the end."""
        ...


LOOKS = (100, 400, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000)
"""How many entries each further look at an index takes; after the last one a page ends, whatever it holds."""


def walked(
    entries: Callable[[int | None, int], list[int]],
    living: Callable[[list[int]], Mapping[int, Found]],
    *,
    before: int | None,
    limit: int,
) -> tuple[list[Found], int | None]:
    """Go down an index until a page is full, past entries of what is no longer there or was filtered out.

    Args:
        entries: documents below a number, at most so many, the greatest first.
        living: those of them that may be shown.
    Returns:
        As Finder.find. A page may be short, even empty, and still lead on: the walk is bounded.
    """
    found: list[Found] = []
    for look in LOOKS:
        docs = entries(before, look)
        shown = living(docs) if docs else {}
        found += [shown[doc] for doc in docs if doc in shown]
        if len(found) > limit:
            return found[:limit], found[limit - 1].doc
        if len(docs) < look:
            return found, None
        before = docs[-1]
    return found, before

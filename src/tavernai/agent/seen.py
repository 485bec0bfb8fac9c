"""What macros of a text saw before it was recorded, and whether that still stands when it is.

Texts are read on a snapshot, beside the writer; two that are posted at the same moment see the same variables, and the
later one would undo what the earlier one changed. So the unit that records looks again, by key, and has the text heard
anew when something moved.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection as Reader
from sqlalchemy import select

from tavernai.agent.branch import AT_ONCE, states_of
from tavernai.agent.tables import branch_states, person_variables
from tavernai.chat.store import HistoryRow
from tavernai.chat.tables import conversations
from tavernai.ledger.transaction import Transaction
from tavernai.storage.rows import Row

LEAF = ("active_leaf", "leaf_variant")
STATE = ("timed", "local", "is_change")


class HeardTooEarly(Exception):  # a signal between hearing and recording, never seen outside
    """Variables have changed since the text was read."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The end of the branch, the states of its newest messages, and the variables that hold everywhere."""

    leaf: tuple[Any, ...] | None
    """None: there is no conversation yet"""
    states: Mapping[str, tuple[Any, ...] | None]
    everywhere: str | None

    def check(self, tx: Transaction, owner_id: str, conversation: Row) -> None:
        """Raises HeardTooEarly."""
        if self.leaf is not None and self.leaf != tuple(conversation[name] for name in LEAF):
            raise HeardTooEarly
        row = tx.get(person_variables, owner_id)
        if (row["everywhere"] if row is not None else None) != self.everywhere:
            raise HeardTooEarly
        if any(_state(tx.get(branch_states, variant_id)) != state for variant_id, state in self.states.items()):
            raise HeardTooEarly


def seen(conn: Reader, owner_id: str, conversation_id: str | None, *, rows: Sequence[HistoryRow]) -> Seen:
    """What stands there now; `rows`: messages of the branch, oldest first."""
    newest = [row.variant_id for row in rows[-AT_ONCE:]]
    found = states_of(conn, newest)
    p, c = person_variables.c, conversations.c
    everywhere = conn.execute(select(p.everywhere).where(p.owner_id == owner_id)).scalar_one_or_none()
    leaf = None
    if conversation_id is not None:
        leaf = tuple(conn.execute(select(*(c[name] for name in LEAF)).where(c.id == conversation_id)).one())
    return Seen(leaf, {one: _state(found.get(one)) for one in newest}, everywhere)


def _state(row: Row | None) -> tuple[Any, ...] | None:
    return None if row is None else tuple(row[name] for name in STATE)

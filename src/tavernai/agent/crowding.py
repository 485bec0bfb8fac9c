"""How many replies one person may have in the making."""

from typing import Final

from sqlalchemy import Connection, bindparam, func, literal, select, text

from tavernai.agent.errors import TooManyOpen
from tavernai.agent.tables import tasks
from tavernai.storage.queries import Query
from tavernai.storage.schema import Int

OPEN_MAX: Final = 2_000
"""Half of what a process runs at once (runner.RUNNING_MAX): a person who asks in every chat leaves the other half."""

_some = (
    select(literal(1).label("one"))
    # In the index's own words: SQLite takes a partial index only where the same condition stands, values and all.
    .where(tasks.c.owner_id == bindparam("owner_id"), text("tasks.state IN ('queued', 'running')"))
    .limit(bindparam("most", type_=Int))
    .subquery()
)
_OPEN = Query(select(func.count().label("count")).select_from(_some))


def check_crowd(conn: Connection, owner_id: str, *, most: int = OPEN_MAX) -> None:
    """Whether one more of this person's may queue.

    Asked on a snapshot before the unit, since counting there would cost every other unit of its group: who asks for
    many in the same moment gets some more.

    Raises:
        TooManyOpen
    """
    if _OPEN.value(conn, owner_id=owner_id, most=most) >= most:
        raise TooManyOpen(open_max=most)

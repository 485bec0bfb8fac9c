"""Who speaks in a conversation of several characters."""

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, select

from tavernai.chat.events import ConversationGrouped
from tavernai.chat.tables import conversation_groups
from tavernai.storage.queries import Query
from tavernai.storage.unit import Unit

_GROUP = Query(
    select(conversation_groups.c.owner_id, conversation_groups.c.data).where(
        conversation_groups.c.conv_id == bindparam("of")
    )
)


def group_of(conn: Connection, owner_id: str, conversation_id: str) -> Mapping[str, Any] | None:
    """What `conversation.grouped` told of it; None: one character, or none, or somebody else's."""
    row = _GROUP.first(conn, of=conversation_id)
    if row is None or row["owner_id"] != owner_id:
        return None
    found: Mapping[str, Any] = orjson.loads(row["data"])
    return found


def copied(tx: Unit, conversation_id: str, *, copy_id: str) -> list[ConversationGrouped]:
    """The fact that makes a copy one of the same characters; none for a conversation without several."""
    row = tx.get(conversation_groups, conversation_id)
    return [] if row is None else [ConversationGrouped(copy_id, orjson.loads(row["data"]))]

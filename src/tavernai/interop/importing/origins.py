"""What imported conversations brought along, for chat to give back with an export."""

from typing import Any

import orjson
from sqlalchemy import Connection, select

from tavernai.chat.ports import Kept
from tavernai.interop.importing.tables import import_kept


class ImportOrigins:
    """Fulfils chat's port from what imports kept."""

    def kept(self, conn: Connection, conversation_id: str) -> Kept:
        c = import_kept.c
        query = select(c.kind, c.data).where(c.object_id == conversation_id, c.deleted == 0).order_by(c.id)
        metadata: dict[str, Any] = {}
        lines: dict[str, Any] = {}
        for kind, data in conn.execute(query):
            if kind == "message_lines":
                lines |= orjson.loads(data)
            elif kind == "chat_metadata":
                metadata = orjson.loads(data)
        return Kept(metadata, lines)

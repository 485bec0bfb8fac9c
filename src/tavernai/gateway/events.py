"""Facts about connections, in the stream `conn:<id>` of each. The key is in none of them, only whether there is one."""

from typing import Any

from tavernai.kernel.facts import fact
from tavernai.ledger.domain import Stream


def connection_stream(connection_id: str, owner_id: str) -> Stream:
    """Where everything about one connection is recorded; it belongs to the owner who added it."""
    return Stream(key=f"conn:{connection_id}", owner_id=owner_id)


@fact("connection.added")
class ConnectionAdded:
    """A connection was set up."""

    connection_id: str
    name: str
    kind: str
    base_url: str
    model: str
    is_default: bool
    has_key: bool
    settings: dict[str, Any]


@fact("connection.changed")
class ConnectionChanged:
    """Fields of a connection have other values; `was` holds those before. A new key shows as `has_key` only."""

    connection_id: str
    changes: dict[str, Any]
    was: dict[str, Any]


@fact("connection.removed")
class ConnectionRemoved:
    """The connection is gone, and its key with it."""

    connection_id: str
    name: str

"""Records whose every change counts: one fact, one version, one line of history.

For rooms whose things are a row with `owner_id`, `version`, `updated_at` and `deleted_at`, and a table of history
beside it. The ledger holds what they were: version n is what the first n facts of the thing's stream tell.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeVar

import orjson
from sqlalchemy import Connection, Table, select

from tavernai.kernel.canonical import canonical_json
from tavernai.kernel.clock import rfc3339
from tavernai.kernel.errors import NotFound
from tavernai.kernel.facts import Recorded, fact_from
from tavernai.ledger.store import stream_after
from tavernai.storage.rows import Row
from tavernai.storage.unit import Unit

READ_AT_ONCE = 200

Against = Literal["before", "now"]
"""what a version is compared with: the one before it, or the present"""


@dataclass(frozen=True, slots=True)
class Versioned:
    """A table of things and the one of their history. `key`: what facts and history call a thing's id."""

    table: Table
    history: Table
    key: str

    def begun(self, tx: Unit, recorded: Recorded, row: Mapping[str, Any]) -> None:
        """Fold: the thing is there, version 1."""
        told = {"created_at": recorded.ts, "updated_at": recorded.ts, "version": 1, "deleted_at": None}
        tx.insert(self.table, {"owner_id": recorded.owner_id, **row, **told})
        self._remember(tx, recorded, row["id"], version=1, changed=[])

    def changed(
        self, tx: Unit, recorded: Recorded, thing_id: str, *, values: Mapping[str, Any], changed: list[str]
    ) -> None:
        """Fold: it is another now; `changed` names its fields."""
        row = tx.get(self.table, thing_id)
        if row is None:
            return
        version = row["version"] + 1
        tx.update(self.table, thing_id, **values, updated_at=recorded.ts, version=version)
        self._remember(tx, recorded, thing_id, version=version, changed=changed)

    def trashed(self, tx: Unit, recorded: Recorded, fact: Any) -> None:
        """Fold: it is in the trash."""
        self.changed(tx, recorded, getattr(fact, self.key), values={"deleted_at": recorded.ts}, changed=[])

    def restored(self, tx: Unit, recorded: Recorded, fact: Any) -> None:
        """Fold: it is back."""
        self.changed(tx, recorded, getattr(fact, self.key), values={"deleted_at": None}, changed=[])

    def lines(
        self, conn: Connection, owner_id: str, thing_id: str, *, before: int | None = None, limit: int = 1
    ) -> list[Row]:
        """Its history, newest first, below version `before`."""
        c = self.history.c
        query = select(self.history).where(c[self.key] == thing_id, c.owner_id == owner_id)
        if before is not None:
            query = query.where(c.version < before)
        return [dict(row) for row in conn.execute(query.order_by(c.version.desc()).limit(limit)).mappings()]

    def line(self, conn: Connection, owner_id: str, thing_id: str, version: int) -> Row:
        """One line of its history. Raises NotFound."""
        lines = self.lines(conn, owner_id, thing_id, before=version + 1)
        if not lines or lines[0]["version"] != version:
            raise NotFound
        return lines[0]

    def _remember(self, tx: Unit, recorded: Recorded, thing_id: str, *, version: int, changed: list[str]) -> None:
        tx.insert(self.history, {
            self.key: thing_id, "version": version, "owner_id": recorded.owner_id, "at": recorded.ts,
            "kind": recorded.kind, "changed": canonical_text(changed), "actor": recorded.actor,
        })  # fmt: skip


def canonical_text(value: Any) -> str:
    """JSON as folds keep it: the same text on every engine, whatever the order the payload came back in."""
    return canonical_json(value).decode()


def line_shown(row: Row) -> dict[str, Any]:
    """One line of a history: plain JSON values."""
    told = {name: row[name] for name in ("version", "kind", "actor")}
    return told | {"at": rfc3339(row["at"]), "changed": orjson.loads(row["changed"])}


class State(Protocol):
    """What a thing was at one version. `brought_back`: the version that its last change made it like again."""

    @property
    def brought_back(self) -> int | None: ...


_S = TypeVar("_S", bound=State)


def compared(
    conn: Connection,
    stream: str,
    line: Row,
    *,
    now: int,
    against: Against,
    state_of: Callable[[Iterable[Any]], _S],
    differences: Callable[[_S, _S], tuple[list[Any], int]],
) -> dict[str, Any]:
    """A line of a history with what changed then, or how the thing was then against how it is at version `now`."""
    other = now if against == "now" else line["version"] - 1
    then, beside = (state_of(facts_of(conn, stream, versions=one)) for one in (line["version"], other))
    groups, more = differences(beside, then)
    told = {"brought_back": then.brought_back, "against": against, "groups": groups, "more": more}
    return line_shown(line) | told


def facts_of(conn: Connection, stream: str, *, versions: int) -> Iterator[Any]:
    """The first facts of a stream: what made the thing's first versions. Those whose text was erased are None."""
    pos, left = 0, versions
    while left > 0 and (page := stream_after(conn, stream, pos, limit=min(left, READ_AT_ONCE))):
        for recorded in page:
            yield fact_from(recorded.kind, recorded.v, recorded.payload)
        pos, left = page[-1].pos, left - len(page)

"""A unit of work that can record facts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from tavernai.kernel.canonical import sealed
from tavernai.kernel.chance import random_piece
from tavernai.kernel.clock import Clock, now_ms
from tavernai.kernel.facts import By, Recorded, kind_of, payload_of, version_of
from tavernai.kernel.ids import new_id
from tavernai.ledger.domain import Stream, link_hash, payload_hash, seed_hash
from tavernai.ledger.errors import StreamMoved
from tavernai.ledger.projections import Projections
from tavernai.ledger.tables import ledger_events, ledger_payloads, streams
from tavernai.storage.ports import Dialog
from tavernai.storage.rows import Row
from tavernai.storage.unit import Group, Unit


class Transaction(Unit):
    """What a unit of work gets: rows by key, and `append`."""

    def __init__(self, group: Group, *, now: int, start: int, stream_start: int, projections: Projections) -> None:
        super().__init__(group, now=now)
        self._projections = projections
        self.recorded: list[Recorded] = []
        self._pos = start
        self._stream_id = stream_start

    @property
    def position(self) -> int:
        """The newest position this unit knows."""
        return self._pos

    @property
    def newest_stream(self) -> int:
        return self._stream_id

    def append(
        self,
        stream: Stream,
        facts: Sequence[Any],
        *,
        by: By,
        task_id: str | None = None,
        cause_id: str | None = None,
        expected_seq: int | None = None,
    ) -> list[Recorded]:
        """Record the facts at the end of the stream, chained, and fold each into the read tables.

        Raises:
            StreamMoved: the stream's head is not `expected_seq` (facts: head_seq).
        """
        head = self._head(stream)
        if expected_seq is not None and head["head_seq"] != expected_seq:
            raise StreamMoved(head_seq=head["head_seq"])
        seq, prev, recorded = head["head_seq"], head["head_hash"], []
        all_told = [_told(fact) for fact in facts]
        for told in all_told:
            seq += 1
            one = self._record(stream, told, seq=seq, prev=prev, by=by, task_id=task_id, cause_id=cause_id, head=head)
            prev = one.hash
            recorded.append(one)
        self.update(streams, head["stream_id"], head_seq=seq, head_hash=prev)
        for told, one in zip(all_told, recorded, strict=True):
            self._projections.fold(self, one, told.fact)
        return recorded

    def _head(self, stream: Stream) -> Row:
        head = self.find(streams, key=stream.key)
        if head is not None:
            return head
        self._stream_id += 1
        fresh = {
            "stream_id": self._stream_id, "key": stream.key, "kind": stream.kind, "owner_id": stream.owner_id,
            "head_seq": 0, "head_hash": seed_hash(stream.key), "created_at": self.now, "erased_at": None,
        }  # fmt: skip
        self.insert(streams, fresh)
        return fresh

    def _record(
        self,
        stream: Stream,
        told: "Told",
        *,
        seq: int,
        prev: str,
        by: By,
        task_id: str | None,
        cause_id: str | None,
        head: Row,
    ) -> Recorded:
        salt = random_piece()
        self._pos += 1
        event_id, kind, v = new_id(), told.kind, told.v
        of_payload = payload_hash(salt, told.data)
        link = link_hash(
            prev, event_id, stream.key, seq, kind, v, self.now, by.actor, by.origin, task_id, cause_id, of_payload
        )
        one = Recorded(
            self._pos, event_id, stream.key, seq, kind, v, self.now, by.actor, by.origin, task_id, cause_id,
            told.payload, link, head["owner_id"],
        )  # fmt: skip
        self.insert(ledger_events, _event_row(one, head["stream_id"], of_payload))
        self.insert(ledger_payloads, {"pos": one.pos, "salt": salt, "data": told.data.decode()})
        self.recorded.append(one)
        return one


@dataclass(slots=True)
class Told:
    """A fact as it is written; `fact` None: cleaning changed its texts, so a fold must read what was written."""

    kind: str
    v: int
    payload: dict[str, Any]
    data: bytes
    fact: Any | None


def _told(fact: Any) -> Told:
    given = payload_of(fact)
    payload, data = sealed(given)
    return Told(kind_of(fact), version_of(fact), payload, data, fact if payload is given else None)


def _event_row(one: Recorded, stream_id: int, of_payload: str) -> dict[str, Any]:
    return {
        "pos": one.pos, "id": one.id, "stream_id": stream_id, "seq": one.seq, "kind": one.kind, "v": one.v,
        "ts": one.ts, "actor": one.actor, "origin": one.origin, "task_id": one.task_id, "cause_id": one.cause_id,
        "payload_hash": of_payload, "hash": one.hash,
    }  # fmt: skip


class LedgerSession:
    """Positions and folds for the writer's groups: the ledger's side of group commit."""

    def __init__(self, dialog: Dialog, projections: Projections, *, clock: Clock = now_ms) -> None:
        self._dialog = dialog
        self._projections = projections
        self._clock = clock
        self._pos = self._streams = 0
        self._recorded: list[Recorded] = []

    def open(self, group: Group, connection: Connection) -> None:
        if not group.known.is_current:
            self._pos, self._streams = self._dialog.newest(connection)
        self._recorded = []

    def unit(self, group: Group) -> Transaction:
        return Transaction(
            group, now=self._clock(), start=self._pos, stream_start=self._streams, projections=self._projections
        )

    def kept(self, unit: Transaction) -> None:
        self._pos, self._streams = unit.position, unit.newest_stream
        self._recorded += unit.recorded

    def committed(self) -> Sequence[Recorded]:
        return self._recorded

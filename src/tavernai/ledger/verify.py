"""Does the ledger still say what was recorded? Walks every link and names the first broken one of each stream."""

from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, select

from tavernai.kernel.facts import Recorded
from tavernai.ledger.domain import event_hash, payload_hash, seed_hash
from tavernai.ledger.tables import ledger_events as e
from tavernai.ledger.tables import ledger_payloads as p
from tavernai.ledger.tables import streams as s


@dataclass(frozen=True, slots=True)
class Fault:
    """One place where the chain does not hold."""

    stream: str
    seq: int
    pos: int
    what: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verifying found."""

    events: int
    streams: int
    faults: tuple[Fault, ...]

    @property
    def ok(self) -> bool:
        return not self.faults


def verify(conn: Connection, *, faults_max: int = 100) -> Verdict:
    """Check gaplessness, payload hashes, the chain of each stream, the heads, and the global positions."""
    faults: list[Fault] = []
    heads = {row.stream_id: row for row in conn.execute(select(s))}
    count = _check_streams(conn, heads, faults, faults_max)
    _check_positions(conn, count, faults)
    return Verdict(count, len(heads), tuple(faults[:faults_max]))


def verify_newest(conn: Connection, *, streams: int) -> Verdict:
    """As `verify`, of the streams that were made last only: quick, and no promise for the others."""
    faults: list[Fault] = []
    newest = select(s).order_by(s.c.stream_id.desc()).limit(streams)
    heads = {row.stream_id: row for row in conn.execute(newest)}
    count = _check_streams(conn, heads, faults, 1, only=min(heads, default=0))
    return Verdict(count, len(heads), tuple(faults))


def _check_streams(
    conn: Connection, heads: dict[int, Any], faults: list[Fault], faults_max: int, *, only: int = 0
) -> int:
    query = select(e, p.c.salt, p.c.data).join(p, p.c.pos == e.c.pos, isouter=True).order_by(e.c.stream_id, e.c.seq)
    if only:
        query = query.where(e.c.stream_id >= only)
    count, stream_id, seq, prev, broken = 0, 0, 0, "", False
    for row in conn.execution_options(yield_per=2_000).execute(query):
        count += 1
        if row.stream_id != stream_id:
            _check_head(heads.get(stream_id), seq, prev, broken, faults)
            stream_id, seq, broken = row.stream_id, 0, False
            prev = seed_hash(heads[stream_id].key) if stream_id in heads else ""
        if broken or len(faults) >= faults_max:
            continue
        seq += 1
        fault = _check_link(row, heads.get(row.stream_id), seq=seq, prev=prev)
        if fault:
            faults.append(fault)
            broken = True
        prev = row.hash
    _check_head(heads.get(stream_id), seq, prev, broken, faults)
    return count


def _check_link(row: Any, head: Any, *, seq: int, prev: str) -> Fault | None:
    key = head.key if head else f"#{row.stream_id}"
    if row.seq != seq:
        return Fault(key, seq, row.pos, f"a fact is missing: found seq {row.seq}")
    if row.data is not None and payload_hash(row.salt, row.data.encode()) != row.payload_hash:
        return Fault(key, seq, row.pos, "the payload is not what was recorded")
    if row.data is not None and not _is_json(row.data):
        return Fault(key, seq, row.pos, "the payload is no JSON")
    event = Recorded(
        row.pos, row.id, key, row.seq, row.kind, row.v, row.ts, row.actor, row.origin, row.task_id, row.cause_id, {}, ""
    )
    if event_hash(prev, event, row.payload_hash) != row.hash:
        return Fault(key, seq, row.pos, "the event is not what was recorded")
    return None


def _check_head(head: Any, seq: int, prev: str, broken: bool, faults: list[Fault]) -> None:
    if head is None or broken:
        return
    if (head.head_seq, head.head_hash) != (seq, prev):
        faults.append(Fault(head.key, seq, 0, f"the stream's head says seq {head.head_seq}"))


def _check_positions(conn: Connection, count: int, faults: list[Fault]) -> None:
    newest = conn.execute(select(e.c.pos).order_by(e.c.pos.desc()).limit(1)).scalar() or 0
    if newest != count:
        faults.append(Fault("ledger", count, newest, f"{newest - count} positions are missing"))


def _is_json(data: str) -> bool:
    try:
        orjson.loads(data)
    except ValueError:
        return False
    return True

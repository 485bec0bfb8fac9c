"""The plan as it was last told. It is read once a minute at most, so the ledger itself is asked."""

from typing import Any

import orjson
from sqlalchemy import Connection, select

from tavernai.ledger.domain import Stream
from tavernai.ledger.tables import ledger_events as e
from tavernai.ledger.tables import ledger_payloads as p
from tavernai.ledger.tables import streams as s
from tavernai.ops.backups.plan import Plan

STREAM = Stream("server:backups", "server")
NEWEST = (
    select(p.c.data, e.c.seq)
    .join(e, e.c.pos == p.c.pos)
    .join(s, s.c.stream_id == e.c.stream_id)
    .where(s.c.key == STREAM.key)
    .order_by(e.c.seq.desc())
    .limit(1)
)


def plan_of(row: Any, default: Plan) -> Plan:
    if row is None:
        return default
    told = orjson.loads(row["data"])
    return Plan(told["hour"], told["keep_daily"], told["keep_weekly"], row["seq"])


def read_plan(conn: Connection, default: Plan) -> Plan:
    return plan_of(conn.execute(NEWEST).mappings().first(), default)

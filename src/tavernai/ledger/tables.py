"""The ledger's own tables. Payloads lie apart: a text can be erased, and the chain of events still verifies."""

from sqlalchemy import Column, Table

from tavernai.storage.schema import TRANSIENT, Bytes, Id, Index, Int, Json, Ms, Text, metadata

streams = Table(
    "streams",
    metadata,
    Column("stream_id", Int, primary_key=True, autoincrement=False),
    Column("key", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("owner_id", Text, nullable=False),
    Column("head_seq", Int, nullable=False),
    Column("head_hash", Text, nullable=False),
    Column("created_at", Ms, nullable=False),
    Column("erased_at", Ms),
    info=TRANSIENT,
)

ledger_events = Table(
    "ledger_events",
    metadata,
    Column("pos", Int, primary_key=True, autoincrement=False),
    Column("id", Id, nullable=False, unique=True),
    Column("stream_id", Int, nullable=False),
    Column("seq", Int, nullable=False),
    Column("kind", Text, nullable=False),
    Column("v", Int, nullable=False),
    Column("ts", Ms, nullable=False),
    Column("actor", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("task_id", Id),
    Column("cause_id", Id),
    Column("payload_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index("ledger_events_stream_seq", "stream_id", "seq", unique=True),
    Index("ledger_events_stream_pos", "stream_id", "pos"),
    info=TRANSIENT,
)
Index(
    "ledger_events_task",
    ledger_events.c.task_id,
    ledger_events.c.pos,
    sqlite_where=ledger_events.c.task_id.is_not(None),
    postgresql_where=ledger_events.c.task_id.is_not(None),
)

ledger_payloads = Table(
    "ledger_payloads",
    metadata,
    Column("pos", Int, primary_key=True, autoincrement=False),
    Column("salt", Bytes, nullable=False),
    Column("data", Json, nullable=False),
    info=TRANSIENT,
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("owner_id", Id, primary_key=True),
    Column("route", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("body_hash", Text, nullable=False),
    Column("answer", Json, nullable=False),
    Column("created_at", Ms, nullable=False),
    Index("idempotency_age", "created_at"),
    info=TRANSIENT,
)

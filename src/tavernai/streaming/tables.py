"""Sessions people listen through, and drafts: the tokens of running replies. Neither is a fact."""

from sqlalchemy import Column, Table

from tavernai.storage.schema import TRANSIENT, Id, Index, Int, Ms, Text, metadata

streaming_sessions = Table(
    "streaming_sessions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("owner_id", Id, nullable=False),
    Column("conversation_id", Id),
    Column("place", Text, unique=True),  # owner and conversation of the session that messages answer with
    Column("created_at", Ms, nullable=False),
    Column("seen_at", Ms, nullable=False),
    Column("frames", Int, nullable=False),
    Column("bytes", Int, nullable=False),
    Column("resumes", Int, nullable=False),
    Index("streaming_sessions_owner", "owner_id", "seen_at"),
    info=TRANSIENT,
)

streaming_messages = Table(
    "streaming_messages",
    metadata,
    Column("task_id", Id, primary_key=True),
    Column("attempt", Int, primary_key=True),
    Column("off", Int, primary_key=True),
    Column("variant_id", Id, nullable=False),
    Column("text", Text, nullable=False),
    Column("ts", Ms, nullable=False),
    info=TRANSIENT,
)

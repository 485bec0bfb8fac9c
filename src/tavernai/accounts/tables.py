"""Users are folded from facts. Passwords, sessions and keys are no facts: hashes of secrets that come and go."""

from sqlalchemy import Column, Table

from tavernai.storage.schema import TRANSIENT, Id, Index, Int, Json, Ms, Text, metadata

users = Table(
    "users",
    metadata,
    Column("id", Id, primary_key=True),
    Column("username", Text, nullable=False),
    Column("username_key", Text, unique=True),  # none once removed: the name is free again
    Column("role", Text, nullable=False),
    Column("version", Int, nullable=False),
    Column("created_at", Ms, nullable=False),
    Column("removed_at", Ms),
)

credentials = Table(
    "credentials",
    metadata,
    Column("user_id", Id, primary_key=True),
    Column("password_hash", Text, nullable=False),
    Column("changed_at", Ms, nullable=False),
    info=TRANSIENT,
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("id", Id, nullable=False, unique=True),
    Column("user_id", Id, nullable=False),
    Column("label", Text, nullable=False),
    Column("created_at", Ms, nullable=False),
    Column("seen_at", Ms, nullable=False),
    Column("expires_at", Ms, nullable=False),
    info=TRANSIENT,
)
Index("sessions_user", sessions.c.user_id, sessions.c.id)
Index("sessions_expiry", sessions.c.expires_at)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Id, primary_key=True),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("user_id", Id, nullable=False),
    Column("label", Text, nullable=False),
    Column("scopes", Json, nullable=False),
    Column("created_at", Ms, nullable=False),
    Column("last_used_at", Ms),
    Column("revoked_at", Ms),
    info=TRANSIENT,
)
Index("api_keys_user", api_keys.c.user_id, api_keys.c.id)

"""Revisions as they were committed, and what each scope's fold to."""

from sqlalchemy import Column, Table

from tavernai.storage.schema import Id, Index, Int, Json, Ms, Text, metadata

config_revisions = Table(
    "config_revisions",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("n", Int, primary_key=True, autoincrement=False),
    Column("id", Id, nullable=False, unique=True),
    Column("owner_id", Id, nullable=False),
    Column("ops", Json, nullable=False),
    Column("actor", Text, nullable=False),
    Column("created_at", Ms, nullable=False),
)

# One row a scope, so that a reply reads its layers by key.
config_scopes = Table(
    "config_scopes",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("owner_id", Id, nullable=False),
    Column("n", Int, nullable=False),
    Column("state", Json, nullable=False),  # {values, changed, locks}
    Column("updated_at", Ms, nullable=False),
)
Index("config_scopes_by_owner", config_scopes.c.owner_id, config_scopes.c.scope)

"""Connections are folded from facts; their keys lie sealed beside them and are told by no fact."""

from sqlalchemy import Column, Table

from tavernai.storage.schema import TRANSIENT, Bytes, Flag, Id, Int, Json, Ms, Text, metadata

connections = Table(
    "connections",
    metadata,
    Column("id", Id, primary_key=True),
    Column("owner_id", Id, nullable=False),
    Column("name", Text, nullable=False),
    Column("name_key", Text, unique=True),  # none once removed: the name is free again
    Column("kind", Text, nullable=False),
    Column("base_url", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("is_default", Flag, nullable=False),
    Column("has_key", Flag, nullable=False),
    Column("settings", Json, nullable=False),
    Column("version", Int, nullable=False),
    Column("created_at", Ms, nullable=False),
    Column("removed_at", Ms),
)

connection_secrets = Table(
    "connection_secrets",
    metadata,
    Column("connection_id", Id, primary_key=True),
    Column("ciphertext", Bytes, nullable=False),
    info=TRANSIENT,
)

"""The one speech server; its key lies sealed in connection_secrets."""

from sqlalchemy import Column, Table

from tavernai.storage.schema import Flag, Id, Int, Text, metadata

speech_servers = Table(
    "speech_servers",
    metadata,
    Column("id", Id, primary_key=True),
    Column("owner_id", Id, nullable=False),
    Column("base_url", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("voice", Text, nullable=False),
    Column("has_key", Flag, nullable=False),
    Column("removed", Flag, nullable=False),
    Column("version", Int, nullable=False),
)

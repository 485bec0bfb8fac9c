"""Presets of every kind in one table, and what was changed."""

from sqlalchemy import Column, Table

from tavernai.storage.schema import Id, Index, Int, Json, Ms, Text, metadata

presets = Table(
    "presets",
    metadata,
    Column("id", Id, primary_key=True),
    Column("owner_id", Id, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False),  # folded
    Column("data", Json, nullable=False),  # as it came, without secrets
    Column("warnings", Json, nullable=False),
    Column("content_hash", Text),  # of the file it came from: the same again is no second preset
    Column("created_at", Ms, nullable=False),
    Column("updated_at", Ms, nullable=False),
    Column("version", Int, nullable=False),
    Column("deleted_at", Ms),  # in the trash since
)
Index("presets_by_owner", presets.c.owner_id, presets.c.kind, presets.c.name_key, presets.c.id)

preset_history = Table(
    "preset_history",
    metadata,
    Column("preset_id", Id, primary_key=True),
    Column("version", Int, primary_key=True, autoincrement=False),
    Column("owner_id", Id, nullable=False),
    Column("at", Ms, nullable=False),
    Column("kind", Text, nullable=False),
    Column("changed", Json, nullable=False),
    Column("actor", Text, nullable=False),
)

# Apart from the preset, which prompts read: its data in the order it was written, so that an export can give it back.
preset_files = Table(
    "preset_files",
    metadata,
    Column("preset_id", Id, primary_key=True),
    Column("written", Json, nullable=False),
)

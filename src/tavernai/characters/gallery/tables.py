"""Collections and who is in them, saved filters, what is hidden, and what was done to many at once."""

from sqlalchemy import Column, Table

from tavernai.storage.schema import Flag, Id, Index, Int, Json, Ms, Text, metadata

collections = Table(
    "collections",
    metadata,
    Column("id", Id, primary_key=True),
    Column("owner_id", Id, nullable=False),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False),
    Column("deleted", Flag, nullable=False),
    Column("created_at", Ms, nullable=False),
    Column("updated_at", Ms, nullable=False),
    Column("version", Int, nullable=False),
)
Index("collections_by_name", collections.c.owner_id, collections.c.deleted, collections.c.name_key, collections.c.id)

collection_members = Table(
    "collection_members",
    metadata,
    Column("collection_id", Id, primary_key=True),
    Column("character_id", Id, primary_key=True),
    Column("owner_id", Id, nullable=False),
    Column("added_at", Ms, nullable=False),
)
Index("collection_members_by_character", collection_members.c.character_id)

saved_filters = Table(
    "saved_filters",
    metadata,
    Column("id", Id, primary_key=True),
    Column("owner_id", Id, nullable=False),
    Column("name", Text, nullable=False),
    Column("filter", Json, nullable=False),
    Column("deleted", Flag, nullable=False),
    Column("created_at", Ms, nullable=False),
    Column("updated_at", Ms, nullable=False),
    Column("version", Int, nullable=False),
)
Index("saved_filters_by_owner", saved_filters.c.owner_id, saved_filters.c.deleted, saved_filters.c.id)

hidden_tags = Table(
    "hidden_tags",
    metadata,
    Column("owner_id", Id, primary_key=True),
    Column("tags", Json, nullable=False),
    Column("version", Int, nullable=False),
)

bulk_changes = Table(
    "bulk_changes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("owner_id", Id, nullable=False),
    Column("action", Text, nullable=False),
    Column("value", Json, nullable=False),
    Column("total", Int, nullable=False),
    Column("changed", Int),  # nothing until it ended
    Column("undone_by", Id),
    Column("created_at", Ms, nullable=False),
)

# What has to be done to each to take it back.
bulk_items = Table(
    "bulk_items",
    metadata,
    Column("bulk_id", Id, primary_key=True),
    Column("character_id", Id, primary_key=True),
    Column("back", Json, nullable=False),
)

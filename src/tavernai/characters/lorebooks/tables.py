"""Lorebooks, their entries one a row, and what was changed."""

from sqlalchemy import Column, Table

from tavernai.storage.schema import Id, Index, Int, Json, Ms, Text, metadata

lorebooks = Table(
    "lorebooks",
    metadata,
    Column("id", Id, primary_key=True),
    Column("owner_id", Id, nullable=False),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False),  # folded: cards name their book by it
    Column("description", Text, nullable=False),
    Column("fields", Json, nullable=False),  # what stood beside the entries in the file
    Column("warnings", Json, nullable=False),
    Column("content_hash", Text),  # of the file it came from: the same file again is no second book
    Column("entries", Int, nullable=False),
    Column("next_place", Int, nullable=False),
    Column("created_at", Ms, nullable=False),
    Column("updated_at", Ms, nullable=False),
    Column("version", Int, nullable=False),
    Column("deleted_at", Ms),  # in the trash since
)
Index("lorebooks_by_owner", lorebooks.c.owner_id, lorebooks.c.name_key, lorebooks.c.id)

lorebook_entries = Table(
    "lorebook_entries",
    metadata,
    Column("lorebook_id", Id, primary_key=True),
    Column("uid", Text, primary_key=True),
    Column("place", Int, nullable=False),  # their order in the book
    Column("entry", Json, nullable=False),
)

lorebook_history = Table(
    "lorebook_history",
    metadata,
    Column("lorebook_id", Id, primary_key=True),
    Column("version", Int, primary_key=True, autoincrement=False),
    Column("owner_id", Id, nullable=False),
    Column("at", Ms, nullable=False),
    Column("kind", Text, nullable=False),
    Column("changed", Json, nullable=False),
    Column("actor", Text, nullable=False),
)

# Apart from the book, which prompts read: the file's book as it was written, so that an export can give it back.
lorebook_files = Table(
    "lorebook_files",
    metadata,
    Column("lorebook_id", Id, primary_key=True),
    Column("written", Json, nullable=False),
)

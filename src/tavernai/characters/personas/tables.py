"""Personas, and which one each person uses by default."""

from sqlalchemy import Column, Table

from tavernai.storage.schema import Id, Index, Int, Ms, Text, metadata

personas = Table(
    "personas",
    metadata,
    Column("id", Id, primary_key=True),
    Column("owner_id", Id, nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("created_at", Ms, nullable=False),
    Column("updated_at", Ms, nullable=False),
    Column("version", Int, nullable=False),
    Column("avatar", Text),  # sha256 of the picture
    Column("deleted_at", Ms),  # in the trash since
    Column("lorebook_id", Id),  # the book that is searched wherever this one is played
    # Where the description stands in a prompt; nothing is the usual place.
    Column("position", Text),
    Column("depth", Int),
    Column("role", Text),
)
Index("personas_by_owner", personas.c.owner_id, personas.c.id)

# A row of its own, so that a reply finds the default by key.
persona_defaults = Table(
    "persona_defaults",
    metadata,
    Column("owner_id", Id, primary_key=True),
    Column("persona_id", Id, nullable=False),
)

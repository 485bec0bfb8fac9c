"""Characters as lists show them, their cards beside them, and what was done to them."""

from sqlalchemy import Column, Table

from tavernai.storage.schema import TRANSIENT, Flag, Id, Index, Int, Json, Ms, Text, metadata

# Lists walk thousands of these rows; the cards lie in a table of their own, so that the walk stays short.
characters = Table(
    "characters",
    metadata,
    Column("id", Id, primary_key=True),
    Column("owner_id", Id, nullable=False),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False),
    Column("search", Text, nullable=False),
    Column("creator", Text, nullable=False),
    Column("tags", Json, nullable=False),
    Column("card_version", Text, nullable=False),
    Column("greetings", Int, nullable=False),
    Column("favourite", Flag, nullable=False),
    Column("avatar", Text),
    Column("original", Text),
    Column("card_hash", Text, nullable=False),
    Column("deleted", Flag, nullable=False),
    Column("deleted_at", Ms),
    Column("created_at", Ms, nullable=False),
    Column("updated_at", Ms, nullable=False),
    Column("version", Int, nullable=False),
    Column("background", Text),
    Column("picture", Text),  # sha256 of what is drawn: equal pictures, whatever card lies in the file
)
Index("characters_by_name", characters.c.owner_id, characters.c.deleted, characters.c.name_key, characters.c.id)
Index("characters_by_change", characters.c.owner_id, characters.c.deleted, characters.c.updated_at, characters.c.id)
Index("characters_by_birth", characters.c.owner_id, characters.c.deleted, characters.c.created_at, characters.c.id)
Index("characters_by_original", characters.c.owner_id, characters.c.original)
Index("characters_by_card", characters.c.owner_id, characters.c.card_hash)

# What lists are narrowed and sorted by, one short row a character, each person's beside each other: a question that no
# index answers reads through 20,000 of these in a few milliseconds, where the rows above take fifty.
character_lines = Table(
    "character_lines",
    metadata,
    Column("owner_id", Id, primary_key=True),
    Column("id", Id, primary_key=True),
    Column("deleted", Flag, nullable=False),
    Column("favourite", Flag, nullable=False),
    Column("name_key", Text, nullable=False),
    Column("updated_at", Ms, nullable=False),
    Column("created_at", Ms, nullable=False),
    Column("creator", Text, nullable=False),
    Column("search", Text, nullable=False),
)

character_cards = Table(
    "character_cards",
    metadata,
    Column("character_id", Id, primary_key=True),
    Column("owner_id", Id, nullable=False),
    Column("card", Json, nullable=False),
    Column("outer", Json, nullable=False),
    Column("warnings", Json, nullable=False),
)

# Further pictures that a card's file brought, in its order; their bytes are blobs.
character_assets = Table(
    "character_assets",
    metadata,
    Column("character_id", Id, primary_key=True),
    Column("place", Int, primary_key=True, autoincrement=False),
    Column("owner_id", Id, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("bytes", Int, nullable=False),
    Column("blob", Text, nullable=False),
)

# Only of characters outside the trash, so that counting needs no second look.
character_tags = Table(
    "character_tags",
    metadata,
    Column("character_id", Id, primary_key=True),
    Column("tag_key", Text, primary_key=True),
    Column("owner_id", Id, nullable=False),
    Column("tag", Text, nullable=False),
)
Index("character_tags_by_tag", character_tags.c.owner_id, character_tags.c.tag_key, character_tags.c.tag)

character_history = Table(
    "character_history",
    metadata,
    Column("character_id", Id, primary_key=True),
    Column("version", Int, primary_key=True, autoincrement=False),
    Column("owner_id", Id, nullable=False),
    Column("at", Ms, nullable=False),
    Column("kind", Text, nullable=False),
    Column("changed", Json, nullable=False),
    Column("actor", Text, nullable=False),
)

# Pictures made smaller when somebody first looked; they can be made again at any time.
thumbnails = Table(
    "thumbnails",
    metadata,
    Column("source", Text, primary_key=True),
    Column("size", Text, primary_key=True),
    Column("blob", Text, nullable=False),
    info=TRANSIENT,
)

"""Groups, what was changed, and the files they came as."""

from sqlalchemy import Column, Table

from tavernai.storage.schema import Id, Index, Int, Json, Ms, Text, metadata

groups = Table(
    "groups",
    metadata,
    Column("id", Id, primary_key=True),
    Column("owner_id", Id, nullable=False),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False),  # folded
    Column("data", Json, nullable=False),  # the whole group
    Column("created_at", Ms, nullable=False),
    Column("updated_at", Ms, nullable=False),
    Column("version", Int, nullable=False),
    Column("deleted_at", Ms),  # in the trash since
)
Index("groups_by_owner", groups.c.owner_id, groups.c.name_key, groups.c.id)

group_history = Table(
    "group_history",
    metadata,
    Column("group_id", Id, primary_key=True),
    Column("version", Int, primary_key=True, autoincrement=False),
    Column("owner_id", Id, nullable=False),
    Column("at", Ms, nullable=False),
    Column("kind", Text, nullable=False),
    Column("changed", Json, nullable=False),
    Column("actor", Text, nullable=False),
)

# Apart from the group, which replies read: the text it came as, so that an export can give it back.
group_files = Table(
    "group_files",
    metadata,
    Column("group_id", Id, primary_key=True),
    Column("written", Text, nullable=False),
)

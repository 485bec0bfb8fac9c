"""collections, saved filters, hidden tags, changes to many at once"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_0008_gallery"
down_revision = "2026_11_21_0007_speech"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_INT = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")
_FLAG = sa.Integer().with_variant(sa.INTEGER(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "bulk_changes",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("owner_id", _TEXT, nullable=False),
        sa.Column("action", _TEXT, nullable=False),
        sa.Column("value", _TEXT, nullable=False),
        sa.Column("total", _INT, nullable=False),
        sa.Column("changed", _INT, nullable=True),
        sa.Column("undone_by", _TEXT, nullable=True),
        sa.Column("created_at", _INT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("bulk_changes_pk")),
        sqlite_strict=True,
    )
    op.create_table(
        "bulk_items",
        sa.Column("bulk_id", _TEXT, nullable=False),
        sa.Column("character_id", _TEXT, nullable=False),
        sa.Column("back", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("bulk_id", "character_id", name=op.f("bulk_items_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "collection_members",
        sa.Column("collection_id", _TEXT, nullable=False),
        sa.Column("character_id", _TEXT, nullable=False),
        sa.Column("owner_id", _TEXT, nullable=False),
        sa.Column("added_at", _INT, nullable=False),
        sa.PrimaryKeyConstraint("collection_id", "character_id", name=op.f("collection_members_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("collection_members_by_character", "collection_members", ["character_id"], unique=False)
    op.create_table(
        "collections",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("owner_id", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("name_key", _TEXT, nullable=False),
        sa.Column("deleted", _FLAG, nullable=False),
        sa.Column("created_at", _INT, nullable=False),
        sa.Column("updated_at", _INT, nullable=False),
        sa.Column("version", _INT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("collections_pk")),
        sqlite_strict=True,
    )
    op.create_index("collections_by_name", "collections", ["owner_id", "deleted", "name_key", "id"], unique=False)
    op.create_table(
        "hidden_tags",
        sa.Column("owner_id", _TEXT, nullable=False),
        sa.Column("tags", _TEXT, nullable=False),
        sa.Column("version", _INT, nullable=False),
        sa.PrimaryKeyConstraint("owner_id", name=op.f("hidden_tags_pk")),
        sqlite_strict=True,
    )
    op.create_table(
        "saved_filters",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("owner_id", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("filter", _TEXT, nullable=False),
        sa.Column("deleted", _FLAG, nullable=False),
        sa.Column("created_at", _INT, nullable=False),
        sa.Column("updated_at", _INT, nullable=False),
        sa.Column("version", _INT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("saved_filters_pk")),
        sqlite_strict=True,
    )
    op.create_index("saved_filters_by_owner", "saved_filters", ["owner_id", "deleted", "id"], unique=False)
    op.add_column("characters", sa.Column("picture", _TEXT, nullable=True))

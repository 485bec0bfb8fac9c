"""groups as things of their own, and which of them a conversation belongs to"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_0017_groups_kept"
down_revision = "2026_11_21_0016_groups"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_INT = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "groups",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("owner_id", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("name_key", _TEXT, nullable=False),
        sa.Column("data", _TEXT, nullable=False),
        sa.Column("created_at", _INT, nullable=False),
        sa.Column("updated_at", _INT, nullable=False),
        sa.Column("version", _INT, nullable=False),
        sa.Column("deleted_at", _INT),
        sa.PrimaryKeyConstraint("id", name=op.f("groups_pk")),
        sqlite_strict=True,
    )
    op.create_index("groups_by_owner", "groups", ["owner_id", "name_key", "id"])
    op.create_table(
        "group_history",
        sa.Column("group_id", _TEXT, nullable=False),
        sa.Column("version", _INT, autoincrement=False, nullable=False),
        sa.Column("owner_id", _TEXT, nullable=False),
        sa.Column("at", _INT, nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("changed", _TEXT, nullable=False),
        sa.Column("actor", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("group_id", "version", name=op.f("group_history_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "group_files",
        sa.Column("group_id", _TEXT, nullable=False),
        sa.Column("written", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("group_id", name=op.f("group_files_pk")),
        sqlite_strict=True,
    )
    op.add_column("conversation_groups", sa.Column("group_id", _TEXT))
    op.create_index("conversation_groups_of", "conversation_groups", ["group_id"])

"""conversation comforts: bookmarks, pins, composer drafts, nudges; changes picked from the list"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_0002_chat_comforts"
down_revision = "2026_11_21_0001_foundation"


def upgrade() -> None:
    op.create_table(
        "bookmarks",
        sa.Column("conv_id", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("message_pos", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.Column("label", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("created_at", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("conv_id", "message_pos", name=op.f("bookmarks_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "composer_drafts",
        sa.Column("conv_id", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("text", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("updated_at", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("conv_id", name=op.f("composer_drafts_pk")),
        info={"transient": True},
        sqlite_strict=True,
    )
    op.add_column("changes", sa.Column("picked", sa.Integer().with_variant(sa.INTEGER(), "sqlite"), nullable=True))
    op.add_column(
        "conversations", sa.Column("pinned_pos", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=True)
    )
    op.create_index(
        "conversations_pinned",
        "conversations",
        ["owner_id", sa.literal_column("recent_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        sqlite_where=sa.text("pinned_pos IS NOT NULL"),
        postgresql_where=sa.text("pinned_pos IS NOT NULL"),
    )
    op.add_column(
        "tasks", sa.Column("nudge", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=True)
    )
    op.add_column(
        "variants", sa.Column("nudge", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=True)
    )

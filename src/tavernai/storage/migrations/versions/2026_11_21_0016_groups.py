"""who speaks in conversations of several characters"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_0016_groups"
down_revision = "2026_11_21_0015_branch_changes"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "conversation_groups",
        sa.Column("conv_id", _TEXT, nullable=False),
        sa.Column("owner_id", _TEXT, nullable=False),
        sa.Column("data", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("conv_id", name=op.f("conversation_groups_pk")),
        sqlite_strict=True,
    )

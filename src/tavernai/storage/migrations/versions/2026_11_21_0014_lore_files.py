"""lorebooks and presets as their files wrote them"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_0014_lore_files"
down_revision = "2026_11_21_0013_card_assets"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    for table, key in (("lorebook_files", "lorebook_id"), ("preset_files", "preset_id")):
        op.create_table(
            table,
            sa.Column(key, _TEXT, nullable=False),
            sa.Column("written", _TEXT, nullable=False),
            sa.PrimaryKeyConstraint(key, name=op.f(f"{table}_pk")),
            sqlite_strict=True,
        )

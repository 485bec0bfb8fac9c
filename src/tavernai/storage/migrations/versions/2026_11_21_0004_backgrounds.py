"""a character's picture behind the chats"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_0004_backgrounds"
down_revision = "2026_11_21_0003_reply_costs"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("characters", sa.Column("background", _TEXT, nullable=True))

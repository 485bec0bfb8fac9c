"""who answered a reply, who did not, and what it cost"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_0003_reply_costs"
down_revision = "2026_11_21_0002_chat_comforts"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    for name in ("connection", "fallbacks", "cost"):
        op.add_column("variants", sa.Column(name, _TEXT, nullable=True))

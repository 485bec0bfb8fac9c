"""the server that reads aloud"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_0007_speech"
down_revision = "2026_11_21_0006_search"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_FLAG = sa.Integer().with_variant(sa.INTEGER(), "sqlite")
_INT = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "speech_servers",
        *(sa.Column(name, _TEXT, nullable=False) for name in ("id", "owner_id", "base_url", "model", "voice")),
        *(sa.Column(name, _FLAG, nullable=False) for name in ("has_key", "removed")),
        sa.Column("version", _INT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("speech_servers_pk")),
        sqlite_strict=True,
    )

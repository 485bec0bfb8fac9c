"""where a persona's description stands in a prompt"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_0012_persona_places"
down_revision = "2026_11_21_0011_gallery_lines"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_INT = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")


def upgrade() -> None:
    op.add_column("personas", sa.Column("position", _TEXT, nullable=True))
    op.add_column("personas", sa.Column("depth", _INT, nullable=True))
    op.add_column("personas", sa.Column("role", _TEXT, nullable=True))

"""short rows that lists of characters are narrowed by; what older pictures show"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_0011_gallery_lines"
down_revision = "2026_11_21_0010_imports"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_INT = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")
_FLAG = sa.Integer().with_variant(sa.INTEGER(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "character_lines",
        sa.Column("owner_id", _TEXT, nullable=False),
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("deleted", _FLAG, nullable=False),
        sa.Column("favourite", _FLAG, nullable=False),
        sa.Column("name_key", _TEXT, nullable=False),
        sa.Column("updated_at", _INT, nullable=False),
        sa.Column("created_at", _INT, nullable=False),
        sa.Column("creator", _TEXT, nullable=False),
        sa.Column("search", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("character_lines_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO character_lines"
        " (owner_id, id, deleted, favourite, name_key, updated_at, created_at, creator, search)"
        " SELECT owner_id, id, deleted, favourite, name_key, updated_at, created_at, creator, search FROM characters"
    )
    op.execute("UPDATE characters SET picture = avatar WHERE picture IS NULL")

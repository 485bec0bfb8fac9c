"""config: revisions and what each scope's fold to; personas get pictures and a trash"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_0005_config"
down_revision = "2026_11_21_0004_backgrounds"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_INT = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "config_revisions",
        sa.Column("scope", _TEXT, nullable=False),
        sa.Column("n", _INT, autoincrement=False, nullable=False),
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("owner_id", _TEXT, nullable=False),
        sa.Column("ops", _TEXT, nullable=False),
        sa.Column("actor", _TEXT, nullable=False),
        sa.Column("created_at", _INT, nullable=False),
        sa.PrimaryKeyConstraint("scope", "n", name=op.f("config_revisions_pk")),
        sa.UniqueConstraint("id", name=op.f("config_revisions_id_uq")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "config_scopes",
        sa.Column("scope", _TEXT, nullable=False),
        sa.Column("owner_id", _TEXT, nullable=False),
        sa.Column("n", _INT, nullable=False),
        sa.Column("state", _TEXT, nullable=False),
        sa.Column("updated_at", _INT, nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("config_scopes_pk")),
        sqlite_strict=True,
    )
    op.create_index("config_scopes_by_owner", "config_scopes", ["owner_id", "scope"], unique=False)
    op.add_column("personas", sa.Column("avatar", _TEXT, nullable=True))
    op.add_column("personas", sa.Column("deleted_at", _INT, nullable=True))

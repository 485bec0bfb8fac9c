"""search

Full-text tables are the engine's own: FTS5 on SQLite, a tsvector under GIN on PostgreSQL.
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_0006_search"
down_revision = "2026_11_21_0005_config"

INDEXES = ("character_words", "conversation_words", "message_words")


def upgrade() -> None:
    op.create_table(
        "index_positions",
        sa.Column("name", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("index_positions_pk")),
        sqlite_strict=True,
    )
    for name in INDEXES:
        if op.get_bind().dialect.name == "sqlite":
            op.execute(f"CREATE VIRTUAL TABLE {name} USING fts5(words, marks, columnsize=0, tokenize='ascii')")
        else:
            op.execute(f"CREATE TABLE {name} (doc BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)")
            op.execute(f"CREATE INDEX {name}_words_ix ON {name} USING gin (words)")

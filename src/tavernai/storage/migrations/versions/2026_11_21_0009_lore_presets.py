"""lorebooks, presets, what branches go on with"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_0009_lore_presets"
down_revision = "2026_11_21_0008_gallery"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_INT = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "branch_states",
        sa.Column("variant_id", _TEXT, nullable=False),
        sa.Column("owner_id", _TEXT, nullable=False),
        sa.Column("timed", _TEXT, nullable=False),
        sa.Column("local", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("variant_id", name=op.f("branch_states_pk")),
        sqlite_strict=True,
    )
    op.create_table(
        "lorebook_entries",
        sa.Column("lorebook_id", _TEXT, nullable=False),
        sa.Column("uid", _TEXT, nullable=False),
        sa.Column("place", _INT, nullable=False),
        sa.Column("entry", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("lorebook_id", "uid", name=op.f("lorebook_entries_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "lorebook_history",
        sa.Column("lorebook_id", _TEXT, nullable=False),
        sa.Column("version", _INT, autoincrement=False, nullable=False),
        sa.Column("owner_id", _TEXT, nullable=False),
        sa.Column("at", _INT, nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("changed", _TEXT, nullable=False),
        sa.Column("actor", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("lorebook_id", "version", name=op.f("lorebook_history_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "lorebooks",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("owner_id", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("name_key", _TEXT, nullable=False),
        sa.Column("description", _TEXT, nullable=False),
        sa.Column("fields", _TEXT, nullable=False),
        sa.Column("warnings", _TEXT, nullable=False),
        sa.Column("content_hash", _TEXT, nullable=True),
        sa.Column("entries", _INT, nullable=False),
        sa.Column("next_place", _INT, nullable=False),
        sa.Column("created_at", _INT, nullable=False),
        sa.Column("updated_at", _INT, nullable=False),
        sa.Column("version", _INT, nullable=False),
        sa.Column("deleted_at", _INT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("lorebooks_pk")),
        sqlite_strict=True,
    )
    op.create_index("lorebooks_by_owner", "lorebooks", ["owner_id", "name_key", "id"], unique=False)
    op.create_table(
        "person_variables",
        sa.Column("owner_id", _TEXT, nullable=False),
        sa.Column("everywhere", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("owner_id", name=op.f("person_variables_pk")),
        sqlite_strict=True,
    )
    op.create_table(
        "preset_history",
        sa.Column("preset_id", _TEXT, nullable=False),
        sa.Column("version", _INT, autoincrement=False, nullable=False),
        sa.Column("owner_id", _TEXT, nullable=False),
        sa.Column("at", _INT, nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("changed", _TEXT, nullable=False),
        sa.Column("actor", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("preset_id", "version", name=op.f("preset_history_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "presets",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("owner_id", _TEXT, nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("name_key", _TEXT, nullable=False),
        sa.Column("data", _TEXT, nullable=False),
        sa.Column("warnings", _TEXT, nullable=False),
        sa.Column("content_hash", _TEXT, nullable=True),
        sa.Column("created_at", _INT, nullable=False),
        sa.Column("updated_at", _INT, nullable=False),
        sa.Column("version", _INT, nullable=False),
        sa.Column("deleted_at", _INT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("presets_pk")),
        sqlite_strict=True,
    )
    op.create_index("presets_by_owner", "presets", ["owner_id", "kind", "name_key", "id"], unique=False)
    op.add_column("personas", sa.Column("lorebook_id", _TEXT, nullable=True))

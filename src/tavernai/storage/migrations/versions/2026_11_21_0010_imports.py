"""imports"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_0010_imports"
down_revision = "2026_11_21_0009_lore_presets"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_INT = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")
_FLAG = sa.Integer().with_variant(sa.INTEGER(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "import_items",
        sa.Column("import_id", _TEXT, nullable=False),
        sa.Column("n", _INT, nullable=False),
        sa.Column("owner_id", _TEXT, nullable=False),
        sa.Column("stage", _INT, nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("path", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("verdict", _TEXT, nullable=False),
        sa.Column("status", _TEXT, nullable=False),
        sa.Column("outcome", _TEXT, nullable=True),
        sa.Column("code", _TEXT, nullable=True),
        sa.Column("message", _TEXT, nullable=True),
        sa.Column("warnings", _TEXT, nullable=False),
        sa.Column("fields", _TEXT, nullable=False),
        sa.Column("about", _TEXT, nullable=False),
        sa.Column("digest", _TEXT, nullable=False),
        sa.Column("size", _INT, nullable=False),
        sa.Column("object_id", _TEXT, nullable=True),
        sa.Column("object_version", _INT, nullable=True),
        sa.Column("undone", _TEXT, nullable=True),
        sa.PrimaryKeyConstraint("import_id", "n", name=op.f("import_items_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("import_items_digest", "import_items", ["owner_id", "kind", "digest"])
    op.create_index("import_items_path", "import_items", ["owner_id", "kind", "path"])
    op.create_index("import_items_stage", "import_items", ["import_id", "stage", "n"])
    op.create_table(
        "import_kept",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("owner_id", _TEXT, nullable=False),
        sa.Column("import_id", _TEXT, nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("path", _TEXT, nullable=False),
        sa.Column("object_id", _TEXT, nullable=True),
        sa.Column("data", _TEXT, nullable=False),
        sa.Column("deleted", _FLAG, nullable=False),
        sa.Column("created_at", _INT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("import_kept_pk")),
        sqlite_strict=True,
    )
    op.create_index("import_kept_by_owner", "import_kept", ["owner_id", "kind", "id"])
    op.create_index("import_kept_of", "import_kept", ["object_id"])
    op.create_table(
        "imports",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("owner_id", _TEXT, nullable=False),
        sa.Column("status", _TEXT, nullable=False),
        sa.Column("label", _TEXT, nullable=False),
        sa.Column("source", _TEXT, nullable=False),
        sa.Column("roots", _TEXT, nullable=False),
        sa.Column("about", _TEXT, nullable=False),
        sa.Column("done", _INT, nullable=False),
        sa.Column("total", _INT, nullable=False),
        sa.Column("cause_id", _TEXT, nullable=True),
        sa.Column("code", _TEXT, nullable=True),
        sa.Column("detail", _TEXT, nullable=True),
        sa.Column("created_at", _INT, nullable=False),
        sa.Column("updated_at", _INT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("imports_pk")),
        sqlite_strict=True,
    )
    op.create_index("imports_by_owner", "imports", ["owner_id", "id"])

"""what a message changed of a chat's variables, beside states that are whole"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_0015_branch_changes"
down_revision = "2026_11_21_0014_lore_files"

_FLAG = sa.Integer().with_variant(sa.INTEGER(), "sqlite")


def upgrade() -> None:
    op.add_column("branch_states", sa.Column("is_change", _FLAG, nullable=True))

"""how many tasks of a person are open, told by an index alone"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_0018_open_tasks"
down_revision = "2026_11_21_0017_groups_kept"


def upgrade() -> None:
    op.create_index(
        "tasks_open_of",
        "tasks",
        ["owner_id", "state"],
        unique=False,
        sqlite_where=sa.text("state IN ('queued', 'running')"),
        postgresql_where=sa.text("state IN ('queued', 'running')"),
    )

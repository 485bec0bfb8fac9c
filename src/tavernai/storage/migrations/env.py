"""Alembic's entry: it is handed an open connection by storage.migrate and nothing else."""

from alembic import context

from tavernai.storage.fulltext import in_metadata
from tavernai.storage.schema import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    include_name=in_metadata,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()

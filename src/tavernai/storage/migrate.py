"""Bring a database's tables up to this version, at start: Alembic, the same dated files for SQLite and PostgreSQL."""

from functools import cache
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from tavernai.kernel.errors import Unavailable

HERE = Path(__file__).parent / "migrations"
LOCK = 4712


class SchemaTooNew(Unavailable):
    """This data was written by a newer version; start that version, or restore a backup made before it."""

    code = "schema_too_new"


@cache
def revisions() -> tuple[str, ...]:
    """Every revision, oldest first: files are named <date>_<number>_<thought>.py and their order is their history."""
    return tuple(sorted(path.stem for path in (HERE / "versions").glob("[0-9]*.py")))


def upgrade(engine: Engine) -> bool:
    """Run the migrations this database lacks, in one transaction; whether there were any. Raises SchemaTooNew."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
        current = _current(connection)
        if current == revisions()[-1]:
            return False
        if current is not None and current not in revisions():
            raise SchemaTooNew(found=current, known=revisions()[-1])
        _run(connection)
        return True


def _current(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _run(connection: Connection) -> None:
    # Imported here: most starts find nothing to do and need not pay for it.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")

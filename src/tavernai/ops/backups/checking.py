"""Is a copy of the database as it must be? SQLite's own check, then every link of the ledger."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

from tavernai.ledger.store import newest_position
from tavernai.ledger.verify import verify
from tavernai.ops.backups.errors import BackupDamaged, BackupTooNew
from tavernai.storage.migrate import revisions


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in a copy that holds."""

    position: int
    events: int
    secrets: int
    """sealed keys in it, which open only under the key file they were sealed with"""


def checked(copy: Path) -> Checked:
    """Walk through a database file that nobody writes. Raises BackupDamaged, BackupTooNew."""
    engine = create_engine(f"sqlite:///{copy}", poolclass=NullPool, hide_parameters=True)
    try:
        with engine.connect() as connection:
            return _walk(connection)
    except DatabaseError:
        raise BackupDamaged(file=copy.name) from None
    finally:
        engine.dispose()


def _walk(connection: Connection) -> Checked:
    said = connection.execute(text("PRAGMA quick_check(1)")).scalar()
    if said != "ok":
        raise BackupDamaged(why=str(said)[:200])
    schema = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if schema not in revisions():
        raise BackupTooNew(schema=schema)
    verdict = verify(connection, faults_max=1)
    if not verdict.ok:
        raise BackupDamaged(stream=verdict.faults[0].stream, seq=verdict.faults[0].seq, what=verdict.faults[0].what)
    secrets = connection.execute(text("SELECT count(*) FROM connection_secrets")).scalar() or 0
    return Checked(newest_position(connection), verdict.events, int(secrets))

"""What is wrong with this host, and how to mend it: one function a question, in one table. It changes nothing.

A check answers `ok`, `warn` (it works, but) or `wrong` (mend it), what it found, and what to do. One that breaks is
wrong by itself and hinders no other.
"""

import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, create_engine, inspect, select, text
from sqlalchemy.pool import NullPool

from tavernai.kernel.clock import now_ms, rfc3339
from tavernai.ledger.tables import ledger_events
from tavernai.ledger.verify import verify_newest
from tavernai.ops.backups.naming import listed
from tavernai.storage.migrate import revisions

State = Literal["ok", "warn", "wrong"]
LITTLE_BYTES = 1 << 30
TOO_LITTLE_BYTES = 200 << 20
STREAMS_LOOKED_AT = 50
AHEAD_MS = 5 * 60_000
YEAR_MIN_MS = 1_767_225_600_000  # 2026: nobody ran this before
BACKUP_AGE_MS = 3 * 86_400_000
PATIENCE_SECONDS = 15.0
PYTHON_MIN = (3, 11)


@dataclass(frozen=True, slots=True)
class Patient:
    """What the checks may look at."""

    data_dir: Path
    key_file: Path
    backups_dir: Path
    database_url: str | None = None
    """SQLAlchemy's address of a PostgreSQL database; None: the file in the data folder"""
    backups_wanted: bool = True
    timeouts: tuple[float, float, float] = (5.0, 60.0, 30.0)
    """connect, first token, between tokens"""
    storage_state: str = "ok"
    """as a running server says it"""

    @property
    def database(self) -> Path:
        return self.data_dir / "edge.db"


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer."""

    check: str
    state: State
    found: str
    mend: str = ""
    facts: dict[str, int | str] = field(default_factory=dict)


Check = Callable[[Patient], Finding]


def data_folder(patient: Patient) -> Finding:
    folder = patient.data_dir
    if not folder.is_dir():
        return Finding(
            "data_folder", "warn", f"{folder} is not there yet", "Start the server once: it makes the folder."
        )
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(4096))
            file.flush()
    except OSError as error:
        why = error.strerror or type(error).__name__
        mend = f"Give the user who runs the server the right to write in {folder}, and let its disk have space."
        return Finding("data_folder", "wrong", f"{folder} takes no file: {why}", mend)
    if os.name == "posix" and folder.stat().st_mode & 0o077:
        return Finding("data_folder", "warn", f"others on this machine may look into {folder}", f"chmod 700 {folder}")
    return Finding("data_folder", "ok", str(folder))


def disk_space(patient: Patient) -> Finding:
    place = patient.data_dir if patient.data_dir.is_dir() else Path()
    usage = shutil.disk_usage(place)
    found, facts = f"{usage.free / 1e9:.1f} GB of {usage.total / 1e9:.1f} GB are free", {"free_bytes": usage.free}
    mend = "Free some space: delete old backups, before-restore-… folders, or move the data to a larger disk."
    if usage.free < TOO_LITTLE_BYTES:
        return Finding("disk_space", "wrong", found, mend, dict(facts))
    return Finding("disk_space", "warn" if usage.free < LITTLE_BYTES else "ok", found, mend, dict(facts))


def storage(patient: Patient) -> Finding:
    if patient.storage_state == "full":
        return Finding("storage", "wrong", "the disk takes nothing more", "Free some space; all goes on by itself.")
    if patient.storage_state == "read_only":
        return Finding("storage", "wrong", "the data may not be written", "Give the right back; all goes on by itself.")
    return Finding("storage", "ok", "what people do is kept")


def database(patient: Patient) -> Finding:
    mend = "Restore the newest backup: tavernai restore FILE --replace puts what is there aside."
    if patient.database_url is not None:
        with _connected(patient) as connection:
            return Finding("database", "ok", str(connection.execute(text("SELECT version()")).scalar())[:60])
    if not patient.database.exists():
        return Finding("database", "warn", "there is none yet", "Start the server once: it makes the database.")
    with closing(sqlite3.connect(f"{patient.database.resolve().as_uri()}?mode=ro", uri=True)) as file:
        said = file.execute("PRAGMA quick_check(1)").fetchone()[0]
    return Finding("database", "ok" if said == "ok" else "wrong", f"quick_check: {said[:120]}", mend)


def schema(patient: Patient) -> Finding:
    if not _is_there(patient):
        return Finding("schema", "ok", "made at the first start")
    with _connected(patient) as connection:
        known = inspect(connection).has_table("alembic_version")
        version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar() if known else None
    if version == revisions()[-1]:
        return Finding("schema", "ok", str(version))
    if version is None or version in revisions():
        mend = "The next start brings it up to date; make a backup before."
        return Finding("schema", "warn", f"{version}, older than {revisions()[-1]}", mend)
    mend = "Start the newer version that wrote it, or restore a backup made before."
    return Finding("schema", "wrong", f"{version}, newer than {revisions()[-1]}", mend)


def ledger(patient: Patient) -> Finding:
    if not _is_there(patient):
        return Finding("ledger", "ok", "nothing is recorded yet")
    with _connected(patient) as connection:
        verdict = verify_newest(connection, streams=STREAMS_LOOKED_AT)
    found = f"{verdict.events} facts of the newest {verdict.streams} streams looked at"
    if verdict.ok:
        return Finding("ledger", "ok", found)
    mend = "tavernai ledger verify names every place; restore a backup from before it."
    return Finding("ledger", "wrong", f"{found}; broken in {verdict.faults[0].stream}", mend)


def key_file(patient: Patient) -> Finding:
    file = patient.key_file
    if not file.exists():
        if not _secrets(patient):
            return Finding("key_file", "ok", "not needed yet")
        mend = "Put it back from a copy, or enter the connections' keys again."
        return Finding("key_file", "wrong", f"{file} is missing, and keys are stored", mend)
    if os.name == "posix" and file.stat().st_mode & 0o077:
        return Finding("key_file", "wrong", f"others on this machine may read {file}", f"chmod 600 {file}")
    return Finding("key_file", "ok", str(file))


def clock(patient: Patient) -> Finding:
    now, newest = now_ms(), 0
    mend = "Set the machine's clock (timedatectl set-ntp true): times of messages and sign-ins depend on it."
    if _is_there(patient):
        with _connected(patient) as connection:
            newest = (
                connection.execute(select(ledger_events.c.ts).order_by(ledger_events.c.pos.desc()).limit(1)).scalar()
                or 0
            )
    if now < YEAR_MIN_MS or newest > now + AHEAD_MS:
        return Finding("clock", "wrong", f"it is {rfc3339(now)}, the newest fact is of {rfc3339(newest)}", mend)
    return Finding("clock", "ok", rfc3339(now))


def python(patient: Patient) -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    is_fine = sys.version_info[:2] >= PYTHON_MIN
    return Finding("python", "ok" if is_fine else "wrong", found, "" if is_fine else "Install Python 3.11 or newer.")


def page(patient: Patient) -> Finding:
    if (files("tavernai") / "web_dist" / "index.html").is_file():
        return Finding("page", "ok", "built")
    node = shutil.which("node")
    mend = "make run builds it." if node else "Install Node 20 or newer, then make run builds it."
    return Finding("page", "wrong", f"not built, {'Node is there' if node else 'and there is no Node'}", mend)


def timeouts(patient: Patient) -> Finding:
    connect, first, between = patient.timeouts
    found = f"connect {connect:g} s, first token {first:g} s, between tokens {between:g} s"
    if min(first, between) < PATIENCE_SECONDS:
        mend = "Models on one's own machine need longer: TAVERNAI_FIRST_TOKEN_SECONDS, TAVERNAI_BETWEEN_TOKENS_SECONDS."
        return Finding("timeouts", "warn", found, mend)
    return Finding("timeouts", "ok", found)


def backups(patient: Patient) -> Finding:
    mend = "tavernai backup makes one; Settings, This server tells when the daily ones are made."
    if not _is_there(patient):
        return Finding("backups", "ok", "nothing to back up yet")
    kept = listed(patient.backups_dir)
    if not kept:
        return Finding("backups", "warn", "there is none", mend)
    state: State = "warn" if patient.backups_wanted and kept[0].made_at < now_ms() - BACKUP_AGE_MS else "ok"
    return Finding("backups", state, f"{len(kept)}, the newest of {rfc3339(kept[0].made_at)}", mend)


QUICK: Sequence[Check] = (data_folder, disk_space, storage, schema, key_file, clock, python, page, timeouts, backups)
"""What takes no time; the settings page asks these."""

ALL: Sequence[Check] = (
    data_folder, disk_space, storage, database, schema, ledger, key_file, backups, clock, python, page, timeouts,
)  # fmt: skip


def examined(patient: Patient, checks: Sequence[Check] = ALL) -> list[Finding]:
    """Every answer, in order."""
    return [_answer(check, patient) for check in checks]


def _answer(check: Check, patient: Patient) -> Finding:
    try:
        found = check(patient)
    except Exception as error:  # what cannot be looked at is what is wrong
        mend = "Look at what it says; TAVERNAI_LOG_LEVEL=debug tells more."
        return Finding(check.__name__, "wrong", f"could not be looked at: {type(error).__name__}", mend)
    return found if found.state != "ok" else Finding(found.check, "ok", found.found, "", found.facts)


def _is_there(patient: Patient) -> bool:
    if patient.database_url is None:
        return patient.database.exists() and patient.database.stat().st_size > 0
    with _connected(patient) as connection:
        return inspect(connection).has_table("ledger_events")


def _connected(patient: Patient) -> "closing[Connection]":
    """A connection that only reads, and leaves nothing open."""
    if patient.database_url is not None:
        return closing(create_engine(patient.database_url, poolclass=NullPool, hide_parameters=True).connect())
    uri = f"{patient.database.resolve().as_uri()}?mode=ro"
    opened = lambda: sqlite3.connect(uri, uri=True)  # noqa: E731 - what SQLAlchemy calls
    return closing(create_engine("sqlite://", creator=opened, poolclass=NullPool, hide_parameters=True).connect())


def _secrets(patient: Patient) -> int:
    if not _is_there(patient):
        return 0
    with _connected(patient) as connection:
        return int(connection.execute(text("SELECT count(*) FROM connection_secrets")).scalar() or 0)

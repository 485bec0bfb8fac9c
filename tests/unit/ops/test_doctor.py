"""What the doctor finds wrong, and that every such answer says how to mend it."""

import os
import sqlite3
import time
from pathlib import Path

import pytest

from tavernai.engines.sqlite import SqliteDialog
from tavernai.ops.doctor import ALL, Finding, Patient, examined
from tavernai.storage.migrate import upgrade


@pytest.fixture
def patient(tmp_path: Path) -> Patient:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    dialog = SqliteDialog(data / "edge.db")
    upgrade(dialog.write_engine)
    dialog.close()
    return Patient(data, data / "secret.key", data / "backups")


def answers(patient: Patient) -> dict[str, Finding]:
    return {one.check: one for one in examined(patient)}


def wrong(patient: Patient) -> list[str]:
    found = [one for one in examined(patient) if one.state == "wrong" and one.check != "page"]
    assert all(one.mend for one in found)
    return [one.check for one in found]


def test_nothing_is_wrong_with_fresh_data_and_every_check_answers(patient: Patient) -> None:
    assert wrong(patient) == []
    assert list(answers(patient)) == [check.__name__ for check in ALL]


def test_a_torn_database_is_wrong_and_hinders_no_other_answer(patient: Patient) -> None:
    whole = patient.database.read_bytes()
    patient.database.write_bytes(whole[:8192] + b"\xff" * 60_000 + whole[68_192:])
    assert "database" in wrong(patient)
    assert len(answers(patient)) == len(ALL)


def test_a_newer_schema_is_wrong_and_an_older_one_is_told(patient: Patient) -> None:
    for version, state in (("2099_01_01_0001_later", "wrong"), ("2026_11_21_0001_foundation", "warn")):
        with sqlite3.connect(patient.database) as file:
            file.execute("UPDATE alembic_version SET version_num = ?", [version])
        assert answers(patient)["schema"].state == state


def test_a_key_file_others_may_read_is_wrong(patient: Patient) -> None:
    patient.key_file.write_text("00" * 32)
    patient.key_file.chmod(0o644)
    assert wrong(patient) == ["key_file"]
    patient.key_file.chmod(0o600)
    assert wrong(patient) == []


def test_a_missing_key_file_is_wrong_once_keys_are_stored(patient: Patient) -> None:
    with sqlite3.connect(patient.database) as file:
        file.execute("INSERT INTO connection_secrets (connection_id, ciphertext) VALUES ('1', x'00')")
    assert wrong(patient) == ["key_file"]


def test_a_disk_that_takes_nothing_is_wrong(patient: Patient) -> None:
    full = Patient(patient.data_dir, patient.key_file, patient.backups_dir, storage_state="full")
    assert wrong(full) == ["storage"]


def test_backups_that_are_old_are_told(patient: Patient) -> None:
    assert answers(patient)["backups"].state == "warn"
    patient.backups_dir.mkdir()
    stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime())
    (patient.backups_dir / f"tavernai-{stamp}Z-daily.zip").write_bytes(b"")
    assert answers(patient)["backups"].state == "ok"


def test_looking_changes_nothing(patient: Patient) -> None:
    before = {file: os.stat(file).st_mtime_ns for file in patient.data_dir.rglob("*")}
    examined(patient)
    assert {file: os.stat(file).st_mtime_ns for file in before} == before

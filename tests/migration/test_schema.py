"""What the migrations make is what the code describes, on both engines; databases of other versions are met well."""

import gzip
import json
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, text

import tavernai.bootstrap  # every room's tables  # noqa: F401
from tavernai.engines.postgres import PostgresDialog
from tavernai.engines.sqlite import SqliteDialog
from tavernai.storage.fulltext import in_metadata
from tavernai.storage.migrate import SchemaTooNew, revisions, upgrade
from tavernai.storage.ports import Dialog
from tavernai.storage.schema import metadata
from tests.support.processes import run_tavernai
from tests.support.storage import tables_of_tests

HOW = {"compare_type": True, "compare_server_default": True, "include_name": in_metadata}
LEDGERS = Path(__file__).parents[1] / "data" / "ledgers"
ENGINES = ["sqlite", pytest.param("postgres", marks=pytest.mark.needs("postgres"))]
WORDS = {
    "sqlite": "SELECT type, name, tbl_name, sql FROM sqlite_master",
    "postgresql": """
        SELECT 'column', table_name || '.' || column_name, data_type, is_nullable || coalesce(collation_name, '')
               || coalesce(column_default, '')
        FROM information_schema.columns WHERE table_schema = 'public'
        UNION ALL SELECT 'index', indexname, tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL SELECT 'constraint', conname, conrelid::regclass::text, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    """,
}


@pytest.fixture(params=ENGINES)
def dialog(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Dialog]:
    """An empty database on each engine."""
    on_postgres = request.param == "postgres"
    made = (
        PostgresDialog(request.getfixturevalue("postgres_url")) if on_postgres else SqliteDialog(tmp_path / "edge.db")
    )
    yield made
    made.close()


def described(conn: Connection) -> set[tuple[str, ...]]:
    """Every table, column, index and constraint in the engine's own words, blanks aside."""
    rows = conn.execute(text(WORDS[conn.dialect.name]))
    told = {tuple(" ".join(str(value).replace('"', "").split()) for value in row) for row in rows}
    return {
        tuple(part.replace("( ", "(").replace(" )", ")") for part in row) for row in told if "alembic" not in row[1]
    }


def product_metadata() -> MetaData:
    """The tables of the rooms, without those that tests add."""
    ours = MetaData(naming_convention=metadata.naming_convention)
    tests = tables_of_tests()
    for table in metadata.sorted_tables:
        if table not in tests:
            table.to_metadata(ours)
    return ours


def test_the_migrations_leave_nothing_for_autogenerate_to_do(dialog: Dialog) -> None:
    assert upgrade(dialog.write_engine) is True
    with dialog.write_engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=HOW)
        assert compare_metadata(context, product_metadata()) == []


def test_the_migrations_make_word_for_word_what_the_code_describes(dialog: Dialog) -> None:
    with dialog.write_engine.begin() as connection:
        tests = tables_of_tests()
        metadata.create_all(connection, tables=[table for table in metadata.sorted_tables if table not in tests])
        wanted = described(connection)
        metadata.drop_all(connection)
        assert described(connection) == set()
    upgrade(dialog.write_engine)
    with dialog.write_engine.connect() as connection:
        assert described(connection) == wanted


def test_tables_are_strict_and_those_with_long_keys_have_no_rowid(tmp_path: Path) -> None:
    dialog = SqliteDialog(tmp_path / "edge.db")
    upgrade(dialog.write_engine)
    with dialog.read_engine.connect() as connection:
        listed = {row.name: row for row in connection.execute(text("PRAGMA table_list"))}
    dialog.close()
    for table in product_metadata().sorted_tables:
        assert listed[table.name].strict == 1, table.name
        long_key = len(table.primary_key.columns) > 1 and not table.info.get("rowid")
        assert listed[table.name].wr == int(long_key), table.name


def test_upgrading_twice_does_nothing_the_second_time(dialog: Dialog) -> None:
    assert upgrade(dialog.write_engine) is True
    with dialog.write_engine.connect() as connection:
        before = described(connection)
    assert upgrade(dialog.write_engine) is False
    with dialog.write_engine.connect() as connection:
        assert described(connection) == before
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [revisions()[-1]]


def test_a_database_of_a_newer_version_is_refused_and_left_untouched(dialog: Dialog) -> None:
    with dialog.write_engine.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        connection.execute(text("INSERT INTO alembic_version VALUES ('2099_01_01_0099_later')"))
        connection.execute(text("CREATE TABLE things (id INTEGER)"))
        before = described(connection)
    with pytest.raises(SchemaTooNew) as refused:
        upgrade(dialog.write_engine)
    assert refused.value.facts == {"found": "2099_01_01_0099_later", "known": revisions()[-1]}
    with dialog.write_engine.connect() as connection:
        assert described(connection) == before
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "2099_01_01_0099_later"


def test_a_command_on_a_newer_database_says_so_in_words(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "edge.db") as database:
        database.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        database.execute("INSERT INTO alembic_version VALUES ('2099_01_01_0099_later')")
    database.close()
    done = run_tavernai("ledger", "verify", data=tmp_path)
    assert done.returncode == 1
    assert "newer version" in done.stderr
    assert "Traceback" not in done.stderr


OLD = sorted(path.name for path in LEDGERS.glob("*.db.gz"))


@pytest.mark.parametrize("name", OLD)
def test_the_data_of_every_released_version_opens_verifies_and_is_told_again(name: str, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    with gzip.open(LEDGERS / name) as packed, (data / "edge.db").open("wb") as unpacked:
        shutil.copyfileobj(packed, unpacked)
    verdict = answered("ledger", "verify", "--json", data=data)
    assert verdict["ok"]
    assert verdict["events"] > 30
    rebuilt = answered("ledger", "rebuild", "--check", "--json", data=data)
    assert [table["table"] for table in rebuilt["tables"] if not table["equal"]] == []
    assert {table["table"] for table in rebuilt["tables"] if table["rows"]} >= {
        "users",
        "messages",
        "variants",
        "tasks",
    }
    assert [user["username"] for user in answered("user", "list", "--json", data=data)] == ["owner"]


def answered(*words: str, data: Path) -> Any:
    """A command's JSON."""
    done = run_tavernai(*words, data=data)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)

"""The settings table."""

from dataclasses import fields
from pathlib import Path

import pytest

from tavernai.settings import SETTINGS, SettingRefused, Settings, is_loopback, read


def test_without_an_environment_everything_has_its_default() -> None:
    assert read({}) == Settings()
    assert read({"TAVERNAI_PORT": "  "}).port == 8000


def test_every_field_is_a_row_of_the_table_with_a_sentence() -> None:
    assert [row.name for row in SETTINGS] == [field.name for field in fields(Settings)]
    assert len({row.env for row in SETTINGS}) == len(SETTINGS)
    assert all(row.sentence.endswith(".") for row in SETTINGS)


def test_values_take_their_field_s_type() -> None:
    settings = read(
        {
            "TAVERNAI_DATA_DIR": "/srv/tavern",
            "TAVERNAI_PORT": "9001",
            "TAVERNAI_ALLOWED_HOSTS": "a.example, b.example,",
            "TAVERNAI_FIRST_TOKEN_SECONDS": "2.5",
        }
    )
    assert settings.data_dir == Path("/srv/tavern")
    assert (settings.port, settings.first_token_seconds) == (9001, 2.5)
    assert settings.allowed_hosts == ("a.example", "b.example")
    assert settings.key_file == Path("/srv/tavern/secret.key")


def test_the_command_line_beats_the_environment_where_it_says_something() -> None:
    environ = {"TAVERNAI_PORT": "9001", "TAVERNAI_HOST": "0.0.0.0"}
    settings = read(environ, port=9002, host=None)
    assert (settings.port, settings.host) == (9002, "0.0.0.0")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TAVERNAI_PORT", "eight"),
        ("TAVERNAI_PORT", "70000"),
        ("TAVERNAI_ALLOWED_ORIGINS", "*"),
        ("TAVERNAI_ALLOWED_ORIGINS", "app.example"),
        ("TAVERNAI_ALLOWED_ORIGINS", "https://app.example/path"),
        ("TAVERNAI_ALLOWED_HOSTS", "*"),
        ("TAVERNAI_LOG_FORMAT", "xml"),
        ("TAVERNAI_ROLE", "edge"),
        ("TAVERNAI_TLS_CERT", "cert.pem"),
        ("TAVERNAI_HEARTBEAT_SECONDS", "16"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_its_name(name: str, value: str) -> None:
    with pytest.raises(SettingRefused, match=name):
        read({name: value})


@pytest.mark.parametrize("role", ["edge", "worker"])
def test_roles_that_would_not_hear_each_other_are_refused_on_postgresql_too(role: str) -> None:
    with pytest.raises(SettingRefused, match="TAVERNAI_ROLE must be all"):
        read({"DATABASE_URL": "postgresql://db/x", "TAVERNAI_ROLE": role})


def test_addresses_of_databases_are_kept_out_of_what_is_printed() -> None:
    settings = read({"DATABASE_URL": "postgresql://u:hunter2@db/x", "REDIS_URL": "redis://:hunter2@r"})
    assert "hunter2" not in repr(settings)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("tavern.lan", False)],
)
def test_only_this_machine_s_own_addresses_are_loopback(host: str, loopback: bool) -> None:
    assert is_loopback(host) == loopback
    assert read({}, host=host).is_reachable != loopback


def test_behind_a_proxy_or_a_name_the_server_is_reachable_even_on_loopback() -> None:
    assert read({"TAVERNAI_TRUSTED_PROXIES": "127.0.0.1"}).is_reachable
    assert read({"TAVERNAI_ALLOWED_HOSTS": "tavern.example"}).is_reachable

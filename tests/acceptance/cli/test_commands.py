"""Commands as a person types them, without a server."""

import json
import sqlite3

import pytest

from tests.acceptance.cli.conftest import PASSWORD, Terminal

GROUPS = ("user", "key", "connection", "ledger")
COMMANDS = (
    *(("serve",), ("gateway",), ("openapi",)),
    *(("user", name) for name in ("add", "list", "passwd", "remove")),
    *(("key", name) for name in ("add", "list", "revoke")),
    *(("connection", name) for name in ("add", "list", "remove", "test")),
    *(("ledger", name) for name in ("verify", "reindex", "rebuild")),
)


@pytest.mark.parametrize("words", [(), *((group,) for group in GROUPS), *COMMANDS])
def test_every_command_explains_itself(terminal: Terminal, words: tuple[str, ...]) -> None:
    ended = terminal(*words, "--help")
    assert ended.code == 0
    assert "Usage: " in ended.out
    assert terminal.product.opened == 0


@pytest.mark.parametrize(
    "words",
    [("nothing",), ("user", "add"), ("user", "add", "ada", "--role", "king"), ("key", "add"), ("serve", "--port", "x"),
     ("ledger", "rebuild"), ("gateway", "--model", "m"), ("gateway", "--backend", "demo", "--host", "0.0.0.0")],
)  # fmt: skip
def test_what_is_not_understood_ends_with_2(terminal: Terminal, words: tuple[str, ...]) -> None:
    ended = terminal(*words)
    assert ended.code == 2
    assert ended.err
    assert not ended.out


def test_an_owner_is_made_and_listed(terminal: Terminal) -> None:
    terminal.add_user("ada", "owner")
    [user] = json.loads(terminal("user", "list", "--json").out)
    assert (user["username"], user["role"]) == ("ada", "owner")
    assert terminal("user", "list").out.splitlines()[1].startswith("ada       owner")


def test_a_key_is_printed_alone(terminal: Terminal) -> None:
    terminal.add_user("ada", "owner")
    ended = terminal("key", "add", "--user", "ADA", "--label", "script", "--scope", "chat", "--scope", "admin")
    assert ended.code == 0
    assert ended.out.startswith("tvk_")
    assert len(ended.out.split()) == 1
    [key] = json.loads(terminal("key", "list", "--json").out)
    assert key["scopes"] == ["chat", "admin"]


def test_a_revoked_key_is_listed_no_more(terminal: Terminal) -> None:
    terminal.add_user("ada")
    key = json.loads(terminal("key", "add", "--user", "ada", "--label", "script", "--json").out)
    assert terminal("key", "revoke", key["id"]).code == 0
    assert terminal("key", "list").out == "There are no keys.\n"
    assert terminal("key", "revoke", key["id"]).code == 1


@pytest.mark.parametrize(
    ("words", "stdin", "sentence"),
    [
        (("user", "add", "eve", "--password-stdin"), "short\n", "A password has 8 to 1024 characters."),
        (("user", "add", "e ve", "--password-stdin"), PASSWORD, "A name has 1 to 64 visible characters and no blanks."),
        (("user", "add", "ADA", "--password-stdin"), PASSWORD, "Somebody has this name already."),
        (("user", "add", "eve"), "", "No password was given; type one, or send it with --password-stdin."),
        (("user", "remove", "nobody"), "", "There is no user of this name."),
        (("user", "remove", "ada"), "", "The last owner can be neither removed nor made a member"),
        (("key", "add", "--user", "ada", "--label", "x", "--scope", "root"), "", "There is no such scope"),
    ],
)
def test_a_refusal_is_one_sentence_and_ends_with_1(
    terminal: Terminal, words: tuple[str, ...], stdin: str, sentence: str
) -> None:
    terminal.add_user("ada", "owner")
    ended = terminal(*words, stdin=stdin)
    assert ended.code == 1
    assert ended.err.startswith(sentence)
    assert ended.err.count("\n") == 1
    assert not ended.out


def test_a_password_may_hold_blanks_at_its_ends(terminal: Terminal) -> None:
    ended = terminal("user", "add", "ada", "--password-stdin", stdin="  seven!\r\n")
    assert ended.code == 0


def test_the_ledger_verifies_until_a_byte_is_flipped(terminal: Terminal) -> None:
    terminal.add_user("ada")
    assert json.loads(terminal("ledger", "verify", "--json").out)["ok"] is True
    with sqlite3.connect(terminal.data / "edge.db") as db:
        db.execute("UPDATE ledger_payloads SET data = replace(data, 'ada', 'adb')")
    db.close()
    ended = terminal("ledger", "verify")
    assert ended.code == 1
    assert "first in user:" in ended.err
    assert "at seq 1" in ended.err


def test_a_folder_that_cannot_be_made_is_told(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    (terminal.data.parent / "file").write_text("")
    ended = terminal("user", "list", "--data", str(terminal.data.parent / "file" / "data"))
    assert ended.code == 1
    assert ended.err.count("\n") == 1


def test_a_setting_that_cannot_be_used_is_told(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAVERNAI_PORT", "eight")
    ended = terminal("user", "list")
    assert (ended.code, ended.err) == (1, "TAVERNAI_PORT must be a number.\n")


def test_the_document_is_printed_or_written(terminal: Terminal) -> None:
    printed = json.loads(terminal("openapi").out)
    target = terminal.data.parent / "openapi.json"
    assert terminal("openapi", "--output", str(target)).code == 0
    assert json.loads(target.read_text()) == printed
    assert printed["info"]["title"] == "TavernAI Plus"

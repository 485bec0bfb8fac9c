"""Names, passwords, scopes: what is taken and what is not."""

import pytest

from tavernai.accounts.domain import (
    DEFAULT_KEY_SCOPES,
    ROLE_SCOPES,
    SCOPES,
    Principal,
    checked_password,
    checked_scopes,
    checked_username,
    username_key,
)
from tavernai.accounts.errors import PasswordRefused, ScopeUnknown, UsernameRefused
from tavernai.accounts.labels import UNKNOWN, label_of
from tavernai.accounts.tokens import KEY_PREFIX, csrf_token, new_key, new_session_token, new_setup_code, token_hash


@pytest.mark.parametrize("name", ["a", "Ada", "小明", "x" * 64, "o'neil-2", "é"])
def test_a_name_of_visible_characters_is_taken(name: str) -> None:
    assert checked_username(name) == name


@pytest.mark.parametrize(
    "name", ["", "x" * 65, "a b", "tab\t", "nul\0", "bidi\u202e", "zero\u200bwidth", "\ud800", "a\n"]
)
def test_a_name_with_anything_invisible_is_refused(name: str) -> None:
    with pytest.raises(UsernameRefused):
        checked_username(name)


@pytest.mark.parametrize(("one", "other"), [("Ada", "ADA"), ("straße", "STRASSE"), ("ＡＤＡ", "ada"), ("é", "e\u0301")])
def test_names_that_look_alike_are_the_same_name(one: str, other: str) -> None:
    assert username_key(one) == username_key(other)


@pytest.mark.parametrize(
    ("password", "fits"), [("x" * 7, False), ("x" * 8, True), ("密" * 1024, True), ("x" * 1025, False)]
)
def test_a_password_has_8_to_1024_characters(password: str, fits: bool) -> None:
    if fits:
        assert checked_password(password) == password
    else:
        with pytest.raises(PasswordRefused):
            checked_password(password)


def test_a_key_without_scopes_gets_all_but_admin() -> None:
    assert tuple(checked_scopes([])) == DEFAULT_KEY_SCOPES
    assert set(SCOPES) - set(DEFAULT_KEY_SCOPES) == {"admin"}


def test_an_unknown_scope_is_refused() -> None:
    with pytest.raises(ScopeUnknown):
        checked_scopes(["chat", "root"])


@pytest.mark.parametrize("scope", SCOPES)
def test_a_member_may_everything_but_admin_and_never_what_is_for_owners(scope: str) -> None:
    member = Principal("u", "member", ROLE_SCOPES["member"], "session")
    assert member.may(scope) == (scope != "admin")
    assert not member.may(scope, owner=True)


def test_an_owner_s_key_may_only_what_it_was_issued_for() -> None:
    who = Principal("u", "owner", frozenset({"chat"}), "key")
    assert who.may("chat", owner=True)
    assert not who.may("characters")


def test_tokens_are_never_twice_the_same_and_stored_as_something_else() -> None:
    tokens = {new_key() for _ in range(50)} | {new_session_token() for _ in range(50)}
    assert len(tokens) == 100
    assert all(token_hash(token) != token and len(token) >= 43 for token in tokens)
    assert new_key().startswith(KEY_PREFIX)


def test_the_csrf_token_is_its_session_s_alone_and_does_not_give_it_away() -> None:
    token = new_session_token()
    assert csrf_token(token) == csrf_token(token) != csrf_token(new_session_token())
    assert token not in csrf_token(token)
    assert csrf_token(token) != token_hash(token)


def test_a_setup_code_is_short_enough_to_type_and_long_enough_to_keep_out() -> None:
    codes = {new_setup_code() for _ in range(100)}
    assert len(codes) == 100
    assert all(len(code) == 14 and not set(code) & set("IL1O0") for code in codes)


@pytest.mark.parametrize(
    ("user_agent", "label"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130 Safari/537.36 Edg/130", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18 Safari/604.1", "Safari on iPhone"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("<script>alert(1)</script>", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_a_session_is_called_by_what_a_person_recognises(user_agent: str, label: str) -> None:
    assert label_of(user_agent) == label

"""Who somebody is and what follows from it. Pure."""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from tavernai.accounts.errors import PasswordRefused, ScopeUnknown, UsernameRefused

USERNAME_MAX = 64
PASSWORD_MIN = 8
PASSWORD_MAX = 1024
LABEL_MAX = 100

SCOPES = ("chat", "characters", "gateway", "memory", "tools", "config", "import", "admin")
"""What an API key may be for."""


class Role(StrEnum):
    """An owner administers users, connections, backups; a member has what is theirs."""

    OWNER = "owner"
    MEMBER = "member"


# The most that a person of this role may do; a key has its own scopes cut by its person's.
ROLE_SCOPES: dict[str, frozenset[str]] = {
    Role.OWNER: frozenset(SCOPES),
    Role.MEMBER: frozenset(SCOPES) - {"admin"},
}

DEFAULT_KEY_SCOPES = tuple(scope for scope in SCOPES if scope != "admin")


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is asking, for the length of one request."""

    user_id: str
    role: Literal["owner", "member"]
    scopes: frozenset[str]
    via: Literal["session", "key"]
    session_id: str | None = None
    key_id: str | None = None

    @property
    def door(self) -> str | None:
        """The session or key this person came in by; what it opened is closed with it."""
        return self.session_id or self.key_id

    def may(self, scope: str, *, owner: bool = False) -> bool:
        """Whether this person, through this door, may do things of `scope` (owner: and is one)."""
        return scope in self.scopes and (not owner or self.role == "owner")


@dataclass(frozen=True, slots=True)
class User:
    """A person with an account."""

    id: str
    username: str
    role: Literal["owner", "member"]
    version: int
    created_at: int


def checked_username(username: str) -> str:
    """The name in composed form. Raises UsernameRefused unless it is 1 to 64 visible characters without blanks."""
    name = unicodedata.normalize("NFC", username)
    if not 1 <= len(name) <= USERNAME_MAX or not all(map(_is_visible, name)):
        raise UsernameRefused
    return name


def username_key(username: str) -> str:
    """What two names must not share: compatibility form without case, so that `ＡＤＡ` and `ada` are one person."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", username).casefold())


def _is_visible(char: str) -> bool:
    # Letters, marks, numbers, punctuation, symbols: no blanks, controls, direction marks, private or lone surrogates.
    return unicodedata.category(char)[0] in "LMNPS"


def checked_password(password: str) -> str:
    """The password as given. Raises PasswordRefused unless it is 8 to 1024 characters."""
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        raise PasswordRefused
    return password


def checked_scopes(scopes: list[str] | tuple[str, ...]) -> list[str]:
    """The scopes a key gets, in their order; none asked for means all but admin. Raises ScopeUnknown."""
    for scope in scopes:
        if scope not in SCOPES:
            raise ScopeUnknown(scope=scope[:LABEL_MAX], known=list(SCOPES))
    wanted = set(scopes or DEFAULT_KEY_SCOPES)
    return [scope for scope in SCOPES if scope in wanted]

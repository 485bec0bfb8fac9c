"""The shapes of /api/setup, /api/auth, /api/keys and /api/users."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from tavernai.accounts.domain import LABEL_MAX, PASSWORD_MAX, SCOPES, User
from tavernai.accounts.keys import Key
from tavernai.accounts.sign_in import Session
from tavernai.kernel.clock import rfc3339

# Wider than the rules: what breaks a rule gets the rule's own sentence, what is absurd is turned away here.
Name = Annotated[str, Field(max_length=256)]
Secret = Annotated[str, Field(max_length=4 * PASSWORD_MAX, json_schema_extra={"format": "password"})]
RoleName = Literal["owner", "member"]


class Given(BaseModel):
    """Anything a client sends."""

    model_config = ConfigDict(extra="forbid")


class SetupState(BaseModel):
    """Whether this server waits for its first owner, and whether this browser is somebody's already."""

    needed: bool
    code_required: bool
    signed_in: bool


class SetupGiven(Given):
    """The first owner."""

    username: Name
    password: Secret
    code: Annotated[str, Field(max_length=64)] | None = None


class SignInGiven(Given):
    """A name and a password."""

    username: Name
    password: Secret


class PasswordGiven(Given):
    """The password so far and the next one."""

    current: Secret
    new: Secret


class Me(BaseModel):
    """The person of a session."""

    id: str
    username: str
    role: RoleName

    @classmethod
    def of(cls, user: User) -> "Me":
        return cls(id=user.id, username=user.username, role=user.role)


class SignedInShown(BaseModel):
    """Who is signed in, and what every change must carry in X-CSRF-Token (nothing for an API key)."""

    user: Me
    csrf_token: str | None


class SessionShown(BaseModel):
    """One place where you are signed in."""

    id: str
    label: str
    created_at: str
    seen_at: str
    current: bool

    @classmethod
    def of(cls, session: Session, *, current: str | None) -> "SessionShown":
        return cls(
            id=session.id,
            label=session.label,
            created_at=rfc3339(session.created_at),
            seen_at=rfc3339(session.seen_at),
            current=session.id == current,
        )


class SessionPage(BaseModel):
    """Sessions, the oldest first."""

    items: list[SessionShown]
    next_cursor: str | None


class KeyGiven(Given):
    """A key to issue; no scopes means all but admin."""

    label: Annotated[str, Field(min_length=1, max_length=LABEL_MAX)]
    scopes: Annotated[list[Annotated[str, Field(max_length=32)]], Field(max_length=len(SCOPES))] = []


class KeyShown(BaseModel):
    """A key of yours; its text was shown once."""

    id: str
    label: str
    scopes: list[str]
    created_at: str
    last_used_at: str | None

    @classmethod
    def of(cls, key: Key) -> "KeyShown":
        return cls(
            id=key.id,
            label=key.label,
            scopes=list(key.scopes),
            created_at=rfc3339(key.created_at),
            last_used_at=None if key.last_used_at is None else rfc3339(key.last_used_at),
        )


class KeyIssuedShown(KeyShown):
    """A fresh key; `key` is its text, which is never shown again."""

    key: str


class KeyPage(BaseModel):
    """Keys, the oldest first."""

    items: list[KeyShown]
    next_cursor: str | None


class UserGiven(Given):
    """An account to make."""

    username: Name
    password: Secret
    role: RoleName = "member"


class UserChange(Given):
    """What to change of an account, and the version you saw."""

    version: Annotated[int, Field(ge=1)]
    username: Name | None = None
    role: RoleName | None = None


class UserPassword(Given):
    """A new password for somebody who lost theirs."""

    password: Secret


class UserShown(BaseModel):
    """An account."""

    id: str
    username: str
    role: RoleName
    version: int
    created_at: str

    @classmethod
    def of(cls, user: User) -> "UserShown":
        return cls(
            id=user.id,
            username=user.username,
            role=user.role,
            version=user.version,
            created_at=rfc3339(user.created_at),
        )


class UserPage(BaseModel):
    """Accounts, the oldest first."""

    items: list[UserShown]
    next_cursor: str | None

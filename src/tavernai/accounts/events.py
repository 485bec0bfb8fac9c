"""Facts about people, in the stream `user:<id>` of each; refusals at the door in the stream `auth`. Never a secret."""

from tavernai.kernel.facts import fact
from tavernai.ledger.domain import Stream

AUTH = Stream(key="auth", owner_id="")


def user_stream(user_id: str) -> Stream:
    """Where everything about one account is recorded."""
    return Stream(key=f"user:{user_id}", owner_id=user_id)


@fact("user.added")
class UserAdded:
    """An account was made."""

    user_id: str
    username: str
    username_key: str
    role: str


@fact("user.renamed")
class UserRenamed:
    """The account has another name."""

    user_id: str
    username: str
    username_key: str
    was: str


@fact("user.role_changed")
class UserRoleChanged:
    """Owner became member, or the reverse."""

    user_id: str
    role: str
    was: str


@fact("user.password_changed")
class UserPasswordChanged:
    """The account has another password; which one is nowhere written."""

    user_id: str


@fact("user.removed")
class UserRemoved:
    """The account is gone and its name free again."""

    user_id: str


@fact("key.issued")
class KeyIssued:
    """An API key was made; the key itself is nowhere written."""

    key_id: str
    label: str
    scopes: list[str]


@fact("key.revoked")
class KeyRevoked:
    """An API key ended."""

    key_id: str


@fact("auth.denied")
class AuthDenied:
    """Failed sign-ins from one address since the last such fact; at most one a minute and address.

    The name typed is not kept: people type passwords into that field. `user_id` says whose account it was, if any.
    """

    address: str
    user_id: str | None
    attempts: int

"""Opaque tokens: 256 random bits that mean nothing without our table, which holds only their hash."""

import hashlib
import hmac
import secrets

KEY_PREFIX = "tvk_"
_CODE_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"  # none that look alike


def new_session_token() -> str:
    """What the cookie holds."""
    return secrets.token_urlsafe(32)


def new_key() -> str:
    """An API key, shown once."""
    return KEY_PREFIX + secrets.token_urlsafe(32)


def new_setup_code() -> str:
    """A one-time code somebody types off the terminal: ABCD-EFGH-JKMN, about 58 bits."""
    return "-".join("".join(secrets.choice(_CODE_LETTERS) for _ in range(4)) for _ in range(3))


def token_hash(token: str) -> str:
    """What is stored and looked up: with 256 bits in the token a plain sha256 cannot be searched."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def csrf_token(session_token: str) -> str:
    """The header value a page proves itself with: derived from its session, so there is nothing to store or to fix."""
    return hmac.new(session_token.encode("utf-8", "surrogatepass"), b"tavernai csrf", hashlib.sha256).hexdigest()


def same(one: str, other: str) -> bool:
    """Compare in a time that tells nothing."""
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))

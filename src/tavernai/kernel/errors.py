"""Every refusal, one tree. The docstring is the message people read; `code` is stable; facts stand beside the text.

TavernError
├── InvalidInput      422   what was sent cannot be used
│   └── MalformedInput 400  it could not even be read
├── NotSignedIn       401
├── Forbidden         403
├── NotFound          404   also: belongs to somebody else
├── Conflict          409   somebody was faster; facts carry the current state
├── Gone              410
├── TooLarge          413
├── UnsupportedInput  415
├── TooMany           429   facts.retry_after_seconds
└── Unavailable       503   try again; nothing was lost

Each room adds its own below these, in its errors.py.
"""

from typing import Any, ClassVar


class TavernError(Exception):
    """Something was refused."""

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 500

    def __init__(self, detail: str | None = None, **facts: Any) -> None:
        self.detail = detail or " ".join((type(self).__doc__ or "").split())
        self.facts = facts
        super().__init__(self.detail)


class InvalidInput(TavernError):
    """What was sent cannot be used; see the facts for the field."""

    code = "invalid_input"
    status = 422


class MalformedInput(InvalidInput):
    """The request could not be read."""

    code = "malformed_input"
    status = 400


class NotSignedIn(TavernError):
    """Sign in first, or send an API key."""

    code = "not_signed_in"
    status = 401


class Forbidden(TavernError):
    """Your role or key does not allow this."""

    code = "forbidden"
    status = 403


class NotFound(TavernError):
    """There is nothing here under this id, or it is not yours."""

    code = "not_found"
    status = 404


class Conflict(TavernError):
    """It was changed meanwhile; the current state is in the facts. Look at it and try again."""

    code = "conflict"
    status = 409


class Gone(TavernError):
    """This has ended; make a new one."""

    code = "gone"
    status = 410


class TooLarge(TavernError):
    """That is larger than this server takes."""

    code = "too_large"
    status = 413


class UnsupportedInput(TavernError):
    """This kind of file or content is not understood."""

    code = "unsupported_input"
    status = 415


class TooMany(TavernError):
    """Too many requests; wait a moment."""

    code = "too_many"
    status = 429


class Unavailable(TavernError):
    """The server cannot do this right now; nothing was lost, try again."""

    code = "unavailable"
    status = 503

"""What a model's server can do wrong, by stable code; the docstring tells the person what to do next.

TavernError
├── NotFound
│   └── UnknownConnection     no connection of this name
├── Conflict
│   └── NameTaken             two connections may not share a name
├── InvalidInput
│   ├── UnsafeAddress         a base URL this server will not call
│   └── UnknownKind           a kind of connection no engine serves
├── Unavailable
│   ├── NoConnection          nothing to talk to yet
│   ├── SecretLost            a stored key cannot be opened
│   └── ListenerTooSlow       who asked reads slower than the model speaks
└── UpstreamError             facts: connection?, upstream_status?, words? (the provider's own, bounded)
    ├── UpstreamTimeout           504
    ├── UpstreamUnreachable       503
    ├── UpstreamAuth              502
    ├── UpstreamRateLimited       429   facts.retry_after_seconds
    ├── UpstreamContextTooLong    400
    ├── UpstreamRefused           400
    ├── UpstreamServerError       502
    ├── UpstreamBadAnswer         502
    ├── UpstreamCut               502
    ├── UpstreamLoading           503   facts.retry_after_seconds
    └── UpstreamPaused            503   facts.retry_after_seconds, failures

An error that comes after the first deltas were handed out leaves them valid: the text so far is real and is kept.
"""

import re
from typing import Any, ClassVar

from tavernai.kernel.errors import Conflict, InvalidInput, NotFound, TavernError, Unavailable
from tavernai.kernel.text import clean_text

WORDS_CHARACTERS_MAX = 500


class UnknownConnection(NotFound):
    """There is no connection of this name; pick one that is listed under Connections."""

    code = "unknown_connection"


class NameTaken(Conflict):
    """Another connection has this name already; choose a different one."""

    code = "name_taken"


class UnsafeAddress(InvalidInput):
    """This address is not called: give an http or https address of a model server, without a name or password in it."""

    code = "unsafe_address"


class UnknownKind(InvalidInput):
    """This kind of connection is not served here; the facts list the kinds that are."""

    code = "unknown_kind"


class NoConnection(Unavailable):
    """No model is connected yet; add a connection under Connections, then try again."""

    code = "no_connection"


class SecretLost(Unavailable):
    """The stored key cannot be opened, because the server's key file changed; enter the connection's key again."""

    code = "secret_lost"


class ListenerTooSlow(Unavailable):
    """The answer came much faster than it was read, and was stopped; ask again and read it as it comes."""

    code = "listener_too_slow"


class UpstreamError(TavernError):
    """The model's server failed; try again or choose another connection."""

    code = "upstream_error"
    status = 502
    retryable: ClassVar[bool] = True
    has_owners_words: ClassVar[bool] = False
    """Whether the words may name the server's address or a piece of the key, which owners alone see."""

    @property
    def words(self) -> str:
        """What the provider said itself, cleaned and bounded; empty when it said nothing."""
        return str(self.facts.get("words") or "")

    @property
    def shared_facts(self) -> dict[str, Any]:
        """The facts for whoever may use a connection: the words only where they tell nothing of how it is set up."""
        return {name: value for name, value in self.facts.items() if name != "words" or not self.has_owners_words}


class UpstreamTimeout(UpstreamError):
    """The model took too long to answer; try again, or raise the connection's time limits if the model is slow."""

    code = "upstream_timeout"
    status = 504


class UpstreamUnreachable(UpstreamError):
    """The model's server cannot be reached; check that it runs and that the connection's address is right."""

    code = "upstream_unreachable"
    status = 503
    has_owners_words = True


class UpstreamAuth(UpstreamError):
    """The model's server does not accept the key; put a valid key into the connection."""

    code = "upstream_auth"
    retryable = False
    has_owners_words = True


class UpstreamRateLimited(UpstreamError):
    """The provider asks us to slow down or the quota is used up; wait a moment, then try again."""

    code = "upstream_rate_limited"
    status = 429

    @property
    def retry_after_seconds(self) -> float | None:
        """How long the provider asks to wait; None when it did not say."""
        return self.facts.get("retry_after_seconds")


class UpstreamContextTooLong(UpstreamError):
    """The prompt is longer than this model takes; lower the connection's context size or choose a larger model."""

    code = "upstream_context_too_long"
    status = 400
    retryable = False


class UpstreamRefused(UpstreamError):
    """The provider refused the request; read its words, then change the model's name or the message."""

    code = "upstream_refused"
    status = 400
    retryable = False


class UpstreamServerError(UpstreamError):
    """The model's server reported an error of its own; try again in a moment."""

    code = "upstream_server_error"


class UpstreamBadAnswer(UpstreamError):
    """The server answered with something that is no model's answer; check the connection's address, then try again."""

    code = "upstream_bad_answer"


class UpstreamCut(UpstreamError):
    """The line to the model broke in the middle of the answer; the text so far is kept, continue or try again."""

    code = "upstream_cut"


class UpstreamLoading(UpstreamError):
    """The model is still being loaded; it answers as soon as it is ready, wait a moment."""

    code = "upstream_loading"
    status = 503


class UpstreamPaused(UpstreamError):
    """This connection failed several times in a row and rests for a moment; choose another one or wait."""

    code = "upstream_paused"
    status = 503


UPSTREAM_ERRORS: dict[str, type[UpstreamError]] = {
    kind.code: kind
    for kind in (
        UpstreamTimeout,
        UpstreamUnreachable,
        UpstreamAuth,
        UpstreamRateLimited,
        UpstreamContextTooLong,
        UpstreamRefused,
        UpstreamServerError,
        UpstreamBadAnswer,
        UpstreamCut,
        UpstreamLoading,
        UpstreamPaused,
    )
}

_STATUS: dict[int, type[UpstreamError]] = {
    401: UpstreamAuth,
    403: UpstreamAuth,
    407: UpstreamAuth,
    408: UpstreamTimeout,
    413: UpstreamContextTooLong,
    429: UpstreamRateLimited,
    504: UpstreamTimeout,
}
_TOO_LONG = re.compile(
    r"context[ _-]?(length|window|size)|maximum context|too many (input )?tokens|prompt is too long"
    r"|exceed\w* .{0,40}(context|token)",
    re.IGNORECASE,
)
_LOADING = re.compile(
    r"loading (the )?model|model (\S+ )?is (currently |still )?(being )?load|(still|is|currently) loading"
    r"|model is warming|warming up",
    re.IGNORECASE,
)
LOADING_STATUSES = (409, 425, 500, 502, 503)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]+")


def clean_words(words: Any, *, secret: str = "") -> str:
    """A provider's words, fit to be shown: one line, no control or direction marks, bounded, without the key."""
    text = clean_text(words if isinstance(words, str) else "")
    if secret:
        text = text.replace(secret, "***")
    text = " ".join(_CONTROLS.sub(" ", text[: WORDS_CHARACTERS_MAX * 4]).split())
    return text if len(text) <= WORDS_CHARACTERS_MAX else text[: WORDS_CHARACTERS_MAX - 1] + "…"


def upstream_error(code: str, **facts: Any) -> UpstreamError:
    """The error of this code, as another process named it; an unknown code is a server error."""
    return UPSTREAM_ERRORS.get(code, UpstreamServerError)(**facts)


def error_of_status(status: int, words: str = "", *, provider_code: str = "", **facts: Any) -> UpstreamError:
    """The error an HTTP answer means. `words` are clean already; `provider_code` is the body's own."""
    kind = UPSTREAM_ERRORS.get(provider_code) or _STATUS.get(status)
    if kind is None and status in LOADING_STATUSES and _LOADING.search(words):
        kind = UpstreamLoading
    if kind is None:
        too_long = provider_code == "context_length_exceeded" or bool(_TOO_LONG.search(words))
        kind = UpstreamContextTooLong if too_long and status < 500 else _kind_of_class(status)
    return kind(**{"upstream_status": status, "words": words, **facts})


def _kind_of_class(status: int) -> type[UpstreamError]:
    if status >= 500:
        return UpstreamServerError
    return UpstreamRefused if status >= 400 else UpstreamBadAnswer

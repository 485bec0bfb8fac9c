"""What a connection may be: kinds, names, settings. Pure rules and their tables."""

from dataclasses import dataclass, field, fields, replace
from typing import Any
from urllib.parse import urlsplit

from tavernai.gateway.addresses import checked_base_url
from tavernai.gateway.domain import CONTEXT_TOKENS_DEFAULT, REPLY_TOKENS_DEFAULT, Timeouts
from tavernai.gateway.errors import UnknownKind
from tavernai.kernel.errors import InvalidInput
from tavernai.kernel.text import clean_text

NAME_CHARACTERS_MAX = 64
MODEL_CHARACTERS_MAX = 256
KEY_CHARACTERS_MAX = 4096

KINDS: dict[str, str] = {
    "demo": "",
    "openai": "https://api.openai.com/v1",
    "ollama": "http://127.0.0.1:11434/v1",
    "llamacpp": "http://127.0.0.1:8080/v1",
    "koboldcpp": "http://127.0.0.1:5001/v1",
}
"""Each kind and where its server listens when nobody says otherwise; the demo listens nowhere."""

OPENAI_KINDS = tuple(kind for kind, base_url in KINDS.items() if base_url)
"""Kinds that speak OpenAI's chat completions: one back end serves them all."""


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A model server people run on their own machine."""

    kind: str
    name: str
    base_url: str


LOCAL_SERVERS = (
    LocalServer("ollama", "Ollama", KINDS["ollama"]),
    LocalServer("llamacpp", "llama.cpp", KINDS["llamacpp"]),
    LocalServer("koboldcpp", "KoboldCpp", KINDS["koboldcpp"]),
    LocalServer("openai", "LM Studio", "http://127.0.0.1:1234/v1"),
)

SECONDS = (0.05, 3_600.0)
RANGES: dict[str, tuple[float, float]] = {
    "context_tokens": (256, 10_000_000),
    "reply_tokens": (1, 1_000_000),
    "temperature": (0.0, 5.0),
    "connect_seconds": SECONDS,
    "first_token_seconds": SECONDS,
    "between_tokens_seconds": SECONDS,
}


@dataclass(frozen=True, slots=True)
class ConnectionSettings:
    """How a connection is used. `temperature` None leaves it to the preset, a time-out None to the default."""

    context_tokens: int = CONTEXT_TOKENS_DEFAULT
    reply_tokens: int = REPLY_TOKENS_DEFAULT
    temperature: float | None = None
    connect_seconds: float | None = None
    first_token_seconds: float | None = None
    between_tokens_seconds: float | None = None

    def as_json(self) -> dict[str, Any]:
        """What differs from nothing said: tokens and temperature always, time-outs where they are set."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: value for name, value in values.items() if value is not None or name == "temperature"}

    def changed(self, given: dict[str, Any]) -> "ConnectionSettings":
        """These settings with what was given put in. Raises InvalidInput (facts: field, least, most)."""
        for name, value in given.items():
            least, most = RANGES[name]
            if value is not None and not least <= value <= most:
                raise InvalidInput(f"{name} is between {least:g} and {most:g}.", field=name, least=least, most=most)
        return replace(self, **{name: value for name, value in given.items() if value is not None or name in _OPTIONAL})

    def timeouts(self, usual: Timeouts) -> Timeouts:
        """Its own time-outs, the usual ones where it has none."""
        return Timeouts(
            connect_seconds=self.connect_seconds or usual.connect_seconds,
            first_token_seconds=self.first_token_seconds or usual.first_token_seconds,
            between_tokens_seconds=self.between_tokens_seconds or usual.between_tokens_seconds,
        )


_OPTIONAL = frozenset(one.name for one in fields(ConnectionSettings) if one.default is None)


@dataclass(frozen=True, slots=True)
class StoredConnection:
    """A connection as owners see it; its key is never among what is seen."""

    id: str
    name: str
    kind: str
    base_url: str
    model: str
    is_default: bool
    has_key: bool
    version: int
    settings: ConnectionSettings = field(default_factory=ConnectionSettings)


def checked_kind(kind: str) -> str:
    """Raises UnknownKind (facts: kind, known)."""
    if kind not in KINDS:
        raise UnknownKind(kind=kind, known=list(KINDS))
    return kind


def checked_address(kind: str, base_url: str | None) -> str:
    """The address to keep: the one given, else where this kind usually listens. Raises UnsafeAddress."""
    if not KINDS[checked_kind(kind)]:
        return ""
    return checked_base_url(base_url or KINDS[kind])


def checked_name(name: str) -> str:
    """A connection's name, trimmed. Raises InvalidInput: empty, too long, or with a slash (it ends the name in
    CONNECTION/MODEL)."""
    trimmed = " ".join(clean_text(name).split())
    if not trimmed or len(trimmed) > NAME_CHARACTERS_MAX or "/" in trimmed or not trimmed.isprintable():
        raise InvalidInput(f"A connection's name has 1 to {NAME_CHARACTERS_MAX} characters and no slash.", field="name")
    return trimmed


def name_key(name: str) -> str:
    """What makes two names the same."""
    return name.casefold()


def checked_model(model: str) -> str:
    """A model's name as the provider writes it, trimmed. Raises InvalidInput."""
    trimmed = clean_text(model).strip()
    if len(trimmed) > MODEL_CHARACTERS_MAX or (trimmed and not trimmed.isprintable()):
        raise InvalidInput(f"A model's name has at most {MODEL_CHARACTERS_MAX} characters.", field="model")
    return trimmed


def checked_key(key: str) -> str:
    """A key as it goes into a header: printable ASCII, trimmed. Raises InvalidInput; the key is not in its facts."""
    trimmed = key.strip()
    if len(trimmed) > KEY_CHARACTERS_MAX or not (trimmed.isascii() and (trimmed.isprintable() or not trimmed)):
        raise InvalidInput("A key is one line of letters, digits and signs.", field="key")
    return trimmed


def same_host(one: str, other: str) -> bool:
    """Whether two base URLs lead to the same host by the same scheme: a key given for one may go to the other."""
    first, second = urlsplit(one), urlsplit(other)
    return (first.scheme, first.hostname) == (second.scheme, second.hostname)

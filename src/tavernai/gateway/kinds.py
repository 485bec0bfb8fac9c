"""What a connection may be: kinds, names, settings. Pure rules and their tables."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any
from urllib.parse import urlsplit

from tavernai.gateway.addresses import checked_base_url
from tavernai.gateway.domain import REPLY_TOKENS_DEFAULT, Prices, Timeouts
from tavernai.gateway.errors import UnknownKind
from tavernai.gateway.templates import TEMPLATES
from tavernai.kernel.errors import InvalidInput
from tavernai.kernel.text import clean_text

NAME_CHARACTERS_MAX = 64
MODEL_CHARACTERS_MAX = 256
KEY_CHARACTERS_MAX = 4096

KINDS: dict[str, str] = {
    "demo": "",
    "openai": "https://api.openai.com/v1",
    "anthropic": "https://api.anthropic.com/v1",
    "gemini": "https://generativelanguage.googleapis.com/v1beta",
    "ollama": "http://127.0.0.1:11434",
    "llamacpp": "http://127.0.0.1:8080",
    "koboldcpp": "http://127.0.0.1:5001",
    "text": "http://127.0.0.1:5000/v1",
}
"""Each kind and where its server listens when nobody says otherwise; the demo listens nowhere."""

TEXT_KINDS = ("llamacpp", "koboldcpp", "text")
"""Kinds that complete a text: messages reach them through a template, or as a prompt that is rendered already."""


ESTIMATE, SERVER = "estimate", "server"
TOKENIZERS = (
    ESTIMATE, SERVER, "llama4", "llama3", "qwen3.5", "qwen", "deepseek", "o200k", "cl100k", "tekken", "mistral",
)  # fmt: skip
"""What tokens may be counted by: no vocabulary at all, the model's own server, or that of a family of models."""


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
PRICE_MAX = 1_000_000.0
FALLBACKS_MAX = 8
_CURRENCY = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True)
class ConnectionSettings:
    """How a connection is used.

    None leaves context_tokens to its server, temperature to the preset, a time-out to the default. `template` empty:
    guessed from the model's name; so is an empty `tokenizer`. `fallbacks`: ids of other connections, in order.
    """

    context_tokens: int | None = None
    reply_tokens: int = REPLY_TOKENS_DEFAULT
    temperature: float | None = None
    connect_seconds: float | None = None
    first_token_seconds: float | None = None
    between_tokens_seconds: float | None = None
    template: str = ""
    tokenizer: str = ""
    prices: dict[str, Any] | None = None
    fallbacks: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """What differs from nothing said: tokens and temperature always, the rest where it is set."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        shown = {name: value for name, value in values.items() if value or name in _ALWAYS}
        return shown | {"fallbacks": list(self.fallbacks)} if self.fallbacks else shown

    def changed(self, given: dict[str, Any]) -> "ConnectionSettings":
        """These settings with what was given put in. Raises InvalidInput (facts: field, least, most)."""
        for name, value in given.items():
            if value is None:
                continue
            if name in CHECKS:
                CHECKS[name](value)
                continue
            least, most = RANGES[name]
            if not least <= value <= most:
                raise InvalidInput(f"{name} is between {least:g} and {most:g}.", field=name, least=least, most=most)
        taken = {name: value for name, value in given.items() if value is not None or name in _OPTIONAL}
        return replace(self, **(taken | {"fallbacks": tuple(taken["fallbacks"])} if "fallbacks" in taken else taken))

    @property
    def paid(self) -> Prices | None:
        return Prices(**self.prices) if self.prices else None

    def timeouts(self, usual: Timeouts) -> Timeouts:
        """Its own time-outs, the usual ones where it has none."""
        return Timeouts(
            connect_seconds=self.connect_seconds or usual.connect_seconds,
            first_token_seconds=self.first_token_seconds or usual.first_token_seconds,
            between_tokens_seconds=self.between_tokens_seconds or usual.between_tokens_seconds,
        )


_OPTIONAL = frozenset(one.name for one in fields(ConnectionSettings) if one.default is None)
_ALWAYS = ("context_tokens", "reply_tokens", "temperature")


def settings_of(stored: dict[str, Any]) -> ConnectionSettings:
    """Settings as they were kept."""
    return ConnectionSettings(**{**stored, "fallbacks": tuple(stored.get("fallbacks") or ())})


def _check_template(value: str) -> None:
    if value and value not in TEMPLATES:
        known = ", ".join(TEMPLATES)
        raise InvalidInput(f"A template is one of {known}, or empty.", field="template", known=list(TEMPLATES))


def _check_tokenizer(value: str) -> None:
    if value and value not in TOKENIZERS:
        known = ", ".join(TOKENIZERS)
        raise InvalidInput(f"A tokenizer is one of {known}, or empty.", field="tokenizer", known=list(TOKENIZERS))


def _check_prices(value: dict[str, Any]) -> None:
    for name in ("input_per_million", "output_per_million"):
        if not 0 <= value[name] <= PRICE_MAX:
            raise InvalidInput(f"A price is between 0 and {PRICE_MAX:g}.", field="prices", least=0, most=PRICE_MAX)
    if not _CURRENCY.fullmatch(value["currency"]):
        raise InvalidInput("A currency has three capital letters, like EUR.", field="prices")


def _check_fallbacks(value: Sequence[str]) -> None:
    if len(value) > FALLBACKS_MAX or len(set(value)) != len(value):
        raise InvalidInput(f"At most {FALLBACKS_MAX} other connections, each once.", field="fallbacks")


CHECKS: dict[str, Callable[[Any], None]] = {
    "template": _check_template,
    "tokenizer": _check_tokenizer,
    "prices": _check_prices,
    "fallbacks": _check_fallbacks,
}
"""What a setting that is no number must be."""


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

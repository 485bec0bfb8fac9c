"""What goes to a model and what comes back. Pure: no I/O, no clock, no framework."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

CONTEXT_TOKENS_DEFAULT = 8192
REPLY_TOKENS_DEFAULT = 400
WHOLE_ANSWER_FACTOR = 5
HASH_MODEL = "hash-1024"

FINISHES = ("stop", "length", "tool_calls", "content_filter", "interrupted")
"""How an answer ends. The first four are OpenAI's; `interrupted` is ours: the upstream closed cleanly without saying
that it was done, so the text is kept but nobody claims that it is whole."""


class Secret:
    """A key that is shown to nobody by accident: `repr`, `str` and formatting give stars, `reveal()` gives the text."""

    __slots__ = ("_text",)

    def __init__(self, text: str = "") -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __repr__(self) -> str:
        return "Secret(***)" if self._text else "Secret()"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> Any:
        # A pickle or a deep copy would carry the key into places nobody looks after.
        raise TypeError("a Secret is not copied")


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds. `first_token` runs from the sending of the request, `between_tokens` from the last token."""

    connect_seconds: float = 5.0
    first_token_seconds: float = 60.0
    between_tokens_seconds: float = 30.0

    @property
    def whole_answer_seconds(self) -> float:
        """The bound of an answer that comes in one piece: its first byte is also its last token."""
        return self.first_token_seconds * WHOLE_ANSWER_FACTOR


COST_PLACES = Decimal("0.0000000001")
_MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Prices:
    """What a provider asks for a million tokens; `currency` is an ISO 4217 code."""

    input_per_million: float
    output_per_million: float
    currency: str = "USD"

    def cost_of(self, usage: Mapping[str, Any] | None) -> dict[str, str] | None:
        """{amount: a decimal text, currency} of an answer; None where the provider did not count both sides."""
        tokens = [(usage or {}).get(name) for name in ("prompt_tokens", "completion_tokens")]
        if not all(isinstance(count, int) for count in tokens):
            return None
        prices = (self.input_per_million, self.output_per_million)
        whole = sum(
            (Decimal(str(price)) * int(count or 0) for price, count in zip(prices, tokens, strict=True)), Decimal()
        )
        amount = (whole / _MILLION).quantize(COST_PLACES).normalize()
        return {"amount": format(amount, "f"), "currency": self.currency}


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection, resolved: everything a back end needs to reach its models.

    is_context_set: whether somebody set `context_tokens`; where nobody did, the gateway asks the server.
    template: how messages become a prompt, for servers that complete text (gateway.templates); empty: guessed.
    tokenizer: what its tokens are counted by (gateway.kinds.TOKENIZERS); empty: found by the model's name.
    fallbacks: ids of the connections to ask when this one does not answer, in order.
    """

    id: str
    name: str
    kind: str
    base_url: str = ""
    model: str = ""
    key: Secret = field(default_factory=Secret)
    timeouts: Timeouts = Timeouts()
    context_tokens: int = CONTEXT_TOKENS_DEFAULT
    reply_tokens: int = REPLY_TOKENS_DEFAULT
    temperature: float | None = None
    is_default: bool = False
    is_context_set: bool = True
    template: str = ""
    tokenizer: str = ""
    prices: Prices | None = None
    fallbacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One question to a model.

    messages: OpenAI-shaped, oldest first: {role, content, name?, tool_calls?, tool_call_id?}.
    model: None or empty takes the connection's.
    variant: how many other answers to the same messages there are already. No provider sees it; the demo says
        something else for each, as a model's chance would.
    extra: any other field of OpenAI's request, passed to the provider as it is (seed, response_format, min_p …).
    samplers: by canonical name (gateway.samplers.CANONICAL: top_k, min_p, repetition_penalty …); each kind of server
        gets those it knows under its own names, the others are left out (`gateway.samplers.ignored` names them).
        temperature, top_p, max_tokens and stop have fields of their own, which win over an entry here.
    prompt: the rendered prompt, for servers that complete text; None lets the back end render the messages.
    """

    messages: list[dict[str, Any]]
    model: str | None = None
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    stop: list[str] = field(default_factory=list)
    tools: list[dict[str, Any]] | None = None
    variant: int = 0
    extra: Mapping[str, Any] = field(default_factory=dict)
    samplers: Mapping[str, Any] = field(default_factory=dict)
    prompt: str | None = None


class Delta(NamedTuple):
    """A piece of an answer; every field but what is new is empty. A tuple, because 20,000 are made in a second.

    tool_calls: as OpenAI streams them, pieces with an `index` that join by it (`join_tool_calls`).
    finish: one of FINISHES, in one delta only, after all text.
    usage: OpenAI's {prompt_tokens, completion_tokens, total_tokens, …}, usually in the last delta; None = not told.
    """

    text: str = ""
    reasoning: str = ""
    tool_calls: list[dict[str, Any]] | None = None
    finish: str | None = None
    usage: dict[str, Any] | None = None
    logprobs: Any = None


@dataclass(frozen=True, slots=True)
class Completion:
    """A whole answer. `tool_calls` are joined; `finish` is one of FINISHES; `model` is the provider's word for it."""

    text: str
    reasoning: str = ""
    tool_calls: list[dict[str, Any]] | None = None
    finish: str = "stop"
    usage: dict[str, Any] | None = None
    model: str = ""
    logprobs: Any = None


@dataclass(frozen=True, slots=True)
class EmbeddingsRequest:
    """Texts to turn into vectors; `dimensions` None leaves the size to the model."""

    inputs: list[str]
    model: str | None = None
    dimensions: int | None = None


@dataclass(frozen=True, slots=True)
class Embeddings:
    """One vector per text, in their order. `semantic` is False where nearness means shared words, not meaning."""

    model: str
    vectors: list[list[float]]
    usage: dict[str, Any] | None = None
    semantic: bool = True


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model that can be asked for: `id` is CONNECTION or CONNECTION/MODEL."""

    id: str
    connection: Connection
    model: str
    status: "ConnectionStatus | None" = None


@dataclass(frozen=True, slots=True)
class ModelAbout:
    """What a server tells of one of its models; None and empty: it does not say.

    context_tokens: the most this model takes. usable_tokens: how many of them to use where nobody chose, when fewer.
    capabilities: of CAPABILITIES.
    """

    id: str
    context_tokens: int | None = None
    usable_tokens: int | None = None
    capabilities: tuple[str, ...] = ()


CAPABILITIES = ("chat", "text", "vision", "tools", "thinking", "embeddings")


@dataclass(frozen=True, slots=True)
class ConnectionStatus:
    """How a connection is doing, as this process has met it.

    state: closed (asked as usual) | open (rests) | half_open (one try decides).
    retry_in_seconds: until it is tried again. loading: its server is loading the model.
    code: of the last failure, None once an answer came.
    """

    state: str = "closed"
    failures: int = 0
    retry_in_seconds: float | None = None
    loading: bool = False
    code: str | None = None


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What a try of a connection told: models when it answered, code and detail when it did not."""

    ok: bool
    latency_ms: int | None = None
    models: list[ModelAbout] | None = None
    code: str | None = None
    detail: str | None = None
    retry_after_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class FoundServer:
    """A model server that answered on this machine."""

    kind: str
    name: str
    base_url: str
    models: list[str]


def join_tool_calls(pieces: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
    """Streamed pieces, in order, as whole calls {id, type, function: {name, arguments}} by their `index`."""
    calls: dict[int, dict[str, Any]] = {}
    for piece in pieces:
        index = piece.get("index") or 0
        call = calls.setdefault(index, {"id": "", "type": "function", "function": {"name": "", "arguments": ""}})
        call["id"] = piece.get("id") or call["id"]
        function = piece.get("function") or {}
        call["function"]["name"] += function.get("name") or ""
        call["function"]["arguments"] += function.get("arguments") or ""
    return [calls[index] for index in sorted(calls)] or None


def split_reference(reference: str) -> tuple[str, str | None]:
    """CONNECTION/MODEL as (connection, model); a model's name may hold slashes, a connection's may not."""
    name, slash, model = reference.partition("/")
    return name, model if slash and model else None

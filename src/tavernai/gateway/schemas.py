"""The shapes of /api/connections."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tavernai.gateway.addresses import URL_CHARACTERS_MAX
from tavernai.gateway.domain import ConnectionStatus, FoundServer, ModelAbout, ProbeResult
from tavernai.gateway.kinds import (
    FALLBACKS_MAX,
    KEY_CHARACTERS_MAX,
    MODEL_CHARACTERS_MAX,
    PRICE_MAX,
    RANGES,
    TEXT_KINDS,
    StoredConnection,
)
from tavernai.gateway.samplers import known_to
from tavernai.gateway.templates import guessed

Name = Annotated[str, Field(max_length=256)]
Kind = Annotated[str, Field(max_length=32)]
Url = Annotated[str, Field(max_length=URL_CHARACTERS_MAX)]
Model = Annotated[str, Field(max_length=MODEL_CHARACTERS_MAX)]
Key = Annotated[str, Field(max_length=KEY_CHARACTERS_MAX, json_schema_extra={"format": "password"})]


def _within(name: str) -> Any:
    least, most = RANGES[name]
    return Field(ge=least, le=most)


Context = Annotated[int, _within("context_tokens")]
Reply = Annotated[int, _within("reply_tokens")]
Temperature = Annotated[float, _within("temperature")]
Seconds = Annotated[float, _within("connect_seconds")]
Price = Annotated[float, Field(ge=0, le=PRICE_MAX)]


class Given(BaseModel):
    """Anything a client sends."""

    model_config = ConfigDict(extra="forbid", protected_namespaces=())

    def given(self) -> dict[str, Any]:
        """Only what was sent."""
        return self.model_dump(exclude_unset=True)


class PricesGiven(Given):
    """What the provider asks for a million tokens."""

    input_per_million: Price
    output_per_million: Price
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "USD"


class SettingsGiven(Given):
    """Settings to put in; null takes prices away, and the context size, a temperature or a time-out back to default.

    `fallbacks`: ids of the connections to ask when this one does not answer, in order. `template`: how messages become
    a prompt for servers that complete text; `tokenizer`: what tokens are counted by, a family of models, `server` or
    `estimate`. Both empty: by the model's name.
    """

    context_tokens: Context | None = None
    reply_tokens: Reply | None = None
    temperature: Temperature | None = None
    connect_seconds: Seconds | None = None
    first_token_seconds: Seconds | None = None
    between_tokens_seconds: Seconds | None = None
    template: Annotated[str, Field(max_length=32)] | None = None
    tokenizer: Annotated[str, Field(max_length=32)] | None = None
    prices: PricesGiven | None = None
    fallbacks: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=FALLBACKS_MAX)] | None = None


class ConnectionGiven(Given):
    """A connection to set up."""

    name: Name
    kind: Kind
    base_url: Url | None = None
    model: Model = ""
    key: Key | None = None
    is_default: bool = False
    settings: SettingsGiven = SettingsGiven()


class ConnectionChange(Given):
    """What to change, and the version you saw. `key`: a text sets it, null takes it away, left out keeps it."""

    version: Annotated[int, Field(ge=1)]
    name: Name | None = None
    kind: Kind | None = None
    base_url: Url | None = None
    model: Model | None = None
    key: Key | None = None
    is_default: bool | None = None
    settings: SettingsGiven | None = None

    def changes(self) -> dict[str, Any]:
        """What was sent; a null means something for the key alone."""
        sent = self.given()
        return {
            name: value for name, value in sent.items() if name != "version" and (value is not None or name == "key")
        }


class ConnectionTry(Given):
    """A connection to try before it is saved."""

    kind: Kind
    base_url: Url | None = None
    model: Model = ""
    key: Key | None = None


class PricesShown(BaseModel):
    input_per_million: float
    output_per_million: float
    currency: str


class SettingsShown(BaseModel):
    """How a connection is used; a time-out left out is the default, no context size is the one its server tells of."""

    context_tokens: int | None
    reply_tokens: int
    temperature: float | None
    connect_seconds: float | None = None
    first_token_seconds: float | None = None
    between_tokens_seconds: float | None = None
    template: str = ""
    tokenizer: str = ""
    prices: PricesShown | None = None
    fallbacks: list[str] = []


class ConnectionListed(BaseModel):
    """A connection as everybody may see it; `samplers` are those its kind of server knows, by canonical name."""

    id: str
    name: str
    kind: str
    model: str
    is_default: bool
    samplers: list[str]

    @classmethod
    def of(cls, one: StoredConnection) -> "ConnectionListed":
        return cls(
            id=one.id, name=one.name, kind=one.kind, model=one.model, is_default=one.is_default,
            samplers=list(known_to(one.kind, one.base_url)),
        )  # fmt: skip


class ConnectionShown(ConnectionListed):
    """A connection as owners see it; of the key only whether there is one."""

    base_url: str
    has_key: bool
    settings: SettingsShown
    version: int

    @classmethod
    def of(cls, one: StoredConnection) -> "ConnectionShown":
        return cls(
            id=one.id,
            name=one.name,
            kind=one.kind,
            model=one.model,
            is_default=one.is_default,
            samplers=list(known_to(one.kind, one.base_url)),
            base_url=one.base_url,
            has_key=one.has_key,
            settings=SettingsShown(**one.settings.as_json()),
            version=one.version,
        )


class ConnectionPage(BaseModel):
    """Connections, the oldest first: whole for owners, the safe fields for members."""

    items: list[ConnectionShown | ConnectionListed]
    next_cursor: str | None


class ModelShown(BaseModel):
    """A model of a server; null and empty: it does not say.

    `usable_tokens`: how much of the context is used where nobody chose, when less than all of it.
    """

    id: str
    context_tokens: int | None
    usable_tokens: int | None
    capabilities: list[str]
    template: str | None
    """the template its name suggests, for kinds that complete text"""

    @classmethod
    def of(cls, one: ModelAbout, *, kind: str) -> "ModelShown":
        return cls(
            id=one.id,
            context_tokens=one.context_tokens,
            usable_tokens=one.usable_tokens,
            capabilities=list(one.capabilities),
            template=guessed(one.id) if kind in TEXT_KINDS else None,
        )


class ModelList(BaseModel):
    """The models of one server, in its own order."""

    items: list[ModelShown]


class TryResult(BaseModel):
    """How a try ended: models and latency when it worked, code and detail when it did not."""

    ok: bool
    latency_ms: int | None = None
    models: list[str] | None = None
    known: list[ModelShown] | None = None
    """what the server tells of each of them"""
    code: str | None = None
    detail: str | None = None
    retry_after_seconds: float | None = None

    @classmethod
    def of(cls, one: ProbeResult, *, kind: str) -> "TryResult":
        return cls(
            ok=one.ok,
            latency_ms=one.latency_ms,
            models=None if one.models is None else [about.id for about in one.models],
            known=None if one.models is None else [ModelShown.of(about, kind=kind) for about in one.models],
            code=one.code,
            detail=one.detail,
            retry_after_seconds=one.retry_after_seconds,
        )


class FoundShown(BaseModel):
    """A model server on this machine."""

    kind: str
    name: str
    base_url: str
    models: list[str]

    @classmethod
    def of(cls, one: FoundServer) -> "FoundShown":
        return cls(kind=one.kind, name=one.name, base_url=one.base_url, models=one.models)


class Discovery(BaseModel):
    """The model servers that answered."""

    found: list[FoundShown]


class StatusShown(BaseModel):
    """How a connection is doing: `open` rests until `retry_in_seconds` are over, `half_open` is about to be tried."""

    state: Literal["closed", "open", "half_open"]
    failures: int
    retry_in_seconds: float | None
    loading: bool
    code: str | None

    @classmethod
    def of(cls, one: ConnectionStatus) -> "StatusShown":
        return cls(
            state=one.state,  # type: ignore[arg-type]
            failures=one.failures,
            retry_in_seconds=one.retry_in_seconds,
            loading=one.loading,
            code=one.code,
        )

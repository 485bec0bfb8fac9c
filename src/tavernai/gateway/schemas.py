"""The shapes of /api/connections."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from tavernai.gateway.addresses import URL_CHARACTERS_MAX
from tavernai.gateway.domain import FoundServer, ProbeResult
from tavernai.gateway.kinds import KEY_CHARACTERS_MAX, MODEL_CHARACTERS_MAX, RANGES, StoredConnection
from tavernai.gateway.samplers import known_to

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


class Given(BaseModel):
    """Anything a client sends."""

    model_config = ConfigDict(extra="forbid", protected_namespaces=())

    def given(self) -> dict[str, Any]:
        """Only what was sent."""
        return self.model_dump(exclude_unset=True)


class SettingsGiven(Given):
    """Settings to put in; null takes a temperature or a time-out back to its default."""

    context_tokens: Context | None = None
    reply_tokens: Reply | None = None
    temperature: Temperature | None = None
    connect_seconds: Seconds | None = None
    first_token_seconds: Seconds | None = None
    between_tokens_seconds: Seconds | None = None


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


class SettingsShown(BaseModel):
    """How a connection is used; a time-out left out is the default."""

    context_tokens: int
    reply_tokens: int
    temperature: float | None
    connect_seconds: float | None = None
    first_token_seconds: float | None = None
    between_tokens_seconds: float | None = None


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


class TryResult(BaseModel):
    """How a try ended: models and latency when it worked, code and detail when it did not."""

    ok: bool
    latency_ms: int | None = None
    models: list[str] | None = None
    code: str | None = None
    detail: str | None = None

    @classmethod
    def of(cls, one: ProbeResult) -> "TryResult":
        return cls(ok=one.ok, latency_ms=one.latency_ms, models=one.models, code=one.code, detail=one.detail)


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

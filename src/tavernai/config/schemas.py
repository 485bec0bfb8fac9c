"""The shapes of /api/config."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tavernai.config.domain.fold import Effective, Scope
from tavernai.config.domain.paths import Path
from tavernai.config.service import Committed

PathName = Annotated[str, Field(max_length=100)]
ScopeName = Literal["global", "user", "character", "conversation"]


class Given(BaseModel):
    """Anything a client sends."""

    model_config = ConfigDict(extra="forbid")


class ScopeGiven(Given):
    """Where values stand; without an id the user scope is the caller's own."""

    type: ScopeName
    id: Annotated[str, Field(max_length=64)] | None = None


class SetGiven(Given):
    """Say a value here; null (where the path allows it) means: as if no layer below had said anything.

    `lock`: in the global scope only; nobody may say otherwise.
    """

    op: Literal["set"]
    path: PathName
    value: Any
    lock: bool = False


class UnsetGiven(Given):
    """Give the value back to the layer below."""

    op: Literal["unset"]
    path: PathName


class RevisionGiven(Given):
    """A change: ops in order, committed at once. `base_n`: the newest revision of the scope that the caller saw."""

    scope: ScopeGiven
    ops: Annotated[
        list[Annotated[SetGiven | UnsetGiven, Field(discriminator="op")]], Field(min_length=1, max_length=100)
    ]
    base_n: Annotated[int, Field(ge=0, le=2**53)] | None = None


class ScopeShown(BaseModel):
    type: ScopeName
    id: str | None


class PathShown(BaseModel):
    """One row of the table of paths. `warn`: values outside still work, but seldom well."""

    path: str
    type: Literal["number", "integer", "string", "boolean", "enum", "list"]
    min: float | None
    max: float | None
    step: float | None
    default: Any
    neutral: Any
    warn: list[float | None] | None
    choices: list[str]
    max_length: int | None
    max_items: int | None
    nullable: bool
    scopes: list[ScopeName]
    group: str
    advanced: bool
    reader: str
    meaning: str
    risk: int


class PathList(BaseModel):
    """Everything that can be tuned, in the order in which pages show it."""

    items: list[PathShown]


class LayerShown(BaseModel):
    """One scope: its newest revision (0: none yet) and the values it sets."""

    scope: ScopeShown
    n: int
    values: dict[str, Any]


class EffectiveShown(BaseModel):
    """The values in effect, where each comes from ("seed": the default), the layers from below to above."""

    values: dict[str, Any]
    sources: dict[str, ScopeShown | Literal["seed"]]
    layers: list[LayerShown]
    locked: list[str]


class CommittedShown(BaseModel):
    """What became of a change; `revision_id` is null when it would have changed nothing."""

    revision_id: str | None
    n: int
    scope: ScopeShown
    values: dict[str, Any]
    effective: EffectiveShown


class RevisionShown(BaseModel):
    """A revision as it was committed."""

    revision_id: str
    n: int
    ops: list[dict[str, Any]]
    actor: str
    created_at: str


class RevisionPage(BaseModel):
    """Revisions of one scope, the newest first."""

    items: list[RevisionShown]
    next_cursor: str | None


def scope_shown(scope: Scope) -> ScopeShown:
    return ScopeShown(type=scope.type, id=scope.id or None)


def path_shown(path: Path) -> PathShown:
    return PathShown(
        path=path.path, type=path.kind, min=path.minimum, max=path.maximum, step=path.step, default=path.default,
        neutral=path.neutral, warn=list(path.warn) if path.warn else None, choices=list(path.choices),
        max_length=path.length or None, max_items=path.items or None, nullable=path.nullable,
        scopes=list(path.scopes), group=path.group, advanced=path.advanced, reader=path.reader,
        meaning=path.meaning, risk=path.risk,
    )  # fmt: skip


def effective_shown(told: Effective) -> EffectiveShown:
    sources = {path: scope_shown(scope) for path, scope in told.sources.items()}
    return EffectiveShown(
        values=dict(told.values),
        sources={path: sources.get(path, "seed") for path in told.values},
        layers=[
            LayerShown(scope=scope_shown(layer.scope), n=layer.state.n, values=dict(layer.state.values))
            for layer in told.layers
        ],
        locked=sorted(told.locked),
    )


def committed_shown(made: Committed) -> CommittedShown:
    return CommittedShown(
        revision_id=made.revision_id, n=made.state.n, scope=scope_shown(made.scope), values=dict(made.state.values),
        effective=effective_shown(made.effective),
    )  # fmt: skip

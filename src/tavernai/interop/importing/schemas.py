"""HTTP shapes of imports."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Status = Literal["analysing", "ready", "importing", "done", "cancelled", "failed", "undone"]
ItemStatus = Literal["kept", "mapped", "preserved", "refused"]
Asked = Literal["kept", "mapped", "preserved", "refused", "new", "duplicate", "changed"]


class ImportOpened(BaseModel):
    """A source is being looked at."""

    import_id: str


class PathAsked(BaseModel):
    """A folder or file of the server's machine."""

    model_config = ConfigDict(extra="forbid")

    path: str = Field(min_length=1, max_length=4_096)


class StartAsked(BaseModel):
    """What not to import: kinds, or numbers of items."""

    model_config = ConfigDict(extra="forbid")

    skip: list[str] = Field(default=[], max_length=10_000)


class ImportCounts(BaseModel):
    """An import in numbers."""

    total: int
    waiting: int
    """items whose turn has not come"""
    repaired: int
    success: float | None
    """share of what can be imported, 0 to 1, of all that counts"""
    kinds: dict[str, dict[str, int]]
    """kind → verdict → how many"""
    verdicts: dict[str, int]
    statuses: dict[str, int]
    outcomes: dict[str, int]


class ImportProgress(BaseModel):
    """How far the present step is; while it is looked at, of its files, then of its items."""

    done: int
    total: int


class ImportChecks(BaseModel):
    """What to know before it is imported."""

    names: dict[str, list[str]] = {}
    """missing_lorebooks, unknown_macros, extensions, models, keys … → names"""
    counts: dict[str, int] = {}


class ImportListed(BaseModel):
    """One of a person's imports."""

    id: str
    status: Status
    label: str
    progress: ImportProgress
    code: str | None
    detail: str | None
    created_at: str
    updated_at: str


class ImportDetail(ImportListed):
    """An import: where it stands, and in numbers."""

    counts: ImportCounts
    checks: ImportChecks


class ImportPage(BaseModel):
    """A page of imports."""

    items: list[ImportListed]
    next_cursor: str | None


class ImportRepair(BaseModel):
    """What had to be repaired or left out."""

    code: str
    field: str | None = None
    message: str


class ImportField(BaseModel):
    """What becomes of one field."""

    field: str
    status: ItemStatus
    why: str


class ImportObject(BaseModel):
    """What an item became."""

    type: str
    id: str


class ImportItem(BaseModel):
    """One object of a source: before the import what would become of it, afterwards what did."""

    n: int
    kind: str
    path: str
    name: str
    size: int
    verdict: Literal["new", "duplicate", "changed", "refused"]
    status: ItemStatus
    outcome: Literal["imported", "duplicate", "skipped", "refused"] | None
    code: str | None
    message: str | None
    warnings: list[ImportRepair]
    fields: list[ImportField]
    object: ImportObject | None
    undone: Literal["trashed", "changed", "in_use", "last_one"] | None


class ImportItems(BaseModel):
    """A page of items."""

    items: list[ImportItem]
    next_cursor: str | None


class ImportKeptItem(BaseModel):
    """What an undo let stand, and why."""

    n: int
    kind: str
    name: str
    why: str
    id: str | None


class ImportUndoneAnswer(BaseModel):
    """What an undo came to."""

    trashed: int
    kept: list[ImportKeptItem]


MULTIPART: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "array", "items": {"type": "string", "format": "binary"}}},
                }
            },
            "application/json": {"schema": PathAsked.model_json_schema()},
        },
    }
}

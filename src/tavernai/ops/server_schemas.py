"""The shapes of /api/server."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class SpaceOut(BaseModel):
    """Bytes."""

    database: int
    blobs: int
    backups: int
    logs: int
    free: int
    total: int


class CheckOut(BaseModel):
    """One answer of the doctor's quick questions; `found` and `mend` are sentences for people who run servers."""

    check: str
    state: Literal["ok", "warn", "wrong"]
    found: str
    mend: str


class BackupOut(BaseModel):
    """A backup in the backups' folder."""

    name: str
    made_at: str
    why: Literal["daily", "manual", "before-restore"]
    size: int


class BackupPlanOut(BaseModel):
    """When backups are made by themselves. `hour` of the server's own day; null: never."""

    hour: int | None
    keep_daily: int
    keep_weekly: int
    version: int


class BackupFailureOut(BaseModel):
    """Why the newest one is not there."""

    at: str
    code: str
    detail: str


class BackupsOut(BaseModel):
    """How backups stand; `progress` from 0 to 1 while one is made."""

    plan: BackupPlanOut
    progress: float | None
    last: BackupOut | None
    failure: BackupFailureOut | None


class ServerOut(BaseModel):
    """This server, for owners."""

    version: str
    engine: str
    python: str
    system: str
    started_at: str
    uptime_seconds: int
    storage: Literal["ok", "full", "read_only"]
    storage_since: str
    space: SpaceOut
    checks: list[CheckOut]
    backups: BackupsOut


class BackupPage(BaseModel):
    """Backups, the newest first."""

    items: list[BackupOut]
    next_cursor: str | None


class NewBackup(BaseModel):
    """`with_key`: the key file comes along, so who has the backup can open stored keys."""

    model_config = ConfigDict(extra="forbid")

    with_key: bool = False


class BackupBegun(BaseModel):
    """It is being made; /api/server tells how far it is."""

    progress: float


class BackupPlanPatch(BaseModel):
    """What of the plan is to be otherwise."""

    model_config = ConfigDict(extra="forbid")

    version: int = Field(ge=0, le=2**53)
    hour: int | None = Field(default=None, ge=0, le=23)
    keep_daily: int | None = Field(default=None, ge=1, le=365)
    keep_weekly: int | None = Field(default=None, ge=0, le=520)

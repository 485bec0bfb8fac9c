"""Shapes of /api/presets."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from tavernai.config.presets.domain.kinds import Kind

Name = Annotated[str, Field(max_length=1_000)]


class _Given(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PresetGiven(_Given):
    """A new preset; `data` is SillyTavern's object of this kind."""

    kind: Kind
    name: Name
    data: dict[str, Any]


class PresetChangeGiven(_Given):
    """What shall change; `data` is the whole object."""

    version: Annotated[int, Field(ge=1)]
    name: Name | None = None
    data: dict[str, Any] | None = None


class PresetItem(BaseModel):
    """A preset in a list."""

    id: str
    kind: Kind
    name: str
    created_at: str
    updated_at: str
    version: int
    deleted: bool


class PresetPage(BaseModel):
    items: list[PresetItem]
    next_cursor: str | None


class PresetShown(PresetItem):
    """A preset with its data."""

    data: dict[str, Any]
    warnings: list[str]


class PresetChangeShown(BaseModel):
    """One line of a preset's history."""

    version: int
    at: str
    kind: str
    changed: list[str]
    actor: str


class PresetHistoryPage(BaseModel):
    items: list[PresetChangeShown]
    next_cursor: str | None

"""Shapes of /api/lorebooks."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from tavernai.characters.schemas import ChangeShown, Given, Version

Name = Annotated[str, Field(max_length=1_000)]
Description = Annotated[str, Field(max_length=200_000)]
Entries = Annotated[dict[str, dict[str, Any] | None], Field(max_length=50_000)]


class LorebookGiven(Given):
    """A new book; entries by uid in SillyTavern's form, fields they lack are filled in."""

    name: Name
    description: Description = ""
    entries: Entries = Field(default_factory=dict)


class LorebookChangeGiven(Given):
    """What shall change; an entry given is the whole entry, one that is null is taken out."""

    version: Version
    name: Name | None = None
    description: Description | None = None
    entries: Entries | None = None


class UsedBy(BaseModel):
    """How many characters, conversations and personas have the book attached."""

    characters: int
    conversations: int
    personas: int


class LorebookItem(BaseModel):
    """A book in a list; `entries` counts them."""

    id: str
    name: str
    entries: int
    everywhere: bool
    used_by: UsedBy
    created_at: str
    updated_at: str
    version: int
    deleted: bool


class LorebookPage(BaseModel):
    items: list[LorebookItem]
    next_cursor: str | None


class LorebookShown(BaseModel):
    """A book; `entries` by uid in SillyTavern's form, `fields` what stood beside them in its file."""

    id: str
    name: str
    description: str
    entries: dict[str, Any]
    entry_count: int
    fields: dict[str, Any]
    warnings: list[str]
    everywhere: bool
    used_by: UsedBy
    created_at: str
    updated_at: str
    version: int
    deleted: bool


class ImportedLorebook(BaseModel):
    """What became of one file."""

    filename: str
    status: Literal["imported", "duplicate", "refused"]
    lorebook_id: str | None
    name: str | None
    code: str | None
    message: str | None
    warnings: list[str]


class LorebookImportShown(BaseModel):
    results: list[ImportedLorebook]


class LorebookHistoryPage(BaseModel):
    items: list[ChangeShown]
    next_cursor: str | None

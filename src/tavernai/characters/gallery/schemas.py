"""The shapes of the gallery: /api/collections, /api/saved-filters, /api/bulk-changes and their kin."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints

from tavernai.characters.schemas import CharacterListed, Given, Version

Name = Annotated[str, Field(max_length=400)]
Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Tags = Annotated[list[Tag], Field(min_length=1, max_length=50)]
OneId = Annotated[str, StringConstraints(max_length=64)]
Ids = Annotated[list[OneId], Field(min_length=1, max_length=1_000)]
Sort = Literal["name", "recent", "created", "chatted", "chats"]


class CollectionGiven(Given):
    """A new collection."""

    name: Name


class CollectionChangeGiven(Given):
    """Another name, and the version the caller saw."""

    version: Version
    name: Name


class CollectionShown(BaseModel):
    """A place for characters; `count` are those outside the trash."""

    id: str
    name: str
    count: int
    version: int


class CollectionPage(BaseModel):
    items: list[CollectionShown]
    next_cursor: str | None


class CollectionNamed(BaseModel):
    id: str
    name: str


class CollectionList(BaseModel):
    """In which collections a character is."""

    items: list[CollectionNamed]


class Filter(Given):
    """What a list asks for."""

    q: Annotated[str, Field(max_length=200)] = ""
    tag: Annotated[list[Tag], Field(max_length=20)] = []  # noqa: RUF012
    creator: Annotated[str, Field(max_length=1_000)] = ""
    collection: OneId = ""
    favourite: bool = False
    trash: bool = False
    hidden: bool = False


class Matching(Filter):
    """All that a list holds, but those that were taken out of the selection by hand."""

    without: Annotated[list[OneId], Field(max_length=1_000)] = []  # noqa: RUF012


class SavedView(Filter):
    """A filter with the order it is looked at in."""

    sort: Sort = "name"


class FilterGiven(Given):
    """A filter to keep under a name."""

    name: Name
    filter: SavedView


class FilterChangeGiven(Given):
    """Another name or other things asked for, and the version the caller saw."""

    version: Version
    name: Name | None = None
    filter: SavedView | None = None


class FilterShown(BaseModel):
    """A kept filter."""

    id: str
    name: str
    filter: SavedView
    created_at: str
    version: int


class FilterPage(BaseModel):
    items: list[FilterShown]
    next_cursor: str | None


class HiddenTagsGiven(Given):
    """The whole list, and the version the caller saw (0: never set)."""

    version: Annotated[int, Field(ge=0)]
    tags: Annotated[list[Tag], Field(max_length=100)]


class HiddenTags(BaseModel):
    """Characters with one of these tags stay out of lists until `hidden=true` or the tag itself is asked for."""

    tags: list[str]
    version: int


class ChosenGiven(Given):
    """Which characters: `ids`, or all that match."""

    ids: Ids | None = None
    all_matching: Matching | None = None


class BulkGiven(ChosenGiven):
    """One act on many; `value` is the tags, or the collection's id."""

    action: Literal[
        "add_tags", "remove_tags", "favourite", "unfavourite", "trash", "restore", "add_to_collection",
        "remove_from_collection",
    ]  # fmt: skip
    value: Tags | OneId | None = None


class TagsRenamedGiven(Given):
    """Tags that shall have one name: an existing one joins them."""

    tags: Tags
    to: Tag


class BulkShown(BaseModel):
    """How far an act on many is: `changed` were not so before. One that is not `undone` can be taken back."""

    id: str
    action: str
    state: Literal["running", "done", "stopped", "undone"]
    total: int
    done: int
    changed: int
    created_at: str


class BulkPage(BaseModel):
    items: list[BulkShown]
    next_cursor: str | None


class ExportGiven(ChosenGiven):
    """Which characters go into the archive, 1,000 at most, and as what."""

    format: Literal["png", "json"] = "png"


class Difference(BaseModel):
    """A field in which characters differ: the start of its text in each, in their order."""

    field: str
    texts: list[str]


class DuplicateGroup(BaseModel):
    """Characters that look alike, the oldest first."""

    characters: list[CharacterListed]
    differences: list[Difference]


class DuplicatePage(BaseModel):
    items: list[DuplicateGroup]
    next_cursor: str | None


def told(asked: Filter) -> dict[str, Any]:
    """A filter as plain values."""
    return asked.model_dump(mode="json")

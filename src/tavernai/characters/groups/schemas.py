"""Shapes of /api/groups."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from tavernai.characters.groups.domain.files import NAME_CHARS_MAX, TEXT_CHARS_MAX
from tavernai.characters.groups.domain.told import AUTO_SECONDS_MAX, MEMBERS_MAX

Strategy = Literal["natural", "list", "manual", "pooled"]
Cards = Literal["speaker", "unmuted", "all"]
Name = Annotated[str, Field(max_length=NAME_CHARS_MAX)]
Words = Annotated[str, Field(max_length=TEXT_CHARS_MAX)]
Seconds = Annotated[int, Field(ge=1, le=AUTO_SECONDS_MAX)]


class _Given(BaseModel):
    model_config = ConfigDict(extra="forbid")


class MemberGiven(_Given):
    """A character of yours; or, by `name` alone, a member that is gone and shall stay named."""

    character_id: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    name: Annotated[str, Field(max_length=1_000)] | None = None
    is_muted: bool = False


Members = Annotated[list[MemberGiven], Field(min_length=1, max_length=MEMBERS_MAX)]


class GroupGiven(_Given):
    """A new group; a blank name is made of its members' names."""

    name: Name = ""
    members: Members
    strategy: Strategy = "natural"
    cards: Cards = "speaker"
    prefix: Words = ""
    suffix: Words = ""
    answers_itself: bool = False
    auto_seconds: Seconds = 5


class GroupChangeGiven(_Given):
    """What shall change; `members` is the whole list in its order. `version` is the one you saw."""

    version: Annotated[int, Field(ge=1)]
    name: Annotated[str, Field(min_length=1, max_length=NAME_CHARS_MAX)] | None = None
    members: Members | None = None
    strategy: Strategy | None = None
    cards: Cards | None = None
    prefix: Words | None = None
    suffix: Words | None = None
    answers_itself: bool | None = None
    auto_seconds: Seconds | None = None


class GroupMember(BaseModel):
    """Who is in it; without `character_id` the card is gone."""

    character_id: str | None
    name: str
    avatar_url: str | None
    is_muted: bool


class GroupShown(BaseModel):
    """Characters who chat together, and who of them speaks when.

    `strategy`: who answers; `cards`: whose cards a prompt tells, the speaker's or all joined, each between `prefix` and
    `suffix`; `auto_seconds`: how long a page waits before the next one speaks by itself.
    """

    id: str
    name: str
    members: list[GroupMember]
    strategy: Strategy
    cards: Cards
    prefix: str
    suffix: str
    answers_itself: bool
    auto_seconds: int
    created_at: str
    updated_at: str
    version: int
    deleted: bool


class GroupPage(BaseModel):
    items: list[GroupShown]
    next_cursor: str | None


class GroupLine(BaseModel):
    """One line of a group's history."""

    version: int
    at: str
    kind: str
    changed: list[str]
    actor: str


class GroupHistoryPage(BaseModel):
    items: list[GroupLine]
    next_cursor: str | None

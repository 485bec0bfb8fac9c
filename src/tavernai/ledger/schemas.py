"""Shapes of what every versioned thing tells: its versions field by field, and where it is used."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tavernai.kernel.differences import Group
from tavernai.kernel.uses import Uses


class BringBackGiven(BaseModel):
    """Which version shall be again; `version` is the one that was seen last."""

    model_config = ConfigDict(extra="forbid")

    version: Annotated[int, Field(ge=1)]
    to: Annotated[int, Field(ge=1)]


class FieldChanged(BaseModel):
    """One value before and after; null where it is not there."""

    name: str
    before: Any
    after: Any


class GroupChanged(BaseModel):
    """What changed of one thing in it, an entry or a prompt; `place` is empty for the whole."""

    place: str
    title: str
    state: Literal["added", "removed", "changed"]
    fields: list[FieldChanged]


class VersionShown(BaseModel):
    """One version: who, when, and what changed, compared with the version before it or with the present.

    brought_back: the version that it is like again; more: how many changed fields were left out of `groups`.
    """

    version: int
    at: str
    kind: str
    changed: list[str]
    actor: str
    against: Literal["before", "now"]
    brought_back: int | None
    groups: list[GroupChanged]
    more: int


class UseShown(BaseModel):
    """A place: everybody's chats (global), all of yours (user), or those with one persona, character or conversation.

    by: somebody chose it there, or the character's card names it.
    """

    type: Literal["global", "user", "persona", "character", "conversation"]
    id: str
    name: str
    by: Literal["choice", "card"]


class UsesShown(BaseModel):
    """Where a thing is used; `places` holds the first hundred."""

    count: int
    places: list[UseShown]


def version_shown(told: dict[str, Any]) -> VersionShown:
    """As the API shows it."""
    return VersionShown(**told | {"groups": [_group(one) for one in told["groups"]]})


def uses_shown(uses: Uses) -> UsesShown:
    """As the API shows it."""
    places = [UseShown(type=one.type, id=one.id, name=one.name, by=one.by) for one in uses.places]
    return UsesShown(count=uses.count, places=places)


def _group(group: Group) -> GroupChanged:
    fields = [FieldChanged(name=one.name, before=one.before, after=one.after) for one in group.fields]
    return GroupChanged(place=group.place, title=group.title, state=group.state, fields=fields)

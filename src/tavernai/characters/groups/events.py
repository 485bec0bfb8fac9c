"""Facts about groups, on the stream `group:<id>`."""

from typing import Any

from tavernai.kernel.facts import fact


@fact("group.created")
class GroupCreated:
    """Somebody put characters together, or brought a group along."""

    group_id: str
    group: dict[str, Any]
    """{name, members: [{character_id, name, is_muted, file}], strategy, cards, prefix, suffix, answers_itself,
    auto_seconds}"""
    filename: str | None = None
    """None: made here"""
    written: str | None = None
    """the file's text as it came, without secrets: an export gives back what we do not know"""


@fact("group.changed")
class GroupChanged:
    """Others are in it, or it goes by other rules."""

    group_id: str
    group: dict[str, Any]
    """the whole group as it is now"""
    changed: list[str]
    """the fields that are others now"""
    brought_back: int | None = None
    """the version that this one is like again"""


@fact("group.deleted")
class GroupDeleted:
    """It is in the trash; its conversations stay and go on as they are."""

    group_id: str


@fact("group.restored")
class GroupRestored:
    """It is back from the trash."""

    group_id: str

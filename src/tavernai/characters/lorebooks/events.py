"""Facts about lorebooks, on the stream `lore:<id>`. Entries stand in them in SillyTavern's own form."""

from typing import Any

from tavernai.kernel.facts import fact


@fact("lorebook.created")
class LorebookCreated:
    """Somebody made a book or brought one along."""

    lorebook_id: str
    name: str
    description: str
    entries: list[dict[str, Any]]
    """[{uid, entry}] in the book's order, which an object would not keep"""
    fields: dict[str, Any]
    """what stood beside the entries in the file"""
    family: str | None = None
    """whose form the file had; None: made here"""
    filename: str | None = None
    content_hash: str | None = None
    warnings: list[dict[str, Any]] | None = None
    written: str | None = None
    """the book's JSON as the file wrote it: a text, because objects lose their order here; None: made here"""


@fact("lorebook.renamed")
class LorebookRenamed:
    """It has another name; cards that name it by the old one lose it."""

    lorebook_id: str
    name: str
    was: str


@fact("lorebook.changed")
class LorebookChanged:
    """One change: entries set, added or (null) taken out; None leaves description and fields as they are."""

    lorebook_id: str
    entries: dict[str, dict[str, Any] | None]
    description: str | None = None
    fields: dict[str, Any] | None = None
    brought_back: int | None = None
    """the version that this one is like again"""


@fact("lorebook.deleted")
class LorebookDeleted:
    """It is in the trash and wakes nothing any more."""

    lorebook_id: str


@fact("lorebook.restored")
class LorebookRestored:
    """It is back from the trash."""

    lorebook_id: str

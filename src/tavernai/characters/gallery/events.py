"""Facts about how a person arranges their characters. All but `character.*` stand in the stream `gallery:<user>`."""

from typing import Any

from tavernai.kernel.facts import fact
from tavernai.ledger.domain import Stream


def gallery_stream(user_id: str) -> Stream:
    """Where a person's arranging is recorded."""
    return Stream(f"gallery:{user_id}", user_id)


@fact("collection.created")
class CollectionCreated:
    """A place to put characters into."""

    collection_id: str
    name: str


@fact("collection.renamed")
class CollectionRenamed:
    """Another name."""

    collection_id: str
    name: str


@fact("collection.deleted")
class CollectionDeleted:
    """Put away; who was in it is remembered."""

    collection_id: str


@fact("collection.restored")
class CollectionRestored:
    """Back, with everybody who was in it."""

    collection_id: str


@fact("character.collected")
class CharacterCollected:
    """Put into a collection."""

    character_id: str
    collection_id: str


@fact("character.uncollected")
class CharacterUncollected:
    """Taken out of a collection."""

    character_id: str
    collection_id: str


@fact("saved_filter.created")
class SavedFilterCreated:
    """A way of looking at the gallery was given a name."""

    filter_id: str
    name: str
    filter: dict[str, Any]


@fact("saved_filter.changed")
class SavedFilterChanged:
    """Another name, or other things asked for."""

    filter_id: str
    name: str
    filter: dict[str, Any]


@fact("saved_filter.deleted")
class SavedFilterDeleted:
    """Put away."""

    filter_id: str


@fact("saved_filter.restored")
class SavedFilterRestored:
    """Back in the list."""

    filter_id: str


@fact("gallery.hidden_tags_changed")
class HiddenTagsChanged:
    """Characters with one of these tags stay out of sight until they are asked for."""

    tags: list[str]


@fact("gallery.bulk_started")
class BulkStarted:
    """Something is done to many characters; the facts about each name this one as their cause."""

    action: str
    value: Any
    total: int


@fact("gallery.bulk_finished")
class BulkFinished:
    """All of them were looked at; `changed` were not so before."""

    bulk_id: str
    changed: int

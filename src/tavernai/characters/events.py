"""Facts about characters. A fact holds the whole card in its one form, so that a fold needs no file."""

from typing import Any

from tavernai.kernel.facts import fact


@fact("character.imported")
class CharacterImported:
    """A card file became a character."""

    character_id: str
    card: dict[str, Any]
    outer: dict[str, Any]
    card_version: str
    card_hash: str
    original: str
    """sha256 of the file's bytes: the blob that keeps them"""
    avatar: str | None
    filename: str
    source: str
    """png | json | yaml | charx | byaf | jpeg | webp | sample:<name>"""
    warnings: list[dict[str, Any]]
    picture: str | None = None
    """sha256 of what is drawn, whatever card lies in the file; None in older facts"""
    assets: list[dict[str, Any]] | None = None
    """further pictures the file brought: {kind, name, media_type, bytes, blob}, blob a sha256; None without any"""


@fact("character.created")
class CharacterCreated:
    """Somebody wrote a character here."""

    character_id: str
    card: dict[str, Any]
    outer: dict[str, Any]
    card_version: str
    card_hash: str
    warnings: list[dict[str, Any]]


@fact("character.edited")
class CharacterEdited:
    """The card changed; `changed` names the fields."""

    character_id: str
    card: dict[str, Any]
    outer: dict[str, Any]
    card_hash: str
    changed: list[str]
    warnings: list[dict[str, Any]]


@fact("character.avatar_changed")
class CharacterAvatarChanged:
    """Another picture, or none."""

    character_id: str
    avatar: str | None
    picture: str | None = None


@fact("character.retagged")
class CharacterRetagged:
    """Other tags, the rest of the card as it was: written for many at once, so it does not repeat the card."""

    character_id: str
    tags: list[str]
    was: list[str]
    card_hash: str


@fact("character.background_changed")
class CharacterBackgroundChanged:
    """Another picture behind the chats, or none."""

    character_id: str
    background: str | None


@fact("character.assets_added")
class CharacterAssetsAdded:
    """Further pictures came, without the card: expressions, backgrounds."""

    character_id: str
    assets: list[dict[str, Any]]
    """{place, kind, name, media_type, bytes, blob}, blob a sha256"""


@fact("character.assets_removed")
class CharacterAssetsRemoved:
    """Pictures that had come so went again."""

    character_id: str
    places: list[int]


@fact("character.favourited")
class CharacterFavourited:
    """Marked as a favourite, or no longer."""

    character_id: str
    favourite: bool


@fact("character.deleted")
class CharacterDeleted:
    """Put into the trash."""

    character_id: str


@fact("character.restored")
class CharacterRestored:
    """Taken out of the trash."""

    character_id: str

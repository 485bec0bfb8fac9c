"""Cards in zip archives: CharX and Backyard, told by what lies in them."""

from tavernai.characters.domain.archive import Archive
from tavernai.characters.domain.assets import named_assets, picture_and_rest, take_risu_assets
from tavernai.characters.domain.byaf import is_backyard, read_backyard
from tavernai.characters.domain.card import read_card
from tavernai.characters.domain.charx import card_member, card_value, opened, resolver
from tavernai.characters.domain.contents import Contents
from tavernai.characters.domain.repairs import Repairs
from tavernai.characters.errors import CardKindUnsupported


def from_archive(data: bytes, repairs: Repairs, filename: str | None) -> Contents:
    """Raises CardKindUnsupported: an archive of something else; a CardRefused: its card cannot be read."""
    archive = opened(data, repairs)
    if (member := card_member(archive)) is not None:
        return _charx(archive, card_value(archive, member, repairs), repairs, filename=filename)
    if is_backyard(archive):
        return _backyard(archive, repairs, filename)
    raise CardKindUnsupported(
        "There is no card.json and no manifest.json in this archive. A folder or backup of SillyTavern is brought in "
        "by the import page.",
        kind="a zip archive without a card",
    )


def _charx(archive: Archive, value: object, repairs: Repairs, *, filename: str | None) -> Contents:
    card = read_card(value, repairs, filename=filename)
    resolve = resolver(archive)
    named = [*named_assets(card.data, resolve, repairs), *take_risu_assets(card.data, resolve, repairs)]
    picture, rest = picture_and_rest(named, repairs)
    return Contents("charx", card, picture, rest)


def _backyard(archive: Archive, repairs: Repairs, filename: str | None) -> Contents:
    found = read_backyard(archive, repairs)
    picture, rest = picture_and_rest(found.assets, repairs)
    return Contents("byaf", read_card(found.card, repairs, filename=filename), picture, rest, found.chats)

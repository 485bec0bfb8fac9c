"""Cards in JPEG and WebP pictures: an archive behind the picture, or a text within it."""

from tavernai.characters.domain import png
from tavernai.characters.domain.archive import Archive, ArchiveBroken
from tavernai.characters.domain.archive_cards import from_archive
from tavernai.characters.domain.card import read_card
from tavernai.characters.domain.contents import Contents, Kind
from tavernai.characters.domain.exif import picture_texts
from tavernai.characters.domain.jsontext import JsonRefused, parse_json
from tavernai.characters.domain.png_cards import ENCRYPTED
from tavernai.characters.domain.repairs import Repairs
from tavernai.characters.errors import CardEncrypted, CardMissing, CardRefused, CardUnreadable


def from_jpeg(data: bytes, repairs: Repairs, filename: str | None) -> Contents:
    """Raises CardMissing: neither an archive nor a text with a card; another CardRefused when there is a bad one."""
    begins = _archive_begins(data)
    if begins is None:
        return _from_text("jpeg", data, repairs, filename=filename)
    found = from_archive(data, repairs, filename)
    return found if found.picture else Contents(found.kind, found.card, data[:begins], found.assets, found.chats)


def from_webp(data: bytes, repairs: Repairs, filename: str | None) -> Contents:
    """Raises CardMissing, or another CardRefused when there is a card that cannot be read."""
    return _from_text("webp", data, repairs, filename=filename)


def _archive_begins(data: bytes) -> int | None:
    try:
        archive = Archive(data)
    except ArchiveBroken:
        return None
    return archive.begins if archive.members else None


def _from_text(kind: Kind, data: bytes, repairs: Repairs, *, filename: str | None) -> Contents:
    refused: CardRefused = CardMissing()
    for text in picture_texts(data):
        attempt = Repairs()
        try:
            card = read_card(_value(text, attempt), attempt, filename=filename)
        except CardRefused as error:
            refused = type(error)(error.detail, **error.facts)
            continue
        except (JsonRefused, ValueError):
            continue
        repairs.items += attempt.items
        return Contents(kind, card, picture=data)
    raise refused


def _value(text: bytes, repairs: Repairs) -> object:
    """The JSON a text is, or is the base64 of. Raises ValueError: neither; CardEncrypted, CardUnreadable."""
    if text.startswith(ENCRYPTED):
        raise CardEncrypted
    if text[:1] == b"{":
        return parse_json(text, repairs)
    decoded = png.from_base64(text)
    if decoded is None or decoded[:1] != b"{":
        raise ValueError("no card")
    try:
        return parse_json(decoded, repairs)
    except JsonRefused as error:
        raise CardUnreadable(f"The card in this picture is not readable JSON: {error}.") from None

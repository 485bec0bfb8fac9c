"""From a file's bytes to a card: what kind of file it is by its first bytes, then where in it the card stands.

CONTAINERS is asked from top to bottom; a file's name is only looked at for words, and to name a card without a name.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from tavernai.characters.domain import png
from tavernai.characters.domain.archive_cards import from_archive
from tavernai.characters.domain.assets import Asset, data_url, named_assets, picture_and_rest, take_risu_assets
from tavernai.characters.domain.byaf import BroughtChat
from tavernai.characters.domain.card import Card, read_card
from tavernai.characters.domain.contents import Contents
from tavernai.characters.domain.jsontext import JsonRefused, exact_json, parse_json
from tavernai.characters.domain.picture_cards import from_jpeg, from_webp
from tavernai.characters.domain.png_cards import ENCRYPTED, from_png
from tavernai.characters.domain.png_cards import resolver as png_resolver
from tavernai.characters.domain.repairs import Repair, Repairs
from tavernai.characters.domain.yamltext import YamlRefused, as_card, parse_yaml
from tavernai.characters.errors import (
    CardEncrypted,
    CardKindUnsupported,
    CardTooLarge,
    CardUnreadable,
    EmptyFile,
)

JSON_BYTES_MAX: Final = 16 * 1024 * 1024
ARCHIVE_END: Final = b"PK\x05\x06"
ARCHIVE_END_BYTES_MAX: Final = 65_557


@dataclass(frozen=True, slots=True)
class CardFile:
    """A file that was understood."""

    card: Card
    kind: str
    """png, json, yaml, charx, byaf, jpeg or webp: what the bytes are."""
    repairs: tuple[Repair, ...]
    picture: bytes | None = None
    """the character's picture, when the file brings one: of a picture with a card the file itself"""
    assets: tuple[Asset, ...] = ()
    """further pictures, each read when asked"""
    chats: tuple[BroughtChat, ...] = ()
    """what was played with the character, as SillyTavern writes chats"""


def read_file(data: bytes, *, filename: str | None = None) -> CardFile:
    """The card in these bytes, and what came with it.

    Raises:
        CardKindUnsupported: a kind of file that is known, but holds no card we read (facts: kind).
        CardRefused: one of its subclasses, saying what is wrong with this file.
    """
    if not data:
        raise EmptyFile
    repairs = Repairs()
    read = next(read for fits, read in CONTAINERS if fits(data))
    found = read(data, repairs, filename)
    assets = (*found.assets, *_risu_assets(data, found, repairs))
    return CardFile(found.card, found.kind, tuple(repairs.items), found.picture, assets, tuple(found.chats))


def canonical_hash(card: Card) -> str:
    """sha256 of the card's canonical JSON: equal for equal cards, however they were written."""
    return hashlib.sha256(canonical_card(card.data, card.outer)).hexdigest()


def canonical_card(data: dict[str, Any], outer: dict[str, Any]) -> bytes:
    """RFC 8785 bytes of a card with what stood around it."""
    return exact_json({"data": data, "outer": outer} if outer else {"data": data})


def foreign_kind(data: bytes, filename: str | None = None) -> str | None:
    """What a file that holds no card we read is, in words; None when it may be text with a card."""
    if _may_be_json(data):
        return None
    told = next((kind for magic, offset, kind in MAGIC if data[offset : offset + len(magic)] == magic), None)
    return told or _kind_by_name(filename) or ("a web page" if _is_html(data) else None)


MAGIC: Final[tuple[tuple[bytes, int, str], ...]] = (
    (b"GIF8", 0, "a GIF picture"),
    (b"BM", 0, "a BMP picture"),
    (b"ftypavif", 4, "an AVIF picture"),
    (b"%PDF", 0, "a PDF document"),
    (b"\x1f\x8b", 0, "a gzip archive"),
    (b"Rar!", 0, "a RAR archive"),
    (b"7z\xbc\xaf", 0, "a 7z archive"),
    (b"MZ", 0, "a program"),
    (b"\x7fELF", 0, "a program"),
    (b"o\0", 0, "a RisuAI module"),
)
NAMED: Final[tuple[tuple[tuple[str, ...], str], ...]] = (
    ((".charx",), "no CharX archive, whatever its name says"),
    ((".byaf",), "no Backyard archive, whatever its name says"),
    ((".risum",), "a RisuAI module"),
)


def _may_be_json(data: bytes) -> bool:
    return data[:512].lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")[:1] in (b"{", b"[")


def _is_archive(data: bytes) -> bool:
    """An archive, alone or behind a program that unpacks it."""
    return data.startswith(b"PK\x03\x04") or (not _may_be_json(data) and ARCHIVE_END in data[-ARCHIVE_END_BYTES_MAX:])


def _kind_by_name(filename: str | None) -> str | None:
    name = (filename or "").lower()
    return next((kind for endings, kind in NAMED if name.endswith(endings)), None)


def _is_html(data: bytes) -> bool:
    return data[:256].lstrip().lower().startswith((b"<!doctype", b"<html"))


def _from_json(data: bytes, repairs: Repairs, filename: str | None) -> Contents:
    if len(data) > JSON_BYTES_MAX:
        raise CardTooLarge
    try:
        value = parse_json(data, repairs)
    except JsonRefused as error:
        raise CardUnreadable(f"This file is not readable JSON: {error}.") from None
    card = read_card(value, repairs, filename=filename)
    picture, assets = picture_and_rest(named_assets(card.data, data_url, repairs), repairs)
    return Contents("json", card, picture, assets)


def _from_other(data: bytes, repairs: Repairs, filename: str | None) -> Contents:
    """Text that is no JSON: YAML, or nothing of ours."""
    if data.startswith(ENCRYPTED):
        raise CardEncrypted
    if kind := foreign_kind(data, filename):
        raise CardKindUnsupported(f"This is {kind}. {WHAT_IS_READ}", kind=kind)
    try:
        value = parse_yaml(data, repairs)
    except YamlRefused as error:
        is_named = (filename or "").lower().endswith((".yaml", ".yml"))
        raise CardUnreadable(
            f"This YAML file cannot be used: {error}." if is_named else f"This is no readable card. {WHAT_IS_READ}"
        ) from None
    if not isinstance(value, dict):
        raise CardUnreadable(f"This is no readable card. {WHAT_IS_READ}")
    told = as_card(value)
    if "name" not in told and "char_name" not in told and told.get("first_mes") is not None:
        told["name"] = ""
    return Contents("yaml", read_card(told, repairs, filename=filename))


WHAT_IS_READ: Final = "Characters come as PNG, JSON, YAML, CharX or Backyard files, or in JPEG and WebP pictures."


def _risu_assets(data: bytes, found: Contents, repairs: Repairs) -> list[Asset]:
    """Pictures RisuAI wrote into the card; an archive's were taken when it was open."""
    if found.kind == "charx":
        return []
    return take_risu_assets(found.card.data, png_resolver(data) if found.kind == "png" else data_url, repairs)


CONTAINERS: Final[tuple[tuple[Callable[[bytes], bool], Callable[[bytes, Repairs, str | None], Contents]], ...]] = (
    (png.is_png, from_png),
    (lambda data: data.startswith(b"\xff\xd8\xff"), from_jpeg),
    (lambda data: data.startswith(b"RIFF") and data[8:12] == b"WEBP", from_webp),
    (_is_archive, from_archive),
    (_may_be_json, _from_json),
    (lambda data: True, _from_other),
)
"""What a file's bytes look like, and how it is read; the first that fits."""

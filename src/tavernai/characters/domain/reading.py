"""From a file's bytes to a card: what kind of file it is by its first bytes, then where in it the card stands.

The order of attempts in a PNG: every `ccv3` text chunk, every `chara`, then compressed and international chunks of the
same names, then chunks that hold plain JSON. The first that gives a card wins; a damaged one before it is told.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tavernai.characters.domain import png
from tavernai.characters.domain.card import Card, read_card
from tavernai.characters.domain.jsontext import JsonRefused, exact_json, parse_json
from tavernai.characters.domain.repairs import Repair, Repairs
from tavernai.characters.errors import (
    CardEncrypted,
    CardKindUnsupported,
    CardMissing,
    CardRefused,
    CardTooLarge,
    CardTruncated,
    CardUnreadable,
    EmptyFile,
    NotACard,
)

JSON_BYTES_MAX = 16 * 1024 * 1024
ENCRYPTED = b"rcc||"


@dataclass(frozen=True, slots=True)
class CardFile:
    """A file that was understood."""

    card: Card
    kind: str
    """png or json: which of the two the bytes are."""
    repairs: tuple[Repair, ...]


def read_file(data: bytes, *, filename: str | None = None) -> CardFile:
    """The card in these bytes.

    Raises:
        CardKindUnsupported: a kind of file that is known, but not a PNG or JSON card (facts: kind).
        CardRefused: one of its subclasses, saying what is wrong with this file.
    """
    if not data:
        raise EmptyFile
    repairs = Repairs()
    if png.is_png(data):
        return CardFile(_from_png(data, repairs, filename), "png", tuple(repairs.items))
    if kind := foreign_kind(data, filename):
        raise CardKindUnsupported(
            f"This is {kind}. Characters are imported from PNG and JSON cards; convert it first.", kind=kind
        )
    return CardFile(_from_json(data, repairs, filename), "json", tuple(repairs.items))


def canonical_hash(card: Card) -> str:
    """sha256 of the card's canonical JSON: equal for equal cards, however they were written."""
    return hashlib.sha256(canonical_card(card.data, card.outer)).hexdigest()


def canonical_card(data: dict[str, Any], outer: dict[str, Any]) -> bytes:
    """RFC 8785 bytes of a card with what stood around it."""
    return exact_json({"data": data, "outer": outer} if outer else {"data": data})


def foreign_kind(data: bytes, filename: str | None = None) -> str | None:
    """What a file that is neither PNG nor JSON is, in words; None when it may be JSON."""
    head = data[:16]
    if not _may_be_json(data):
        told = next((kind for magic, offset, kind in MAGIC if head[offset : offset + len(magic)] == magic), None)
        return told or _kind_by_name(filename) or ("a web page" if _is_html(data) else None)
    return None


MAGIC: tuple[tuple[bytes, int, str], ...] = (
    (b"PK\x03\x04", 0, "a zip archive (CharX, Backyard or a backup)"),
    (b"\xff\xd8\xff", 0, "a JPEG picture"),
    (b"WEBP", 8, "a WebP picture"),
    (b"GIF8", 0, "a GIF picture"),
    (b"BM", 0, "a BMP picture"),
    (b"ftypavif", 4, "an AVIF picture"),
    (b"%PDF", 0, "a PDF document"),
    (b"\x1f\x8b", 0, "a gzip archive"),
    (b"Rar!", 0, "a RAR archive"),
    (b"7z\xbc\xaf", 0, "a 7z archive"),
    (b"MZ", 0, "a program"),
    (b"\x7fELF", 0, "a program"),
)
NAMED: tuple[tuple[tuple[str, ...], str], ...] = (
    ((".yaml", ".yml"), "a YAML character"),
    ((".charx",), "a CharX archive"),
    ((".byaf",), "a Backyard archive"),
    ((".risum",), "a RisuAI module"),
)


def _may_be_json(data: bytes) -> bool:
    return data[:512].lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")[:1] in (b"{", b"[")


def _kind_by_name(filename: str | None) -> str | None:
    name = (filename or "").lower()
    return next((kind for endings, kind in NAMED if name.endswith(endings)), None)


def _is_html(data: bytes) -> bool:
    return data[:256].lstrip().lower().startswith((b"<!doctype", b"<html"))


def _from_json(data: bytes, repairs: Repairs, filename: str | None) -> Card:
    if len(data) > JSON_BYTES_MAX:
        raise CardTooLarge
    try:
        value = parse_json(data, repairs)
    except JsonRefused as error:
        raise CardUnreadable(f"This file is not readable JSON: {error}.") from None
    return read_card(value, repairs, filename=filename)


def _from_png(data: bytes, repairs: Repairs, filename: str | None) -> Card:
    scan = png.Scan()
    found = png.card_texts(data, scan)
    card, chosen, failed = _first_card(found, repairs, filename)
    if card is None or chosen is None:
        raise _refusal(failed, scan, found)
    if failed:
        repairs.add("ccv3_unreadable" if failed[0].text.keyword == "ccv3" else "chara_unreadable")
    if not chosen.chunk.crc_right:
        repairs.add("crc_wrong")
    if not chosen.is_plain:
        repairs.add("compressed_chunk")
    if scan.truncated or scan.too_many:
        repairs.add("png_truncated" if scan.truncated else "png_too_many_chunks")
    if chosen.keyword == "ccv3":
        _compare(card, found, repairs)
    return card


@dataclass(frozen=True, slots=True)
class _Failed:
    text: png.CardText
    error: CardRefused


def _first_card(
    found: list[png.CardText], repairs: Repairs, filename: str | None
) -> tuple[Card | None, png.CardText | None, list[_Failed]]:
    failed: dict[int, _Failed] = {}
    for number, text, decode in _attempts(found):
        attempt = Repairs()
        try:
            card = read_card(decode(text, attempt), attempt, filename=filename)
        except CardRefused as error:
            # A fresh error: the caught one holds its frames, and they hold what was inflated.
            failed.setdefault(number, _Failed(text, type(error)(error.detail, **error.facts)))
            continue
        repairs.items += attempt.items
        return card, text, [one for key, one in failed.items() if key != number]
    return None, None, list(failed.values())


_Decode = Callable[[png.CardText, Repairs], Any]


def _attempts(found: list[png.CardText]) -> Iterator[tuple[int, png.CardText, _Decode]]:
    for plain in (True, False):
        for keyword in png.CARD_KEYWORDS:
            for number, text in enumerate(found):
                if text.is_plain == plain and text.keyword == keyword:
                    yield number, text, _from_base64
    for number, text in enumerate(found):
        yield number, text, _from_bare_json


def _from_base64(text: png.CardText, repairs: Repairs) -> Any:
    raw = _opened(text)
    if raw.startswith(ENCRYPTED):
        raise CardEncrypted
    if not raw.strip():
        raise CardUnreadable("The card in this picture is empty.")
    decoded = png.from_base64(raw)
    if decoded is None:
        raise CardUnreadable("The card in this picture is not base64 text.")
    return _parsed(decoded, repairs)


def _from_bare_json(text: png.CardText, repairs: Repairs) -> Any:
    raw = _opened(text)
    if not raw.lstrip().startswith(b"{"):
        raise CardUnreadable
    return _parsed(raw, repairs)


def _opened(text: png.CardText) -> bytes:
    try:
        return text.open()
    except png.TextTooLarge:
        raise CardTooLarge from None
    except ValueError:
        raise CardUnreadable("The compressed card in this picture cannot be opened.") from None


def _parsed(raw: bytes, repairs: Repairs) -> Any:
    try:
        value = parse_json(raw, repairs)
    except JsonRefused as error:
        raise CardUnreadable(f"The card in this picture is not readable JSON: {error}.") from None
    if not isinstance(value, dict | list):
        raise NotACard
    return value


def _refusal(failed: list[_Failed], scan: png.Scan, found: list[png.CardText]) -> CardRefused:
    if failed:
        return failed[0].error
    if scan.truncated:
        return CardTruncated(chunks=len(found))
    return CardMissing()


def _compare(card: Card, found: list[png.CardText], repairs: Repairs) -> None:
    older = [text for text in found if text.keyword == "chara"]
    other, _, _ = _first_card(older, Repairs(), card.name)
    if other and any(other.data[name] != card.data[name] for name in ("name", "description")):
        repairs.add("cards_differ")

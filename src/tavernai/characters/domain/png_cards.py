"""Cards in PNG pictures: which text chunk is believed, and the pictures RisuAI put into further chunks.

The order of attempts: every `ccv3` text chunk, every `chara`, then compressed and international chunks of the same
names, then chunks that hold plain JSON. The first that gives a card wins; a damaged one before it is told.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from tavernai.characters.domain import png
from tavernai.characters.domain.assets import AssetRefused, Resolve, Source, named_assets
from tavernai.characters.domain.card import Card, read_card
from tavernai.characters.domain.contents import Contents
from tavernai.characters.domain.jsontext import JsonRefused, parse_json
from tavernai.characters.domain.repairs import Repairs
from tavernai.characters.errors import (
    CardEncrypted,
    CardMissing,
    CardRefused,
    CardTooLarge,
    CardTruncated,
    CardUnreadable,
    NotACard,
)

ENCRYPTED: Final = b"rcc||"
ASSET_KEYWORD: Final = "chara-ext-asset_"
"""followed by the number; newer files put a colon before it"""
ASSET_PREFIX: Final = "__asset:"


def from_png(data: bytes, repairs: Repairs, filename: str | None) -> Contents:
    """Raises a CardRefused: there is no card in the picture that can be read."""
    card = _card(data, repairs, filename)
    assets = list(named_assets(card.data, resolver(data), repairs))
    return Contents("png", card, picture=data, assets=assets)


def resolver(data: bytes) -> Resolve:
    """From `__asset:3` to the chunk that carries it; the chunks are looked through when the first is asked for."""
    found: dict[str, png.CardText] | None = None

    def resolve(uri: str) -> Source | None:
        nonlocal found
        if not uri.startswith(ASSET_PREFIX):
            return None
        if found is None:
            found = {}
            for one in png.texts_like(data, ASSET_KEYWORD):
                found.setdefault(one.keyword.removeprefix(ASSET_KEYWORD).removeprefix(":"), one)
        text = found.get(uri.removeprefix(ASSET_PREFIX))
        return None if text is None else Source(lambda: _bytes_of(text)[:64], lambda: _bytes_of(text))

    return resolve


def _bytes_of(text: png.CardText) -> bytes:
    try:
        decoded = png.from_base64(text.open())
    except png.TextTooLarge:
        raise AssetRefused("asset_too_large") from None
    except ValueError:
        decoded = None
    if decoded is None:
        raise AssetRefused("asset_unreadable")
    return decoded


def _card(data: bytes, repairs: Repairs, filename: str | None) -> Card:
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

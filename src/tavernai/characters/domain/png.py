"""PNG as a row of chunks: read with bounds, write with other cards. No pixel is decoded here.

A chunk is length (4 bytes, big endian), type (4 letters), data, CRC-32 of type and data. The length is a claim: it is
compared with the bytes that are left and never allocated. The CRC is advisory, and a file that ends early gives what is
complete before its end.
"""

import base64
import binascii
import hashlib
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

SIGNATURE = b"\x89PNG\r\n\x1a\n"
TEXT_BYTES_MAX = 16 * 1024 * 1024
CHUNKS_MAX = 65_536
CARD_CHUNKS_MAX = 16
CARD_KEYWORDS = ("ccv3", "chara")
PICTURE_TYPES = frozenset({b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"IDAT"})
DRAWN_TYPES = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT"})


@dataclass(frozen=True, slots=True)
class Chunk:
    """One complete chunk; `data` is a view into the file."""

    type: bytes
    data: memoryview
    crc: int

    @property
    def crc_right(self) -> bool:
        return zlib.crc32(self.data, zlib.crc32(self.type)) == self.crc


class TextTooLarge(ValueError):
    """A text chunk holds, or inflates to, more than TEXT_BYTES_MAX."""


@dataclass(frozen=True, slots=True)
class CardText:
    """A text chunk that claims to hold a card; not opened yet, so that many of them cost nothing."""

    keyword: str
    chunk: Chunk

    @property
    def is_plain(self) -> bool:
        """Whether it is a tEXt chunk, the only kind SillyTavern reads."""
        return self.chunk.type == b"tEXt"

    def open(self) -> bytes:
        """The text, inflated when compressed. Raises TextTooLarge, or ValueError when it cannot be opened."""
        body = self.chunk.data[len(self.keyword) + 1 :]
        try:
            return _OPENERS[self.chunk.type](body)
        except zlib.error as error:
            raise ValueError(str(error)) from None


@dataclass(slots=True)
class Scan:
    """How reading went, known when the chunks are used up."""

    truncated: bool = False
    too_many: bool = False


def is_png(data: bytes) -> bool:
    return data.startswith(SIGNATURE)


def chunks(data: bytes, scan: Scan) -> Iterator[Chunk]:
    """The complete chunks up to IEND; `scan` tells why there are no more. Never raises."""
    view, at = memoryview(data), len(SIGNATURE)
    for _ in range(CHUNKS_MAX):
        if at + 12 > len(view):
            scan.truncated = True
            return
        length, kind = struct.unpack_from(">I4s", view, at)
        if length > len(view) - at - 12 or not kind.isalpha():
            scan.truncated = True
            return
        (crc,) = struct.unpack_from(">I", view, at + 8 + length)
        yield Chunk(kind, view[at + 8 : at + 8 + length], crc)
        if kind == b"IEND":
            return
        at += 12 + length
    scan.too_many = True


def card_texts(data: bytes, scan: Scan, *, keywords: tuple[str, ...] = CARD_KEYWORDS) -> list[CardText]:
    """The text chunks of these names, whatever the case, in file order; at most CARD_CHUNKS_MAX."""
    found: list[CardText] = []
    for chunk in chunks(data, scan):
        one = _card_text(chunk, keywords)
        if one is not None:
            found.append(one)
            if len(found) == CARD_CHUNKS_MAX:
                break
    return found


def texts_like(data: bytes, beginning: str) -> Iterator[CardText]:
    """Every text chunk whose name begins like this, in lower case; not opened yet."""
    for chunk in chunks(data, Scan()):
        keyword = _keyword(chunk)
        if keyword is not None and keyword.startswith(beginning):
            yield CardText(keyword, chunk)


def size(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels as the header claims; None without a header."""
    first = next(chunks(data, Scan()), None)
    if first is None or first.type != b"IHDR" or len(first.data) < 8:
        return None
    width, height = struct.unpack_from(">II", first.data)
    return width, height


def drawn_hash(data: bytes) -> str:
    """sha256 of what is drawn: equal for one picture with two cards in it."""
    drawn = hashlib.sha256()
    for chunk in chunks(data, Scan()):
        if chunk.type in DRAWN_TYPES:
            drawn.update(chunk.data)
    return drawn.hexdigest()


def with_cards(data: bytes, cards: dict[str, bytes]) -> bytes:
    """The picture with these cards and no others: `{keyword: JSON}` as base64 tEXt before IEND, other chunks kept."""
    return _assemble(data, keep=_is_no_card, extra=[(b"tEXt", _text_body(name, text)) for name, text in cards.items()])


def picture_only(data: bytes) -> bytes:
    """The picture without texts, metadata or anything that is not needed to draw it; its end repaired.

    For decoders: the checksums of pixels are left as they were found, since none of ours looks at them.
    """
    out = bytearray(SIGNATURE)
    for chunk in chunks(data, Scan()):
        if chunk.type in PICTURE_TYPES:
            _write(out, chunk.type, chunk.data, crc=chunk.crc if chunk.type == b"IDAT" else None)
    _write(out, b"IEND", b"")
    return bytes(out)


def from_base64(text: bytes) -> bytes | None:
    """Lenient base64: URL-safe letters, line breaks and missing padding pass; anything else is None."""
    squeezed = bytes(text).translate(_TO_STANDARD, b" \t\r\n\0").rstrip(b"=")
    try:
        return base64.b64decode(squeezed + b"=" * (-len(squeezed) % 4), validate=True)
    except binascii.Error:
        return None


_TO_STANDARD = bytes.maketrans(b"-_", b"+/")


def _card_text(chunk: Chunk, keywords: tuple[str, ...]) -> CardText | None:
    keyword = _keyword(chunk)
    return CardText(keyword, chunk) if keyword in keywords else None


def _keyword(chunk: Chunk) -> str | None:
    """The keyword of a text chunk in lower case; None for other chunks."""
    if chunk.type not in _OPENERS:
        return None
    name, mark, _ = bytes(chunk.data[:80]).partition(b"\0")
    return name.decode("latin-1").lower() if mark else None


def _open_text(body: memoryview) -> bytes:
    if len(body) > TEXT_BYTES_MAX:
        raise TextTooLarge
    return bytes(body)


def _open_ztxt(body: memoryview) -> bytes:
    if len(body) < 1 or body[0] != 0:
        raise ValueError("unknown compression")
    return _inflate(body[1:])


def _open_itxt(body: memoryview) -> bytes:
    # flag, method, language NUL, translated keyword NUL, text
    if len(body) < 2:
        raise ValueError("too short")
    compressed, method = body[0], body[1]
    start = 2
    for _ in range(2):
        end = bytes(body[start : start + 4096]).find(b"\0")
        if end < 0:
            raise ValueError("no end")
        start += end + 1
    if not compressed:
        return _open_text(body[start:])
    if method != 0:
        raise ValueError("unknown compression")
    return _inflate(body[start:])


def _inflate(body: memoryview) -> bytes:
    inflater = zlib.decompressobj()
    text = inflater.decompress(body, TEXT_BYTES_MAX + 1)
    if len(text) > TEXT_BYTES_MAX:
        raise TextTooLarge
    if not inflater.eof:
        raise ValueError("cut off")
    return text


_OPENERS = {b"tEXt": _open_text, b"zTXt": _open_ztxt, b"iTXt": _open_itxt}


def _is_no_card(chunk: Chunk) -> bool:
    return _keyword(chunk) not in CARD_KEYWORDS


def _text_body(keyword: str, text: bytes) -> bytes:
    return keyword.encode("latin-1") + b"\0" + base64.b64encode(text)


def _assemble(data: bytes, *, keep: Callable[[Chunk], bool], extra: list[tuple[bytes, bytes]]) -> bytes:
    out = bytearray(SIGNATURE)
    for chunk in chunks(data, Scan()):
        if chunk.type != b"IEND" and keep(chunk):
            _write(out, chunk.type, chunk.data)
    for kind, body in [*extra, (b"IEND", b"")]:
        _write(out, kind, body)
    return bytes(out)


def _write(out: bytearray, kind: bytes, body: bytes | memoryview, *, crc: int | None = None) -> None:
    out += struct.pack(">I4s", len(body), kind)
    out += body
    out += struct.pack(">I", zlib.crc32(body, zlib.crc32(kind)) if crc is None else crc)

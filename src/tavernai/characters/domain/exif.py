"""Texts that lie in JPEG and WebP pictures: EXIF comments, XMP, JPEG comments. Read with bounds, no pixel decoded."""

import html
import re
import struct
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final

from tavernai.characters.domain.png import TEXT_BYTES_MAX

SEGMENTS_MAX: Final = 2_000
ENTRIES_MAX: Final = 500
TEXTS_MAX: Final = 32
DESCRIPTION, EXIF_POINTER, USER_COMMENT = 0x010E, 0x8769, 0x9286

_EXIF = b"Exif\0\0"
_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_XMP_TEXT = re.compile(rb'>\s*([^<>\s][^<>]{16,})<|="([^"<>]{17,})"')
_UTF16, _PLAIN = b"UNICODE\0", (b"ASCII\0\0\0", b"JIS\0\0\0\0\0", b"\0" * 8)
"""The alphabets a comment may name in its first eight bytes."""


def picture_texts(data: bytes) -> Iterator[bytes]:
    """Every text that may hold a card, as UTF-8, at most TEXTS_MAX of them."""
    blocks = _jpeg_blocks(data) if data.startswith(b"\xff\xd8") else _webp_blocks(data)
    texts = (text for kind, block in blocks for text in _READERS[kind](block))
    for text in islice(texts, TEXTS_MAX):
        if text.strip(b"\0 \r\n\t") and len(text) <= TEXT_BYTES_MAX:
            yield text.strip(b"\0 \r\n\t")


def _jpeg_blocks(data: bytes) -> Iterator[tuple[str, bytes]]:
    at = 2
    for _ in range(SEGMENTS_MAX):
        if at + 4 > len(data) or data[at] != 0xFF or data[at + 1] in (0xD9, 0xDA):
            return
        kind, (length,) = data[at + 1], struct.unpack_from(">H", data, at + 2)
        body = data[at + 4 : at + 2 + length]
        if kind == 0xE1 and body.startswith(_EXIF):
            yield "exif", body[len(_EXIF) :]
        elif kind == 0xE1 and body.startswith(_XMP):
            yield "xmp", body[len(_XMP) :]
        elif kind == 0xFE:
            yield "comment", body
        at += 2 + max(length, 2)


def _webp_blocks(data: bytes) -> Iterator[tuple[str, bytes]]:
    at = 12
    for _ in range(SEGMENTS_MAX):
        if at + 8 > len(data):
            return
        kind, length = struct.unpack_from("<4sI", data, at)
        body = data[at + 8 : at + 8 + min(length, len(data))]
        if kind == b"EXIF":
            yield "exif", body.removeprefix(_EXIF)
        elif kind == b"XMP ":
            yield "xmp", body
        at += 8 + length + (length & 1)


def _exif_texts(block: bytes) -> Iterator[bytes]:
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(block[:4])
    if order is None or len(block) < 8:
        return
    (first,) = struct.unpack_from(f"{order}I", block, 4)
    for tag, value in _entries(block, first, order):
        if tag == DESCRIPTION:
            yield value
        elif tag == USER_COMMENT:
            yield _comment(value)
        elif tag == EXIF_POINTER and len(value) >= 4:
            (inner,) = struct.unpack_from(f"{order}I", value)
            yield from (_comment(told) for below, told in _entries(block, inner, order) if below == USER_COMMENT)


def _entries(block: bytes, at: int, order: str) -> Iterator[tuple[int, bytes]]:
    """Tags of one directory with their bytes; directories are not followed further than their caller does."""
    if at + 2 > len(block):
        return
    (count,) = struct.unpack_from(f"{order}H", block, at)
    for n in range(min(count, ENTRIES_MAX)):
        entry = at + 2 + n * 12
        if entry + 12 > len(block):
            return
        tag, kind, items = struct.unpack_from(f"{order}HHI", block, entry)
        size = items * {3: 2, 4: 4, 9: 4}.get(kind, 1)
        start = entry + 8 if size <= 4 else struct.unpack_from(f"{order}I", block, entry + 8)[0]
        yield tag, block[start : start + size]


def _comment(value: bytes) -> bytes:
    """A comment without the eight bytes that name its alphabet."""
    if value.startswith(_UTF16):
        return _from_utf16(value[8:])
    return value[8:] if value.startswith(_PLAIN) else value


def _from_utf16(body: bytes) -> bytes:
    is_little = body[1:2] == b"\0" or body.startswith(b"\xff\xfe")
    text = body.decode("utf-16-le" if is_little else "utf-16-be", "replace")
    return text.removeprefix("\ufeff").encode()


def _xmp_texts(block: bytes) -> Iterator[bytes]:
    for found in _XMP_TEXT.finditer(block[:TEXT_BYTES_MAX]):
        yield html.unescape((found[1] or found[2]).decode("utf-8", "replace")).encode()


def _itself(block: bytes) -> Iterator[bytes]:
    yield block


_READERS: Final[dict[str, Callable[[bytes], Iterator[bytes]]]] = {
    "exif": _exif_texts,
    "xmp": _xmp_texts,
    "comment": _itself,
}

"""What kind of picture some bytes are and how many pixels they claim. Read from the first bytes; nothing is decoded.

A picture is decoded by the reader's browser. What a header claims bounds what that costs.
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from tavernai.characters.domain.assets import media_type
from tavernai.chat.pictures.errors import NotAPicture, PictureTooLarge

PICTURE_BYTES_MAX: Final = 10 * 1024 * 1024
PIXELS_MAX: Final = 40_000_000

Box = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Seen:
    """A picture that may be shown."""

    media_type: str
    width: int
    height: int


def seen(data: bytes) -> Seen:
    """The picture these bytes are. Raises NotAPicture (SVG and pages among them), PictureTooLarge."""
    kind = media_type(data)
    if kind is None or kind not in SIZES:
        raise NotAPicture
    try:
        size = SIZES[kind](data)
    except (struct.error, IndexError):
        size = None
    if size is None or not all(size):
        raise NotAPicture
    if size[0] * size[1] > PIXELS_MAX:
        raise PictureTooLarge(pixels_max=PIXELS_MAX, width=size[0], height=size[1])
    return Seen(kind, *size)


def _png(data: bytes) -> Box | None:
    if data[12:16] != b"IHDR":
        return None
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


def _gif(data: bytes) -> Box | None:
    width, height = struct.unpack_from("<HH", data, 6)
    return width, height


def _webp(data: bytes) -> Box | None:
    if data[:4] != b"RIFF":
        return None
    form = data[12:16]
    if form == b"VP8X":
        return _uint24(data, 24) + 1, _uint24(data, 27) + 1
    if form == b"VP8L" and data[20] == 0x2F:
        bits = struct.unpack_from("<I", data, 21)[0]
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if form == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    return None


def _jpeg(data: bytes) -> Box | None:
    at = 2
    while data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # padding
            at += 1
            continue
        if marker in FRAMES:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return width, height
        if marker in (0xD9, 0xDA):  # the end, or the picture itself before its size
            return None
        at += 2 if marker == 0x01 or 0xD0 <= marker <= 0xD8 else 2 + struct.unpack_from(">H", data, at + 2)[0]
    return None


def _avif(data: bytes) -> Box | None:
    return max(_extents(data), key=lambda size: size[0] * size[1], default=None)


def _extents(data: bytes) -> Iterator[Box]:
    """Of every picture in an AVIF file, tiles and thumbnails among them."""
    at = data.find(b"ispe")
    while at >= 0 and at + 16 <= len(data):
        width, height = struct.unpack_from(">II", data, at + 8)
        yield width, height
        at = data.find(b"ispe", at + 4)


def _uint24(data: bytes, at: int) -> int:
    return data[at] | data[at + 1] << 8 | data[at + 2] << 16


FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG's markers of a frame, which begins with its size."""

SIZES: Final[dict[str, Callable[[bytes], Box | None]]] = {
    "image/png": _png,
    "image/jpeg": _jpeg,
    "image/webp": _webp,
    "image/gif": _gif,
    "image/avif": _avif,
}
MEDIA_TYPES: Final = tuple(SIZES)

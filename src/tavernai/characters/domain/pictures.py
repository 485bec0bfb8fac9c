"""Which pictures are taken as avatars, and in which sizes they are shown. Told by the bytes, never by a name."""

import hashlib
from enum import StrEnum

from tavernai.characters.domain import png

PIXELS_MAX = 40_000_000
"""A picture that claims more is not decoded: the portrait is drawn instead."""

FULL_SIDE_MAX = 2_048
BACKDROP_WIDTH_MAX = 1_920
BACKDROP_HEIGHT_MAX = 2_400

MAGIC: tuple[tuple[bytes, int, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", 0, "PNG"),
    (b"\xff\xd8\xff", 0, "JPEG"),
    (b"WEBP", 8, "WEBP"),
    (b"GIF87a", 0, "GIF"),
    (b"GIF89a", 0, "GIF"),
)


class Size(StrEnum):
    """How large a picture is asked for."""

    SMALL = "96"
    CARD = "240"
    LARGE = "480"
    FULL = "full"


BOXES: dict[Size, tuple[int, int]] = {Size.SMALL: (96, 96), Size.CARD: (240, 300), Size.LARGE: (480, 600)}
"""Width and height of each size that is cut; FULL keeps its shape within FULL_SIDE_MAX."""

FACE_HEIGHT = 0.12
"""Where the cut sits when height must go: 0 the top, 0.5 the middle. Faces are near the top."""


def picture_kind(data: bytes) -> str | None:
    """PNG, JPEG, WEBP or GIF by the first bytes; None for everything else."""
    return next((kind for magic, at, kind in MAGIC if data[at : at + len(magic)] == magic), None)


def picture_hash(data: bytes) -> str:
    """What tells equal pictures: of a PNG what is drawn, whatever card lies in it; of others their bytes."""
    return png.drawn_hash(data) if png.is_png(data) else hashlib.sha256(data).hexdigest()


def cut(width: int, height: int, *, box: tuple[int, int]) -> tuple[float, float, float, float]:
    """The part of a picture (left, top, right, bottom in its pixels) that has the box's shape."""
    wide = min(float(width), height * box[0] / box[1])
    tall = min(float(height), width * box[1] / box[0])
    left, top = (width - wide) / 2, (height - tall) * FACE_HEIGHT
    return left, top, left + wide, top + tall

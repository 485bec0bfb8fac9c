"""The portrait of somebody without a picture: an initial on a calm gradient that belongs to the name alone."""

import hashlib
import unicodedata
from dataclasses import dataclass
from xml.sax.saxutils import escape

HUES = (198, 268, 96, 276, 92, 0, 320, 18, 228, 172, 110, 342, 44, 150)
"""Degrees that stay apart from each other and from the page's accent."""

DARK_TURN = (48, 70, 40, -30, -26, 30)
"""How far the dark end of the gradient is turned from the light one, in degrees."""


@dataclass(frozen=True, slots=True)
class Palette:
    """Three colours of one portrait, each (hue 0-359, saturation %, lightness %)."""

    light: tuple[int, int, int]
    middle: tuple[int, int, int]
    dark: tuple[int, int, int]


def palette(name: str) -> Palette:
    """The colours that belong to a name, the same today and tomorrow."""
    drawn = hashlib.sha256(unicodedata.normalize("NFC", name).casefold().encode()).digest()
    hue = HUES[drawn[0] % len(HUES)]
    turned = (hue + DARK_TURN[drawn[1] % len(DARK_TURN)]) % 360
    return Palette((hue, 42, 66), ((hue + 12) % 360, 26, 45), (turned, 38, 18))


def initial(name: str) -> str:
    """The first letter or sign of a name, with what combines with it; a dot for a name without any."""
    shown = name.strip()
    for start, sign in enumerate(shown):
        if sign.isalnum():
            end = start + 1
            while end < len(shown) and unicodedata.combining(shown[end]):
                end += 1
            upper = shown[start:end].upper()
            return upper if len(upper) == end - start else shown[start:end]
    return shown[:1] or "·"


def portrait_svg(name: str) -> str:
    """A 4:5 SVG, 480 × 600, that scales to any size and holds nothing but shapes and one letter."""
    colours = palette(name)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 600" width="480" height="600">'
        '<defs><linearGradient id="b" x1=".2" y1="0" x2=".6" y2="1">'
        f'<stop offset="0" stop-color="{_css(colours.middle)}"/><stop offset="1" stop-color="{_css(colours.dark)}"/>'
        '</linearGradient><radialGradient id="g" cx=".3" cy=".08" r=".72">'
        f'<stop offset="0" stop-color="{_css(colours.light)}"/>'
        f'<stop offset="1" stop-color="{_css(colours.light)}" stop-opacity="0"/>'
        "</radialGradient></defs>"
        '<rect width="480" height="600" fill="url(#b)"/><rect width="480" height="600" fill="url(#g)"/>'
        '<text x="240" y="312" text-anchor="middle" dominant-baseline="middle" fill="#fff" fill-opacity=".92" '
        "font-family=\"'Iowan Old Style','Palatino Linotype',Palatino,Georgia,'Noto Serif CJK SC','Songti SC',serif\" "
        f'font-size="96">{escape(initial(name))}</text></svg>'
    )


def _css(colour: tuple[int, int, int]) -> str:
    return f"hsl({colour[0]} {colour[1]}% {colour[2]}%)"

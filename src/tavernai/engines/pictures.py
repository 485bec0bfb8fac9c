"""Pictures with Pillow. A picture is a stranger's program for a decoder: its size is read before any decoding."""

import colorsys
import warnings
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont, ImageOps

from tavernai.characters.domain import png
from tavernai.characters.domain.pictures import (
    BACKDROP_HEIGHT_MAX,
    BACKDROP_WIDTH_MAX,
    BOXES,
    FULL_SIDE_MAX,
    PIXELS_MAX,
    Size,
    cut,
    picture_kind,
)
from tavernai.characters.domain.portrait import initial, palette
from tavernai.characters.errors import PictureRefused

QUALITY = 82
EFFORT = 2
"""Half the time of Pillow's usual 4 for pictures hardly larger: whole folders of cards come in at once."""
METHOD = 4
METHODS = {Size.SMALL: 1, Size.CARD: 1}
"""Small ones are made by the thousand when a folder comes in: a quarter of the work for a twentieth more bytes."""
FILTERS = {Size.SMALL: Image.Resampling.HAMMING, Size.CARD: Image.Resampling.HAMMING}
"""A third of Lanczos's work; so small, the two cannot be told apart."""
DAMAGED = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    IndexError,
    OverflowError,
    MemoryError,
    Image.DecompressionBombError,
)
"""What Pillow's decoders raise for bytes that are no picture; its own page lists no smaller set."""

# We compare the size ourselves; Pillow's guard stays as a second fence and raises at twice this number.
Image.MAX_IMAGE_PIXELS = PIXELS_MAX
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)


class PillowPictures:
    """Fulfils characters.ports.Pictures."""

    def resized(self, data: bytes, size: Size) -> bytes:
        picture = _decoded(data, hint=BOXES.get(size))
        if size is Size.FULL:
            picture.thumbnail((FULL_SIDE_MAX, FULL_SIDE_MAX), Image.Resampling.LANCZOS)
        else:
            box = BOXES[size]
            how = FILTERS.get(size, Image.Resampling.LANCZOS)
            picture = picture.resize(box, how, box=cut(*picture.size, box=box), reducing_gap=2.0)
        return _encoded(picture, "WEBP", quality=QUALITY, method=METHODS.get(size, METHOD))

    def backdrop(self, data: bytes) -> bytes:
        picture = _decoded(data, hint=(BACKDROP_WIDTH_MAX, BACKDROP_HEIGHT_MAX)).convert("RGB")
        picture.thumbnail((BACKDROP_WIDTH_MAX, BACKDROP_HEIGHT_MAX), Image.Resampling.LANCZOS)
        return _encoded(picture, "WEBP", quality=QUALITY, method=EFFORT)

    def as_png(self, data: bytes) -> bytes:
        if picture_kind(data) == "PNG":
            return data
        return _encoded(_decoded(data, hint=None), "PNG", optimize=True)

    def portrait_png(self, name: str) -> bytes:
        return _encoded(_portrait(name, 400, 500), "PNG", optimize=True)


def _decoded(data: bytes, *, hint: tuple[int, int] | None) -> Image.Image:
    kind = picture_kind(data)
    if kind is None:
        raise PictureRefused
    if kind == "PNG":
        data = _plain_png(data)
    try:
        with Image.open(BytesIO(data), formats=[kind]) as opened:
            _refuse_large(opened.size)
            if hint is not None and kind == "JPEG":
                opened.draft("RGB", (hint[0] * 2, hint[1] * 2))
            ImageOps.exif_transpose(opened, in_place=True)
            opened.load()
            mode = "RGBA" if opened.has_transparency_data else "RGB"
            return opened if opened.mode == mode else opened.convert(mode)
    except DAMAGED:
        raise PictureRefused from None


def _plain_png(data: bytes) -> bytes:
    # Text chunks can be bombs of their own and a cut-off end would stop the decoder; neither is part of the picture.
    size = png.size(data)
    if size is None:
        raise PictureRefused
    _refuse_large(size)
    return png.picture_only(data)


def _refuse_large(size: tuple[int, int]) -> None:
    if size[0] * size[1] > PIXELS_MAX:
        raise PictureRefused("This picture has more than 40 megapixels.", width=size[0], height=size[1])


def _encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def _portrait(name: str, width: int, height: int) -> Image.Image:
    colours = palette(name)
    ramp = Image.linear_gradient("L").resize((width, height))
    base = Image.composite(
        Image.new("RGB", ramp.size, _rgb(colours.dark)), Image.new("RGB", ramp.size, _rgb(colours.middle)), ramp
    )
    # radial_gradient is 0 in its middle and 181 where its circle touches the edge; the light sits up left.
    reach = int(width * 1.8)
    circle = Image.radial_gradient("L").point([max(0, 235 - value * 235 // 181) for value in range(256)])
    glow = circle.resize((reach, reach), Image.Resampling.BICUBIC)
    mask = Image.new("L", ramp.size, 0)
    mask.paste(glow, (int(width * 0.3) - reach // 2, int(height * 0.08) - reach // 2))
    base.paste(Image.new("RGB", ramp.size, _rgb(colours.light)), mask=mask)
    letter = initial(name)
    if letter.isascii():  # the font that comes with Pillow knows no other script
        draw = ImageDraw.Draw(base)
        draw.text((width / 2, height * 0.52), letter, fill="white", font=ImageFont.load_default(80), anchor="mm")
    return base


def _rgb(colour: tuple[int, int, int]) -> tuple[int, int, int]:
    red, green, blue = colorsys.hls_to_rgb(colour[0] / 360, colour[2] / 100, colour[1] / 100)
    return round(red * 255), round(green * 255), round(blue * 255)

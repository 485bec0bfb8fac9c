"""Pillow behind its fences: sizes, shapes, and what is not decoded."""

from io import BytesIO
from xml.etree import ElementTree

import pytest
from PIL import Image

from tavernai.characters.domain.pictures import Size, cut
from tavernai.characters.domain.portrait import initial, palette, portrait_svg
from tavernai.characters.errors import PictureRefused
from tavernai.engines.pictures import PillowPictures
from tests.data.pictures import chunk, tiny_png
from tests.support.shared import fixture

SHAPES = {Size.SMALL: (96, 96), Size.CARD: (240, 300), Size.LARGE: (480, 600), Size.FULL: (4, 5)}


@pytest.mark.parametrize(("size", "shape"), SHAPES.items())
def test_each_size_is_webp_of_the_promised_shape(size: Size, shape: tuple[int, int]) -> None:
    made = PillowPictures().resized(tiny_png(), size)
    assert made[:4] == b"RIFF"
    assert made[8:12] == b"WEBP"
    assert Image.open(BytesIO(made)).size == shape


def test_a_tall_picture_keeps_its_top_and_a_wide_one_its_middle() -> None:
    assert cut(100, 200, box=(96, 96)) == (0, 12, 100, 112)
    assert cut(200, 100, box=(96, 96)) == (50, 0, 150, 100)


def test_a_picture_that_claims_3600_megapixels_is_not_decoded() -> None:
    with pytest.raises(PictureRefused, match="megapixels") as refused:
        PillowPictures().resized(fixture("malformed/png_huge_dimensions.png").read_bytes(), Size.CARD)
    assert refused.value.facts == {"width": 60000, "height": 60000}


@pytest.mark.parametrize(
    "data", [b"", b"x", b"<svg/>", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"\xff\xd8\xff\xe0", b"RIFF0000WEBP"]
)
def test_what_is_no_whole_picture_is_refused(data: bytes) -> None:
    with pytest.raises(PictureRefused):
        PillowPictures().resized(data, Size.CARD)


def test_a_missing_end_and_foreign_chunks_do_not_stop_a_picture() -> None:
    broken = tiny_png(chunk(b"tEXt", b"chara\0x"), chunk(b"eXIf", b"garbage"), end=False)
    assert PillowPictures().resized(broken, Size.SMALL)


def test_where_a_photograph_was_taken_does_not_travel() -> None:
    exif, photograph = Image.Exif(), BytesIO()
    exif[0x010E], exif[0x0112] = "SECRET-PLACE", 6
    Image.new("RGB", (40, 20), "red").save(photograph, "JPEG", exif=exif)
    made = PillowPictures().resized(photograph.getvalue(), Size.FULL)
    assert b"SECRET-PLACE" not in made
    assert Image.open(BytesIO(made)).size == (20, 40)  # turned upright before the mark was dropped


def test_other_pictures_become_png_for_an_exported_card() -> None:
    photograph = BytesIO()
    Image.new("RGB", (8, 10), "red").save(photograph, "WEBP")
    assert PillowPictures().as_png(photograph.getvalue())[:8] == b"\x89PNG\r\n\x1a\n"
    assert PillowPictures().as_png(tiny_png()) == tiny_png()


@pytest.mark.parametrize("name", ["Mira", "林墨", "<b>", "é́clair", "", "🦊"])
def test_a_portrait_is_drawn_for_every_name_and_always_the_same(name: str) -> None:
    ElementTree.fromstring(portrait_svg(name))
    assert palette(name) == palette(name)
    assert Image.open(BytesIO(PillowPictures().portrait_png(name))).size == (400, 500)


def test_the_initial_is_the_first_letter_of_any_script() -> None:
    assert [initial(name) for name in ("aria", "林墨", " «Zed»", "ßen", "…")] == ["A", "林", "Z", "ß", "…"]

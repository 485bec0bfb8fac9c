"""The eye that compares pictures of screens: blind to smoothing, not to what moved, went or changed its colour."""

from io import BytesIO

import pytest
from PIL import Image, ImageDraw, ImageFilter

from tests.support.sight import POINTS_MAX, points_apart, small

SIZE = (390, 844)
Box = tuple[int, int, int, int]
BUTTON: Box = (300, 40, 344, 84)
HEADING: Box = (24, 40, 180, 58)


def _screen(*boxes: Box, ink: str = "#222222", blur: float = 0.0) -> bytes:
    picture = Image.new("RGB", SIZE, "#fbfaf6")
    for box in boxes:
        ImageDraw.Draw(picture).rectangle(box, fill=ink)
    out = BytesIO()
    picture.filter(ImageFilter.GaussianBlur(blur)).save(out, "PNG")
    return out.getvalue()


def _apart(one: bytes, other: bytes) -> int:
    return points_apart(small(one), small(other))


def test_edges_smoothed_otherwise_are_the_same_edges() -> None:
    assert _apart(_screen(BUTTON, HEADING), _screen(BUTTON, HEADING, blur=0.6)) <= POINTS_MAX


@pytest.mark.parametrize(
    "now",
    [
        pytest.param(_screen(BUTTON, (24, 44, 180, 62)), id="a heading four pixels lower"),
        pytest.param(_screen(HEADING, (304, 40, 348, 84)), id="a button four pixels to the right"),
        pytest.param(_screen(HEADING), id="a button that is gone"),
        pytest.param(_screen(BUTTON, HEADING, ink="#5a2222"), id="another colour"),
    ],
)
def test_what_moved_went_or_was_recoloured_is_seen(now: bytes) -> None:
    assert _apart(_screen(BUTTON, HEADING), now) > POINTS_MAX


def test_pictures_of_another_size_have_nothing_in_common() -> None:
    assert points_apart(Image.new("RGB", (10, 10)), Image.new("RGB", (10, 20))) == 200

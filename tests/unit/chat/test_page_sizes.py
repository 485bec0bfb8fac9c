"""Which messages of a stretch one page holds."""

import pytest

from tavernai.chat.window import fitting


@pytest.mark.parametrize(
    ("sizes", "at", "held"),
    [
        ([], 0, (0, 0)),
        ([3, 3, 3], 2, (0, 3)),
        ([5, 5, 5], 2, (1, 3)),
        ([5, 5, 5], 0, (0, 2)),
        ([99, 99, 99], 1, (1, 2)),
        ([1, 1, 99, 1, 1, 1, 1], 4, (3, 7)),
        ([4, 4, 2, 4, 4], 2, (1, 4)),
    ],
)
def test_a_page_holds_what_fits_around_what_was_asked_for(sizes: list[int], at: int, held: tuple[int, int]) -> None:
    assert fitting(sizes, at=at, most=10) == held

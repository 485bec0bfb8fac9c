"""The table of paths and what fits each of them."""

import pytest

from tavernai.config.domain.paths import LAYERS, PATHS, Path
from tavernai.config.domain.values import check_scope, checked, path_named
from tavernai.config.errors import BadValue, PathNotHere, UnknownPath
from tavernai.gateway.samplers import CANONICAL, NEUTRAL

ROWS = list(PATHS.values())
NAMES = [row.path for row in ROWS]


@pytest.mark.parametrize("row", ROWS, ids=NAMES)
def test_a_path_says_what_it_is_where_it_may_stand_and_who_reads_it(row: Path) -> None:
    assert row.path == f"/{row.place}/{row.name}"
    assert row.meaning.endswith(".")
    assert row.reader
    assert set(row.scopes) <= set(LAYERS)
    assert (row.minimum is not None) == (row.kind in ("number", "integer"))
    assert bool(row.choices) == (row.kind == "enum")
    assert bool(row.length) == (row.kind in ("string", "list"))


@pytest.mark.parametrize("row", ROWS, ids=NAMES)
def test_default_and_neutral_fit_their_own_path(row: Path) -> None:
    low, high = row.warn or (None, None)
    for value in (row.default, row.neutral):
        if value is not None:
            assert checked(row, value) == value
            assert low is None or value >= low
            assert high is None or value <= high


def test_every_sampler_of_the_gateway_can_be_tuned_and_is_off_at_its_neutral_value() -> None:
    assert {f"/generation/{name}" for name in CANONICAL} <= set(PATHS)
    off = {name: value for name, value in NEUTRAL.items() if isinstance(value, int | float) and name != "seed"}
    assert {name: PATHS[f"/generation/{name}"].neutral for name in off} == off


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("/generation/temperature", 9), ("/generation/temperature", "hot"), ("/generation/temperature", True),
        ("/generation/temperature", float("nan")), ("/generation/top_k", 1.5), ("/generation/top_k", -1),
        ("/generation/stop", "x"), ("/generation/stop", [""]), ("/generation/stop", ["a", "b", "c", "d", "e"]),
        ("/reply/length", "huge"), ("/reply/length", None), ("/note/text", 3), ("/note/text", "x" * 20_001),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_with_its_path(name: str, value: object) -> None:
    with pytest.raises(BadValue) as refused:
        checked(PATHS[name], value)
    assert refused.value.facts["path"] == name
    assert name in refused.value.detail


def test_a_number_out_of_range_is_told_the_range() -> None:
    with pytest.raises(BadValue) as refused:
        checked(PATHS["/generation/temperature"], 9)
    assert (refused.value.facts["min"], refused.value.facts["max"]) == (0, 5)


def test_whole_numbers_may_come_with_a_point_and_lists_lose_what_stands_twice() -> None:
    assert checked(PATHS["/generation/top_k"], 40.0) == 40
    assert isinstance(checked(PATHS["/generation/top_k"], 40.0), int)
    assert checked(PATHS["/generation/stop"], ["a", "b", "a"]) == ["a", "b"]


def test_a_value_past_what_usually_works_is_taken() -> None:
    row = PATHS["/generation/temperature"]
    assert row.warn == (None, 1.5)
    assert checked(row, 1.8) == 1.8


def test_unknown_paths_and_wrong_scopes_are_refused() -> None:
    with pytest.raises(UnknownPath):
        path_named("/generation/luck")
    with pytest.raises(PathNotHere) as refused:
        check_scope(PATHS["/persona/id"], "global")
    assert "conversation" in refused.value.facts["scopes"]

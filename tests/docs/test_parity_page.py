"""The page on parity says what a run says, and gives for every deviation the reason that stands beside its value."""

import re
from typing import Any

from tavernai.interop.parity.areas import AREAS
from tavernai.interop.parity.report import deviations_from, parity
from tests.docs.pages import section
from tests.support.requirements import ROOT, needs_shared
from tests.support.shared import fixture

PAGE = "reference/parity.md"
DEVIATIONS = deviations_from(ROOT / "tests" / "data" / "parity" / "deviations.json")


def rows(title: str) -> list[list[str]]:
    return [
        re.split(r" *\| *", line.strip("| ")) for line in section(PAGE, title).splitlines() if line.startswith("| `")
    ]


def test_every_deviation_stands_on_the_page_with_its_reason() -> None:
    written = {name.strip("`"): why for name, why in rows("deviations")}
    assert written == {name: told["reason"] for name, told in DEVIATIONS.items()}


def test_every_area_has_a_row() -> None:
    assert [row[0].strip("`") for row in rows("score")] == [*AREAS, "all"]


@needs_shared
def test_the_score_is_the_one_a_run_gives() -> None:
    found: dict[str, Any] = parity(fixture("golden"), deviations=DEVIATIONS)
    counted = {name: (area["passed"], area["total"]) for name, area in found["areas"].items()}
    counted["all"] = (found["passed"], found["total"])
    assert {row[0].strip("`"): (int(row[1]), int(row[2])) for row in rows("score")} == counted


def test_the_readme_tells_the_same_score() -> None:
    [total] = [row for row in rows("score") if row[0] == "`all`"]
    assert f"{total[1]} of {total[2]}" in (ROOT / "README.md").read_text(encoding="utf-8")

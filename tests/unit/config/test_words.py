"""Every path has its name and its meaning in every language of the page."""

import json
from typing import Any

import pytest

from tavernai.config.domain.paths import PATHS
from tests.support.requirements import ROOT

LOCALES = ROOT / "web" / "src" / "locales"


def words(language: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((LOCALES / language / "config.json").read_text(encoding="utf-8"))
    return told


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_path_has_a_label_and_a_meaning_and_no_other_has(language: str) -> None:
    told = words(language)["path"]
    named = {f"/{place}/{name}" for place, names in told.items() for name in names}
    assert named == set(PATHS)
    assert [path for path, row in PATHS.items() if not all(told[row.place][row.name].get(part)
            for part in ("label", "meaning"))] == []  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_choice_has_a_word(language: str) -> None:
    told = words(language)
    choices = {row.path: set(row.choices) for row in PATHS.values() if row.choices}
    assert set(told["length"]) == choices.pop("/reply/length")
    assert {path: set(told["path"][PATHS[path].place][PATHS[path].name]["choice"]) for path in choices} == choices

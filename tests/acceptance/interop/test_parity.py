"""What SillyTavern 1.18.0 was recorded to do, and what we do with the same input: area by area, case by case."""

import json
from pathlib import Path
from typing import Any

import pytest

from tavernai.interop.parity.areas import AREAS, Case
from tavernai.interop.parity.report import deviations_from, difference, parity
from tests.support.processes import run_tavernai
from tests.support.requirements import ROOT, shared_folder
from tests.support.shared import fixture

DEVIATIONS = deviations_from(ROOT / "tests" / "data" / "parity" / "deviations.json")


def recorded() -> list[Any]:
    """Every case of the shared recordings; one that asks for them when they are absent."""
    shared = shared_folder()
    if shared is None:
        return [pytest.param("", None, id="absent")]
    golden = shared / "fixtures" / "golden"
    return [
        pytest.param(area, case, id=f"{area}/{case.id}")
        for area, cases in AREAS.items()
        for case in (cases(golden / area) if (golden / area).is_dir() else ())
    ]


@pytest.mark.parametrize(("area", "case"), recorded())
def test_we_do_what_sillytavern_was_recorded_to_do(area: str, case: Case) -> None:
    fixture("golden/baseline.json")
    deviation = DEVIATIONS.get(f"{area}/{case.id}", DEVIATIONS.get(case.id))
    difference_found = difference(case, deviation["expected"] if deviation else case.expected)
    assert not difference_found, difference_found


def test_a_scenario_we_miss_is_told_with_its_difference(tmp_path: Path) -> None:
    lay_out(tmp_path, wanted="Hello, Mira.")
    found = parity(tmp_path, deviations={})
    assert (found["passed"], found["total"]) == (0, 1)
    [miss] = found["areas"]["macros"]["misses"]
    assert miss["id"] == "own"
    assert '+    "new": "Hello, Ari."' in miss["diff"]


def test_a_deviation_says_what_is_wanted_instead(tmp_path: Path) -> None:
    lay_out(tmp_path, wanted="Hello, Mira.")
    wanted = {"own": {"reason": "we greet the user", "expected": {"rows": [{"new": "Hello, Ari."}]}}}
    assert parity(tmp_path, deviations=wanted)["passed"] == 1


def test_a_scenario_that_breaks_is_a_miss_and_the_others_still_run(tmp_path: Path) -> None:
    lay_out(tmp_path, wanted="Hello, Ari.")
    (tmp_path / "macros" / "broken.json").write_text(json.dumps({"id": "broken", "input": {}, "expected": {}}))
    found = parity(tmp_path, deviations={})
    assert [miss["id"] for miss in found["areas"]["macros"]["misses"]] == ["broken"]
    assert found["passed"] == 1


def test_damaged_files_are_misses_and_the_others_still_run(tmp_path: Path) -> None:
    lay_out(tmp_path, wanted="Hello, Ari.")
    (tmp_path / "macros" / "cut.json").write_text('{"id": "cu')
    (tmp_path / "macros" / "empty.json").write_text("{}")
    (tmp_path / "card_import").mkdir()
    found = parity(tmp_path, deviations={})
    assert {miss["id"] for area in found["areas"].values() for miss in area["misses"]} == {
        "cut",
        "empty",
        "card_import",
    }
    assert (found["passed"], found["total"]) == (1, 4)


def test_a_member_without_a_card_and_a_message_without_a_date_stop_no_scenario(tmp_path: Path) -> None:
    lay_out(tmp_path, wanted="Hello, Ari.")
    own = tmp_path / "macros" / "own.json"
    loaded = json.loads(own.read_text())
    chat = [{"name": "Ari", "is_user": True, "mes": "Hi.", "send_date": "November 20, 2026 11:38pm"}, {"send_date": ""}]
    loaded["input"] |= {"group": {"members": ["Mira", "Gone"]}, "chat": chat}
    own.write_text(json.dumps(loaded))
    assert parity(tmp_path, deviations={})["areas"]["macros"]["misses"] == []


def test_the_command_names_what_it_did_not_compare_and_a_list_it_cannot_read(tmp_path: Path) -> None:
    lay_out(tmp_path, wanted="Hello, Ari.")
    (tmp_path / "notes").mkdir()
    told = run_tavernai("parity", str(tmp_path), data=tmp_path / "data")
    assert (told.returncode, "no area of this name: notes" in told.stderr) == (0, True)
    refused = run_tavernai("parity", str(tmp_path), "--deviations", "/nowhere.json", data=tmp_path / "data")
    assert (refused.returncode, "cannot be read" in refused.stderr) == (1, True)


def test_the_command_tells_the_share_and_fails_below_the_one_asked_for(tmp_path: Path) -> None:
    lay_out(tmp_path, wanted="Hello, Mira.")
    failed = run_tavernai("parity", str(tmp_path), "--json", data=tmp_path / "data")
    assert failed.returncode == 1
    assert "0 of 1 match" in failed.stderr
    assert json.loads(failed.stdout)["areas"]["macros"]["total"] == 1
    assert run_tavernai("parity", str(tmp_path), "--min", "0", data=tmp_path / "data").returncode == 0


def lay_out(folder: Path, *, wanted: str) -> None:
    """A folder with one scenario of our own: a macro that names the user."""
    card = {"spec": "chara_card_v2", "data": {"name": "Mira"}}
    given = {
        "characters": [{"file": "Mira", "card": card}], "chat": [], "persona": {"name": "Ari"},
        "texts": [{"text": "Hello, {{user}}."}],
    }  # fmt: skip
    loaded = {"id": "own", "api": "openai", "input": given, "expected": {"rows": [{"new": wanted}]}}
    (folder / "macros").mkdir(parents=True)
    (folder / "baseline.json").write_text((ROOT / "tests" / "data" / "parity" / "baseline.json").read_text())
    (folder / "macros" / "own.json").write_text(json.dumps(loaded))

"""What SillyTavern 1.18.0 was recorded to wake, and what we wake for the same books and chat."""

import json
from typing import Any

import pytest

from tests.support.shared import fixture_names
from tests.support.world_scenes import steps_of, told


@pytest.mark.parametrize("path", fixture_names("golden/world_info/*.json"))
def test_a_scan_wakes_what_sillytavern_wakes(path: str) -> None:
    for ours, theirs in steps_of(path):
        assert told(ours, theirs) == told(theirs, theirs), json.dumps(theirs, indent=1)[:2_000]


def test_there_are_scenarios() -> None:
    assert fixture_names("golden/world_info/*.json")


Step = dict[str, Any]

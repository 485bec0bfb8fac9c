"""A scan ends in time, whatever its books hold, and tells what it left out."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tavernai.agent.lore import KEYS_TOLD_MAX, scanned
from tavernai.prompting.domain.tokenizers import BYTES_OVER_FOUR
from tavernai.prompting.domain.world_info import finder
from tavernai.prompting.domain.world_info.entries import LoreBook, LoreEntry, Worlds
from tavernai.prompting.domain.world_info.scan import SCAN_SECONDS_MAX, Scan, ScanInput, Tools, scan
from tavernai.prompting.domain.world_info.settings import ScanSettings


@dataclass
class Slow:
    """A clock on which every look at it takes a while."""

    step: float
    now: float = 0.0

    def __call__(self) -> float:
        self.now += self.step
        return self.now


def found(*keys: str, lines: list[str], clock: Callable[[], float] = time.monotonic, **given: Any) -> Scan:
    entries = tuple(LoreEntry("B", str(number), keys=(key,), content="C") for number, key in enumerate(keys))
    settings = ScanSettings(**given)
    tools = Tools(lambda text: text, len, random.Random(1), clock)
    return scan(ScanInput(Worlds(chat=[LoreBook("B", entries)]), settings, lines, message_count=len(lines)), tools)


def test_a_thousand_keys_that_explode_end_with_the_scans_time() -> None:
    began = time.monotonic()
    slow = [f"/(a|aa)+{number}$/" for number in range(1_000)]
    made = found("fire", *slow, "/f.re/", lines=["a" * 3_000 + " fire"])
    assert time.monotonic() - began < SCAN_SECONDS_MAX + 2  # each alone may take 50 ms: together they would take 50 s
    assert [one.entry.uid for one in made.woken] == ["0"]
    assert (made.stopped_keys[slow[0]], made.stopped_keys["/f.re/"]) == ("too_slow", "not_tried")
    assert made.is_cut_short


def test_expressions_that_take_long_to_read_are_left_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    monkeypatch.setattr(finder, "is_javascript", lambda source, flags: bool(read.append(source) or True))
    keys = [f"/unread{number}/" for number in range(100)]
    made = found(*keys, "plain", lines=["unread5 and plain"], clock=Slow(SCAN_SECONDS_MAX / 10))
    assert 0 < len(read) < 20
    assert (made.stopped_keys["/unread99/"], made.woken[0].entry.uid) == ("not_tried", "100")


def test_a_search_that_widens_without_end_is_ended() -> None:
    made = found("nowhere", lines=["words"] * 900, activations_min=1, clock=Slow(SCAN_SECONDS_MAX / 50))
    assert (made.is_cut_short, made.stopped_keys) == (True, {})
    assert 40 < made.rounds < 60


def test_keys_over_several_lines_are_not_searched_one_by_one_for_ever() -> None:
    made = found(*(f"two\nlines {number}" for number in range(100)), lines=["x"], clock=Slow(SCAN_SECONDS_MAX / 10))
    assert set(made.stopped_keys.values()) == {"not_tried"}
    assert 80 < len(made.stopped_keys) < 100


def test_a_scan_with_nothing_left_to_do_is_not_cut_short() -> None:
    made = found("fire", lines=["fire"], clock=Slow(SCAN_SECONDS_MAX * 2))
    assert ([one.entry.uid for one in made.woken], made.is_cut_short) == (["0"], False)


def test_the_account_names_the_first_keys_given_up_and_counts_the_others() -> None:
    keys = [f"/never{number}/" for number in range(500)]
    made = found(*keys, "/(a|aa)+!$/", lines=["x"], clock=Slow(SCAN_SECONDS_MAX / 10))
    told = scanned(made, BYTES_OVER_FOUR)
    assert (told["cut_short"], len(told["given_up"])) == (True, KEYS_TOLD_MAX)
    assert told["given_up_count"] == len(made.stopped_keys) > 400
    assert {one["why"] for one in told["given_up"]} == {"not_tried"}

"""Lore: sentences of the contract (chapter 2) that no recording tells."""

import time
from typing import Any

import pytest

from tavernai.prompting.domain.lore import lore_plan
from tavernai.prompting.domain.scene import LoreHit
from tavernai.prompting.domain.world_info.entries import LoreBook, Worlds, book_from
from tavernai.prompting.domain.world_info.scan import Scan, ScanInput, Tools, scan
from tavernai.prompting.domain.world_info.settings import ScanSettings, settings_from
from tavernai.prompting.domain.world_info.timed import timed_from


class Dice:
    """Numbers in order, then 0.5; counts how many were asked for."""

    def __init__(self, *numbers: float) -> None:
        self.numbers = list(numbers)
        self.asked = 0

    def random(self) -> float:
        self.asked += 1
        return self.numbers.pop(0) if self.numbers else 0.5


def book(name: str, *entries: dict[str, Any]) -> LoreBook:
    return book_from(name, {"entries": {str(n): {"content": f"{name}{n}"} | one for n, one in enumerate(entries)}})


def scanned(*entries: dict[str, Any], said: str = "dragon", dice: Dice | None = None, **given: Any) -> Scan:
    given = {"worlds": Worlds(everywhere=[book("b", *entries)]), "lines": [said], "message_count": 1} | given
    settings = ScanSettings(**given.pop("settings", {}))
    tools = Tools(lambda text: text, lambda text: len(text), dice or Dice(), time.monotonic)
    return scan(ScanInput(settings=settings, **given), tools)


def woken(*entries: dict[str, Any], **given: Any) -> list[str]:
    return [one.entry.id for one in scanned(*entries, **given).woken]


D = {"key": ["dragon"]}


@pytest.mark.parametrize(
    ("entry", "wakes"),
    [
        ({"disable": True, "constant": True}, False),
        ({"triggers": ["swipe"], "constant": True}, False),
        ({"triggers": ["normal"]}, True),
        ({"characterFilter": {"names": ["Mira"]}}, True),
        ({"characterFilter": {"names": ["Bo"]}}, False),
        ({"characterFilter": {"names": ["Mira"], "isExclude": True}, "constant": True}, False),
        ({"characterFilter": {"tags": ["t"]}}, True),
        ({"delay": 2, "constant": True}, False),
        ({"delay": 1}, True),
        ({"delayUntilRecursion": True, "constant": True}, False),
        ({"content": "@@dont_activate\nx", "constant": True}, False),
        ({"content": "@@activate\nx", "key": []}, True),
        ({"content": "@@depth 4\n@@@activate\nx", "key": []}, True),
        ({"content": "@@activate\n@@@dont_activate\nx", "key": []}, True),
        ({"key": []}, False),
        ({"key": [" ", "dragon "]}, True),
        ({"vectorized": True}, True),
        ({"keysecondary": ["none"], "selective": False}, True),
        ({"keysecondary": ["none"]}, True),
        ({"keysecondary": ["none"], "selective": True}, False),
        ({"keysecondary": ["red", "none"], "selective": True, "selectiveLogic": 0}, True),
        ({"keysecondary": ["red", "none"], "selective": True, "selectiveLogic": 1}, True),
        ({"keysecondary": ["red"], "selective": True, "selectiveLogic": 1}, False),
        ({"keysecondary": ["red", "none"], "selective": True, "selectiveLogic": 2}, False),
        ({"keysecondary": ["none"], "selective": True, "selectiveLogic": 2}, True),
        ({"keysecondary": ["red", "none"], "selective": True, "selectiveLogic": 3}, False),
        ({"keysecondary": ["red", ""], "selective": True, "selectiveLogic": 3}, False),
        ({"scanDepth": 0}, False),
        ({"scanDepth": 0, "constant": True}, True),
    ],
)
def test_the_first_rule_that_speaks_decides(entry: dict[str, Any], wakes: bool) -> None:
    assert bool(woken(D | entry, said="a red dragon", speaker_file="Mira")) is wakes


@pytest.mark.parametrize(
    ("key", "said", "found"),
    [
        ("DRAGON", "a dragon", True),
        ("drag", "a dragon", False),
        ("red dragon", "a predragon", False),
        ("red dragon", "scarred dragons", True),
        ("mter", "Schämter", True),
        ("drag", "drag_on", False),
        ("龙", "恐龙们", True),
        ("/DRAGON/", "a dragon", False),
        ("/dRaGoN/i", "a dragon", True),
        ("/a/b/", "x /a/b/ x", True),
        ("/(/", "an (/( odd /(/ key", True),
        ("/x/q", "an /x/q odd key", True),
        ("/^\\x01/", "a dragon", True),
        ("/\\bdrag\\b/", "drag", True),
    ],
)
def test_a_key_is_found(key: str, said: str, found: bool) -> None:
    assert bool(woken({"key": [key], "matchWholeWords": True}, said=said)) is found


def test_books_are_read_once_where_they_weigh_most_and_in_the_order_of_their_places() -> None:
    one, two = book("one", D | {"order": 1}), book("two", D | {"order": 9}, D | {"order": 9})
    worlds = Worlds(chat=[one, two], persona=[book("own", D)], character=[one], everywhere=[two])
    assert woken(worlds=worlds) == ["one.0", "own.0", "two.0", "two.1"]
    every = Worlds(character=[book("c", D | {"order": 1})], everywhere=[book("g", D | {"order": 2})])
    assert woken(worlds=every) == ["c.0", "g.0"]
    assert woken(worlds=every, settings={"strategy": "together"}) == ["g.0", "c.0"]


@pytest.mark.parametrize(("percent", "tokens", "cap", "budget"), [(25, 10, 0, 3), (25, 0, 0, 1), (50, 100, 7, 7)])
def test_the_budget_is_a_rounded_share_of_at_least_one_and_at_most_the_cap(
    percent: int, tokens: int, cap: int, budget: int
) -> None:
    assert ScanSettings(budget_percent=percent, budget_cap=cap).budget(tokens) == budget


def test_what_reaches_the_budget_is_too_much_and_only_what_ignores_it_follows() -> None:
    said = [D | {"content": "12345"}, D | {"content": "x"}, D | {"content": "1234567", "ignoreBudget": True}]
    told = scanned(*said, budget_tokens=24)
    assert ([one.entry.uid for one in told.woken], told.has_overflowed) == (["2"], True)
    assert [one.entry.uid for one in scanned(*said, budget_tokens=28).woken] == ["0", "2"]


def test_a_chance_is_drawn_only_where_one_is_left_open_and_nothing_wakes_by_none() -> None:
    dice = Dice(0.0, 0.3, 0.31)
    rolls = [{"probability": p, "useProbability": True} for p in (100, 0, 30, 30)]
    assert woken(*[D | roll for roll in rolls], D | {"probability": 0}, dice=dice) == ["b.0", "b.2", "b.4"]
    assert dice.asked == 3


def test_more_than_certain_costs_a_roll_as_any_other_chance() -> None:
    dice = Dice()
    assert woken(D | {"probability": 120, "useProbability": True}, dice=dice) == ["b.0"]
    assert dice.asked == 1


@pytest.mark.parametrize(
    ("first", "winner"),
    [
        ({"keysecondary": ["red"], "selective": True}, "b.0"),
        ({"keysecondary": ["red"], "selective": False}, "b.0"),
        ({"keysecondary": ["red", "none"], "selective": True, "selectiveLogic": 1}, "b.1"),
    ],
)
def test_keys_that_ask_for_more_win_a_group_whether_or_not_they_are_asked(first: dict[str, Any], winner: str) -> None:
    members = [D | first | {"group": "g"}, D | {"group": "g", "key": ["dragon", "/none/"]}]
    settings = {"is_scored": True}
    dice = Dice(0.99)
    assert woken(*members, said="a red dragon", settings=settings, dice=dice) == [winner]


def test_of_a_group_the_prioritised_of_the_highest_order_stays() -> None:
    members = [D | {"group": "g", "order": n, "groupOverride": n < 9} for n in (9, 3, 5, 5)]
    assert woken(*members) == ["b.2"]


def test_a_roll_on_the_edge_falls_to_the_earlier_and_weights_count() -> None:
    members = [D | {"group": "g", "groupWeight": weight} for weight in (100, 300)]
    assert woken(*members, dice=Dice(0.25)) == ["b.0"]
    assert woken(*members, dice=Dice(0.26)) == ["b.1"]


def test_a_member_awake_keeps_the_rest_of_its_group_asleep_in_later_rounds() -> None:
    entries = [
        D | {"group": "g", "content": "wakes the wolf"}, {"key": ["wolf"], "group": "g"}, {"key": ["wolf"]},
    ]  # fmt: skip
    assert woken(*entries, settings={"is_recursive": True}) == ["b.0", "b.2"]


def test_an_entry_that_loses_twice_takes_nobody_else_along() -> None:
    entries = [D | {"group": "a, b"}, D | {"group": "a"}, D | {"group": "b"}, D]
    assert woken(*entries, dice=Dice(0.9, 0.9)) == ["b.1", "b.2", "b.3"]


def test_waiting_levels_open_one_after_the_other_when_nothing_else_wakes() -> None:
    entries = [D | {"content": "owl"}, *[D | {"delayUntilRecursion": level, "content": ""} for level in (1, 3, 7)]]
    assert woken(*entries) == ["b.0", "b.1", "b.2", "b.3"]
    assert woken(entries[0], entries[1]) == ["b.0"]
    assert woken(entries[0], entries[1], settings={"is_recursive": True}) == ["b.0", "b.1"]


def test_steps_are_counted_from_the_first_search_on() -> None:
    chain = [D | {"content": "owl"}, {"key": ["owl"], "content": "elk"}, {"key": ["elk"]}]
    for steps, count in ((1, 1), (2, 2), (3, 3), (0, 3)):
        assert len(woken(*chain, settings={"is_recursive": True, "steps_max": steps})) == count


def test_a_search_that_found_too_little_looks_further_back() -> None:
    given: dict[str, Any] = {"lines": ["newest", "older", "a dragon"], "message_count": 3}
    assert woken(D, **given) == []
    assert woken(D, settings={"activations_min": 1}, **given) == ["b.0"]
    assert woken(D, settings={"activations_min": 1, "depth": 1, "depth_max": 1}, **given) == []


def test_effects_begin_where_they_woke_and_a_cooldown_follows_what_stayed_awake() -> None:
    entry = D | {"sticky": 2, "cooldown": 3}
    first = scanned(entry, message_count=3).timed
    assert first.told() == {
        "sticky": {"b.0": {"start": 3, "end": 5, "protected": False}},
        "cooldown": {"b.0": {"start": 3, "end": 6, "protected": False}},
    }
    assert [one.entry.id for one in scanned(entry, said="x", message_count=4, timed=first).woken] == ["b.0"]
    after = scanned(entry, message_count=5, timed=first)
    assert (after.woken, after.timed.told()["cooldown"]) == ((), {"b.0": {"start": 5, "end": 8, "protected": True}})
    assert scanned(entry, said="x", message_count=3, timed=first).timed.told() == {"sticky": {}, "cooldown": {}}


def test_an_edited_entry_keeps_its_effect_and_one_without_the_field_loses_it() -> None:
    timed = timed_from({"sticky": {"b.0": {"hash": 1, "start": 1, "end": 9}, "b.1": {"start": 1, "end": 9}}})
    told = scanned(D | {"sticky": 5, "content": "edited"}, D, said="x", message_count=3, timed=timed)
    assert [one.entry.id for one in told.woken] == ["b.0"]
    assert list(told.timed.sticky) == ["b.0"]


def test_a_trial_run_leaves_and_hears_no_effect_but_waits() -> None:
    timed = timed_from({"sticky": {"b.0": {"start": 1, "end": 9}}})
    told = scanned(D | {"sticky": 5}, D | {"delay": 9}, said="x", message_count=3, timed=timed, is_dry=True)
    assert (told.woken, told.timed.told()) == ((), {"sticky": {}, "cooldown": {}})


def test_higher_order_stands_lower_ties_in_reverse_and_outlets_the_other_way() -> None:
    hits = [LoreHit(str(n), f"t{n}", order=order) for n, order in enumerate((5, 9, 5))]
    assert [hit.id for hit in lore_plan(hits).before] == ["2", "0", "1"]
    out = [LoreHit(hit.id, hit.content, "outlet", order=hit.order, outlet="o") for hit in hits]
    assert lore_plan([*out, LoreHit("x", "lost", "outlet")]).outlets == {"o": "t1\nt0\nt2"}


def test_settings_of_old_files_are_put_right() -> None:
    assert settings_from({"world_info_budget": 400}).budget_percent == 25
    assert settings_from({"world_info_budget": "40", "world_info_depth": "7"}).depth == 7
    assert settings_from({"world_info_character_strategy": 9}).strategy == "character_first"

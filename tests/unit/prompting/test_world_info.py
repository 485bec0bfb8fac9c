"""What wakes lore, where our contract says more than the recordings do."""

import random
import time
from typing import Any

import pytest

from tavernai.prompting.domain.world_info.entries import LoreBook, Worlds, book_from, entry_from, keys_of
from tavernai.prompting.domain.world_info.scan import Scan, ScanInput, Tools, scan
from tavernai.prompting.domain.world_info.settings import ScanSettings, settings_from
from tavernai.prompting.domain.world_info.timed import Span, Timed, timed_from

TOOLS = Tools(lambda text: text, lambda text: len(text) // 4 + 1, random.Random(1), time.monotonic)


def book(*entries: dict[str, Any], name: str = "lore") -> LoreBook:
    full = [{"content": f"C{n}", "key": [], "order": 100} | entry for n, entry in enumerate(entries)]
    return book_from(name, {"entries": {str(n): entry for n, entry in enumerate(full)}})


def woken(*entries: dict[str, Any], lines: list[str], **given: Any) -> list[str]:
    return [one.entry.uid for one in scanned(*entries, lines=lines, **given).woken]


def scanned(*entries: dict[str, Any], lines: list[str], tools: Tools = TOOLS, **given: Any) -> Scan:
    worlds = Worlds(everywhere=[book(*entries)])
    return scan(ScanInput(worlds, lines=lines, message_count=len(lines), **given), tools)


def test_a_key_is_found_in_chinese_without_spaces() -> None:
    assert woken({"key": ["龙"]}, {"key": ["凤凰"]}, lines=["远处有一条龙飞过。"]) == ["0"]


def test_only_the_newest_messages_are_searched() -> None:
    lines = ["newest", "second", "a dragon"]
    assert woken({"key": ["dragon"]}, lines=lines) == []
    assert woken({"key": ["dragon"], "scanDepth": 3}, lines=lines) == ["0"]


def test_a_key_does_not_reach_from_one_message_into_the_next() -> None:
    assert woken({"key": ["endstart"]}, lines=["start", "end"], settings=ScanSettings(depth=2)) == []


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a, b ,c", ("a", "b", "c")),
        ("/x,y/i, z", ("/x,y/i", "z")),
        (["a, b"], ("a, b",)),
        ([1, "b", None], ("1", "b")),
        (None, ()),
    ],
)
def test_keys_are_read_however_they_were_written(written: Any, read: tuple[str, ...]) -> None:
    assert keys_of(written) == read


def test_an_invalid_expression_is_a_plain_text_with_slashes() -> None:
    assert woken({"key": ["/dra(gon/"]}, lines=["say /dra(gon/ twice"]) == ["0"]


def test_an_expression_that_explodes_wakes_nothing_and_stops_nobody() -> None:
    found = scanned({"key": ["/(a|aa)+$/"]}, {"key": ["fire"]}, lines=["a" * 60 + "! fire"])
    assert [one.entry.uid for one in found.woken] == ["1"]
    assert found.stopped_keys == {"/(a|aa)+$/": "too_slow"}
    assert not found.is_cut_short


def test_zero_percent_never_happens_even_when_the_roll_is_zero() -> None:
    class Zero:
        def random(self) -> float:
            return 0.0

    tools = Tools(TOOLS.expand, TOOLS.tokens, Zero(), time.monotonic)
    assert scanned({"constant": True, "probability": 0, "useProbability": True}, lines=["x"], tools=tools).woken == ()


def test_losing_in_two_groups_harms_nobody_else() -> None:
    strong = {"key": ["x"], "groupOverride": True, "order": 200}
    entries = [
        strong | {"group": "a"}, strong | {"group": "b"}, {"key": ["x"], "group": "a,b"}, {"key": ["x"]},
    ]  # fmt: skip
    assert sorted(woken(*entries, lines=["x"])) == ["0", "1", "3"]


def test_an_edited_entry_keeps_its_running_effect() -> None:
    timed = Timed(sticky={"lore.0": Span(1, 5)})
    assert woken({"key": ["other words"], "sticky": 3}, lines=["a", "b", "c"], timed=timed) == ["0"]


def test_going_back_before_an_effect_began_ends_it() -> None:
    timed = Timed(sticky={"lore.0": Span(3, 9)})
    assert woken({"key": ["x"], "sticky": 6}, lines=["a", "b"], timed=timed) == []


def test_effects_go_through_their_stored_form_unharmed() -> None:
    timed = Timed({"a.1": Span(1, 4)}, {"b.2": Span(2, 9, is_protected=True)})
    assert timed_from(timed.told()) == timed
    assert timed_from({"sticky": {"a.1": "?"}, "cooldown": None}) == Timed()


def test_what_did_not_fit_is_told() -> None:
    long = {"constant": True, "content": "word " * 200, "order": 1}
    found = scanned({"constant": True, "order": 5}, long, lines=["x"], budget_tokens=400)
    assert [(entry.uid, why) for entry, why in found.dropped] == [("1", "budget")]
    assert found.has_overflowed


def test_what_woke_an_entry_is_told() -> None:
    entries = [{"key": ["fire", "ice"], "keysecondary": ["sky"], "selective": True}, {"constant": True}]
    found = scanned(*entries, lines=["ice in the sky"])
    assert {one.entry.uid: one.why for one in found.woken} == {"0": "key: ice + sky", "1": "constant"}


def test_a_file_without_numbers_where_numbers_belong_is_read() -> None:
    entry = entry_from({"order": "12", "depth": None, "position": "4", "role": "x"}, book="b", key="k")
    assert (entry.order, entry.depth, entry.position, entry.role) == (12, 4, "in_chat", "system")


def test_an_old_budget_in_tokens_becomes_the_usual_share() -> None:
    assert settings_from({"world_info_budget": 1500}).budget_percent == 25


def test_a_text_that_grows_in_lower_case_is_searched_right() -> None:
    assert woken({"key": ["dragon"]}, lines=["İİİ a Dragon"]) == ["0"]
    assert woken({"key": ["dragon"]}, lines=["İİİ", "x", "Dragon"]) == []

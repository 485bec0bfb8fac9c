"""Every kind of change can be turned back and forth, and is refused when it no longer stands."""

from dataclasses import replace
from typing import Any

import pytest

from tavernai.chat.domain.undo import AGAIN, INVERSE, KINDS, STANDS, Now, Turn
from tavernai.chat.events import BookmarkRemoved, LeafSelected
from tavernai.chat.projections import FOLDS
from tavernai.chat.stack import KEPT

KEPT_VALUES: dict[str, Any] = {
    "message_id": "m",
    "variant_id": "v1",
    "was_variant_id": "v0",
    "revision": 2,
    "following": True,
    "title": "new",
    "was": "old",
    "label": "new",
    "action": "delete",
    "message_ids": ["m", "n"],
}
UNTOUCHED = Now(is_foreign=False, title="?")
# kind -> what stands after the change, what stands after its undo
STATES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "message.added": ({}, {"is_cut": True}),
    "message.edited": ({"text": "b", "before": "a", "after": "b"}, {"text": "a", "before": "a", "after": "b"}),
    "message.deleted": ({"is_cut": True}, {}),
    "message.restored": ({}, {"is_cut": True}),
    "message.hidden": ({"is_hidden": True}, {}),
    "message.shown": ({}, {"is_hidden": True}),
    "variant.added": ({"shown_id": "v1"}, {"shown_id": "v0"}),
    "variant.selected": ({"shown_id": "v1"}, {"shown_id": "v0"}),
    "conversation.renamed": ({"title": "new"}, {"title": "old"}),
    "bookmark.set": ({"label": "new"}, {"label": "old"}),
    "bookmark.removed": ({"label": None}, {"label": "old"}),
}
BY_LEAF_ONLY = {"leaf.selected", "branch.created"}


def test_the_tables_speak_of_the_same_kinds() -> None:
    assert set(INVERSE) == set(AGAIN) == set(STANDS) == set(KEPT) == set(KINDS.values())
    assert set(INVERSE) <= set(FOLDS)
    assert set(STATES) | BY_LEAF_ONLY | {"variant.continued", "messages.changed"} == set(KINDS)


@pytest.mark.parametrize("kind", STATES)
def test_a_change_may_be_turned_only_where_it_stands(kind: str) -> None:
    done, undone = (replace(UNTOUCHED, **state) for state in STATES[kind])
    stands = STANDS[KINDS[kind]]
    assert stands(KEPT_VALUES, done, True)
    assert stands(KEPT_VALUES, undone, False)
    assert not stands(KEPT_VALUES, undone, True)
    assert not stands(KEPT_VALUES, done, False)


@pytest.mark.parametrize("kind", ["message.added", "message.deleted", "message.restored", "variant.added",
                                  "variant.selected", *sorted(BY_LEAF_ONLY)])  # fmt: skip
def test_what_moves_the_leaf_is_refused_when_somebody_else_changed_the_tree(kind: str) -> None:
    done = replace(UNTOUCHED, **STATES.get(kind, ({}, {}))[0])
    assert STANDS[KINDS[kind]](KEPT_VALUES, done, True)
    assert not STANDS[KINDS[kind]](KEPT_VALUES, replace(done, is_foreign=True), True)


@pytest.mark.parametrize("cls", list(INVERSE))
def test_both_ways_record_ordinary_facts_that_lead_to_the_leaf_wanted(cls: type[Any]) -> None:
    turn = Turn(KEPT_VALUES, leaf_id="there", leaf_variant_id="lv", was_leaf_id="here", text="t", revision=3)
    for table in (INVERSE, AGAIN):
        [step] = table[cls](turn)
        assert type(step) in FOLDS
        if isinstance(step, LeafSelected):
            assert step.message_id == "there"
        assert getattr(step, "leaf_id", "there") == "there"
        assert getattr(step, "was_leaf_id", "here") == "here"


def test_a_continuation_of_which_nothing_came_needs_no_fact() -> None:
    turn = Turn(KEPT_VALUES, leaf_id="l", leaf_variant_id="v", was_leaf_id="l", text=None)
    assert INVERSE[KINDS["variant.continued"]](turn) == []


def test_several_messages_are_turned_as_long_as_one_is_as_it_was_left() -> None:
    stands = STANDS[KINDS["messages.changed"]]
    assert stands(KEPT_VALUES, replace(UNTOUCHED, many=1), True)
    assert not stands(KEPT_VALUES, UNTOUCHED, True)


def test_a_first_mark_is_undone_by_removing_it() -> None:
    kept = {"message_id": "m", "label": "here", "was": None}
    [step] = INVERSE[KINDS["bookmark.set"]](Turn(kept, leaf_id=None, leaf_variant_id=None, was_leaf_id=None))
    assert step == BookmarkRemoved("m", "here")

"""Branches out of a skeleton."""

from typing import Any

from tavernai.chat.domain.branches import branches


def node(pos: int, parent: int | None, *, deleted: bool = False) -> dict[str, Any]:
    n = None if parent is None else 0
    return {"pos": pos, "parent_pos": parent, "parent_variant": n, "deleted_pos": 1 if deleted else None}


def test_each_leaf_is_a_branch_and_tells_where_it_leaves_the_active_one() -> None:
    found = branches([node(1, None), node(2, 1), node(3, 2), node(4, 2), node(5, 1)], active_leaf=4)
    assert [(one.leaf_pos, one.is_active, one.forked_at) for one in found] == [
        (5, False, 1),
        (4, True, None),
        (3, False, 2),
    ]


def test_a_branch_counts_what_is_not_in_the_trash() -> None:
    found = branches([node(1, None), node(2, 1, deleted=True), node(3, 2)], active_leaf=3)
    assert [one.message_count for one in found] == [2]


def test_an_active_leaf_in_the_middle_is_a_branch_of_its_own() -> None:
    found = branches([node(1, None), node(2, 1), node(3, 2)], active_leaf=2)
    assert [(one.leaf_pos, one.is_active, one.forked_at) for one in found] == [(3, False, 2), (2, True, None)]


def test_a_branch_that_ends_in_the_trash_shows_only_while_it_is_active() -> None:
    tree = [node(1, None), node(2, 1), node(3, 2, deleted=True)]
    assert [one.leaf_pos for one in branches(tree, active_leaf=2)] == [2]
    [active] = branches(tree, active_leaf=3)
    assert active.last == (2, 0)


def test_two_beginnings_have_nothing_in_common() -> None:
    found = branches([node(1, None), node(2, None)], active_leaf=1)
    assert [one.forked_at for one in found] == [None, None]


def test_an_empty_conversation_has_no_branches() -> None:
    assert branches([], active_leaf=None) == []

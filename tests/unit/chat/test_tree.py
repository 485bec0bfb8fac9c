"""The rules of the tree, on trees made of plain rows."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tavernai.chat.domain.greetings import with_names
from tavernai.chat.domain.tree import (
    EXCERPT_CHARACTERS,
    ancestor_at,
    common_ancestor,
    excerpt,
    is_above,
    live_between,
    place_below,
    variant_on_path,
)

Tree = dict[int, dict[str, Any]]


def grown(parents: list[int | None]) -> Tree:
    """A tree whose node n hangs on variant n % 2 of parents[n]."""
    tree: Tree = {}
    for pos, parent in enumerate(parents):
        above = None if parent is None else tree[parent]
        depth, jump = place_below(above, pos, fetch=tree.__getitem__)
        tree[pos] = {
            "pos": pos,
            "parent_pos": parent,
            "parent_variant": None if parent is None else pos % 2,
            "depth": depth,
            "jump_pos": jump,
            "deleted_pos": 1 if pos % 7 == 3 else None,
        }
    return tree


def way_up(tree: Tree, pos: int | None) -> list[int]:
    way = []
    while pos is not None:
        way.append(pos)
        pos = tree[pos]["parent_pos"]
    return way


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    dice = random.Random(draw(st.integers(0, 10_000)))
    size = draw(st.integers(2, 60))
    near = draw(st.integers(1, 60))
    below = [None if dice.random() < 0.03 else dice.randrange(max(0, pos - near), pos) for pos in range(1, size)]
    return grown([None, *below])


@given(trees(), st.integers(0, 59), st.integers(0, 60))
def test_the_ancestor_of_a_depth_is_the_one_found_step_by_step(tree: Tree, pick: int, depth: int) -> None:
    node = tree[pick % len(tree)]
    slow = [pos for pos in way_up(tree, node["pos"]) if tree[pos]["depth"] == depth]
    found = ancestor_at(node, depth, fetch=tree.__getitem__)
    assert ([] if found is None else [found["pos"]]) == slow


@given(trees(), st.integers(0, 59), st.integers(0, 59))
def test_two_paths_part_where_a_slow_search_says(tree: Tree, one: int, other: int) -> None:
    a, b = tree[one % len(tree)], tree[other % len(tree)]
    shared = [pos for pos in way_up(tree, a["pos"]) if pos in way_up(tree, b["pos"])]
    found = common_ancestor(a, b, fetch=tree.__getitem__)
    assert (None if found is None else found["pos"]) == (shared[0] if shared else None)
    assert is_above(a, b, fetch=tree.__getitem__) == (a["pos"] in way_up(tree, b["pos"]))


@given(trees(), st.integers(0, 59), st.integers(0, 59))
def test_a_message_shows_the_variant_the_next_one_hangs_on(tree: Tree, one: int, other: int) -> None:
    node, leaf = tree[one % len(tree)], tree[other % len(tree)]
    way = way_up(tree, leaf["pos"])
    shown = variant_on_path(node, leaf, 5, fetch=tree.__getitem__)
    if node["pos"] not in way:
        assert shown is None
    elif node is leaf:
        assert shown == 5
    else:
        assert shown == tree[way[way.index(node["pos"]) - 1]]["parent_variant"]


@given(trees(), st.integers(0, 59))
def test_what_is_in_the_trash_is_not_counted(tree: Tree, pick: int) -> None:
    leaf = tree[pick % len(tree)]
    live = [pos for pos in way_up(tree, leaf["pos"]) if tree[pos]["deleted_pos"] is None]
    assert live_between(leaf, None, fetch=tree.__getitem__) == len(live)
    assert live_between(leaf, leaf, fetch=tree.__getitem__) == 0


def test_an_ancestor_in_a_chat_of_100000_is_found_in_few_steps() -> None:
    tree = grown([None, *range(99_999)])
    steps = 0

    def counted(pos: int) -> dict[str, Any]:
        nonlocal steps
        steps += 1
        return tree[pos]

    found = ancestor_at(tree[99_999], 12_345, fetch=counted)
    assert found is not None
    assert found["pos"] == 12_345
    assert steps < 60


def test_an_excerpt_is_one_short_line() -> None:
    assert excerpt(" one\n\n two ") == "one two"
    long = excerpt("word " * 1_000)
    assert len(long) == EXCERPT_CHARACTERS
    assert long.endswith("…")


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("Hi {{user}}!", "Hi Kim!"),
        ("{{CHAR}} waves at {{User}}", "Ada waves at Kim"),
        ("<USER> and <bot>", "Kim and Ada"),
        ("{{random}} {user} {{ user }}", "{{random}} {user} {{ user }}"),
    ],
)
def test_a_greeting_is_stored_with_both_names_written_out(text: str, stored: str) -> None:
    assert with_names(text, user="Kim", character="Ada") == stored


def test_a_name_that_looks_like_a_macro_is_not_expanded_again() -> None:
    assert with_names("{{user}}", user="{{char}}", character="Ada") == "{{char}}"

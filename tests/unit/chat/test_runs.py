"""Straight runs fold into one node, forks and marks end them; of too many branches the oldest are left out."""

from typing import Any

from tavernai.chat.domain.runs import Run, runs


def node(pos: int, parent: int | None, *, deleted: bool = False) -> dict[str, Any]:
    variant = None if parent is None else 0
    return {"pos": pos, "parent_pos": parent, "parent_variant": variant, "deleted_pos": 99 if deleted else None}


def line(first: int, last: int, below: int | None = None) -> list[dict[str, Any]]:
    return [node(pos, below if pos == first else pos - 1) for pos in range(first, last + 1)]


def test_a_chat_without_branches_is_one_node() -> None:
    assert runs(line(1, 10_000), active_leaf=10_000, most=10) == ([Run(1, 10_000, None, None, 10_000, True)], False)


def test_a_run_ends_where_the_tree_forks_and_its_children_name_it() -> None:
    found, _ = runs([*line(1, 4), *line(5, 6, below=2)], active_leaf=6, most=10)
    assert [(run.first, run.last, run.parent, run.is_active) for run in found] == [
        (1, 2, None, True), (3, 4, 2, False), (5, 6, 2, True),
    ]  # fmt: skip


def test_marks_and_the_end_of_the_shown_path_end_a_run() -> None:
    found, _ = runs(line(1, 6), active_leaf=4, stops=[2], most=10)
    assert [(run.last, run.is_active) for run in found] == [(2, True), (4, True), (6, False)]


def test_what_is_in_the_trash_counts_for_nothing_and_alone_is_no_branch() -> None:
    nodes = [*line(1, 3), node(4, 3, deleted=True), node(5, 4), node(6, 3, deleted=True)]
    found, _ = runs(nodes, active_leaf=5, most=10)
    assert [(run.last, run.count) for run in found] == [(3, 3), (5, 1)]


def test_the_newest_branches_and_the_shown_path_stay_when_there_are_too_many() -> None:
    nodes = [node(1, None), *(node(pos, 1) for pos in range(2, 50))]
    found, is_cut_short = runs(nodes, active_leaf=3, most=5)
    assert ([run.last for run in found], is_cut_short) == ([1, 3, 47, 48, 49], True)


def test_an_empty_conversation_has_no_nodes() -> None:
    assert runs([], active_leaf=None, most=5) == ([], False)

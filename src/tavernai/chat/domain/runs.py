"""The tree as a picture: straight runs of messages as one node, from the bare skeleton in one pass."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Node = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Run:
    """Messages one below the other without a fork; `last` is the deepest and tells the node."""

    first: int
    last: int
    parent: int | None
    """`last` of the run above"""
    parent_variant: int | None
    count: int
    """messages outside the trash"""
    is_active: bool


def runs(
    nodes: Iterable[Node], *, active_leaf: int | None, stops: Iterable[int] = (), most: int
) -> tuple[list[Run], bool]:
    """The runs, a parent before its children, and whether there would have been more than `most`.

    A run ends where the tree forks, where the shown path ends, and at `stops` (marked messages). What is in the trash
    counts for nothing, and a run of nothing else is left out at the end of a branch.

    Args:
        nodes: as for branches.branches: in order of position, each with pos, parent_pos, parent_variant, deleted_pos.
    """
    tree = {node["pos"]: node for node in nodes}
    children: dict[int | None, int] = {}
    for node in tree.values():
        children[node["parent_pos"]] = children.get(node["parent_pos"], 0) + 1
    active = path_to(tree, active_leaf)
    ends = {active_leaf, *stops} | {pos for pos in tree if children.get(pos, 0) != 1}
    found: dict[int, Run] = {}
    begun: dict[int, tuple[int, int, int | None, int | None]] = {}
    for pos, node in tree.items():
        first, count, parent, variant = begun.pop(
            node["parent_pos"], (pos, 0, node["parent_pos"], node["parent_variant"])
        )
        count += node["deleted_pos"] is None
        if pos in ends:
            found[pos] = Run(first, pos, parent if parent in found else None, variant, count, pos in active)
        else:
            begun[pos] = (first, count, parent, variant)
    kept = _newest(_without_trash(found, active_leaf), active_leaf=active_leaf, most=most)
    return [run for run in found.values() if run.last in kept], len(kept) < len(_without_trash(found, active_leaf))


def path_to(tree: Mapping[int, Node], leaf: int | None) -> set[int]:
    """The positions on the way from the root to this leaf."""
    path: set[int] = set()
    while leaf is not None and leaf in tree:
        path.add(leaf)
        leaf = tree[leaf]["parent_pos"]
    return path


def _without_trash(found: Mapping[int, Run], active_leaf: int | None) -> dict[int, Run]:
    """The runs that show something themselves or lead to one that does."""
    wanted: dict[int, Run] = {}
    for pos, run in reversed(list(found.items())):
        if run.count or pos == active_leaf or pos in wanted:
            wanted[pos] = run
            if run.parent is not None:
                wanted[run.parent] = found[run.parent]
    return wanted


def _newest(wanted: Mapping[int, Run], *, active_leaf: int | None, most: int) -> set[int]:
    """The shown path and the newest branches, each with all that stands above it, as long as they are not too many."""
    kept: set[int] = set()
    first = [] if active_leaf is None else [active_leaf]
    for pos in (*first, *sorted(wanted, reverse=True)):
        way: list[int] = []
        node: int | None = pos
        while node is not None and node in wanted and node not in kept:
            way.append(node)
            node = wanted[node].parent
        if len(kept) + len(way) <= most:
            kept |= set(way)
    return kept

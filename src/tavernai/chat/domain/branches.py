"""The branches of a conversation, out of the bare skeleton of its tree, in one pass: a parent comes before a child."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Node = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Branch:
    """One way through the tree, told by its leaf."""

    leaf_pos: int
    is_active: bool
    message_count: int
    """without what is in the trash"""
    last: tuple[int, int] | None
    """position of its last message outside the trash and the variant of it, -1: the one selected there last"""
    forked_at: int | None
    """where it leaves the active path; None for the active one, or when they have nothing in common"""


def branches(nodes: Iterable[Node], *, active_leaf: int | None) -> list[Branch]:
    """All branches, newest leaf first.

    Args:
        nodes: the conversation's own messages outside the trash and those it shares, in order of position;
            each with pos, parent_pos, parent_variant, deleted_pos.
    """
    tree = {node["pos"]: node for node in nodes}
    followed = {node["parent_pos"] for node in tree.values()}
    active = _path(tree, active_leaf)
    count: dict[int, int] = {}
    last: dict[int, tuple[int, int] | None] = {}
    fork: dict[int, int | None] = {}
    for pos, node in tree.items():
        parent, is_live = node["parent_pos"], node["deleted_pos"] is None
        count[pos] = count.get(parent, 0) + is_live
        last[pos] = (pos, -1) if is_live else _last_above(last.get(parent), node)
        fork[pos] = pos if pos in active else fork.get(parent)
    leaves = [pos for pos, node in tree.items() if pos not in followed and node["deleted_pos"] is None]
    if active_leaf in tree and active_leaf is not None and active_leaf not in leaves:
        leaves.append(active_leaf)
    return [
        Branch(pos, pos == active_leaf, count[pos], last[pos], None if pos == active_leaf else fork[pos])
        for pos in sorted(leaves, reverse=True)
    ]


def _path(tree: Mapping[int, Node], leaf: int | None) -> set[int]:
    path: set[int] = set()
    while leaf is not None and leaf in tree:
        path.add(leaf)
        leaf = tree[leaf]["parent_pos"]
    return path


def _last_above(above: tuple[int, int] | None, node: Node) -> tuple[int, int] | None:
    """A message in the trash shows what stands above it; directly above, in the variant it hangs on."""
    if above is None or above[1] != -1:
        return above
    return above[0], node["parent_variant"] if above[0] == node["parent_pos"] else above[1]

"""The message tree: ancestors, common ancestors, and what a path shows.

Each node knows its parent, its depth and one skip pointer. The pointer of a node leads to its parent, or, where its
parent's jump and the jump after that are equally long, over both: any ancestor is then found in O(log depth) steps
(Myers, "An applicative random-access stack", 1983), and appending needs to read two rows. The root jumps to itself.
A jump's length depends on depth alone, so two nodes of one depth can climb together.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Node = Mapping[str, Any]
Fetch = Callable[[int], Node]
"""A message's row by position; one that is asked for exists."""

EXCERPT_CHARACTERS = 160
PREVIEW_STEPS_MAX = 32


def place_below(parent: Node | None, pos: int, *, fetch: Fetch) -> tuple[int, int]:
    """Depth and skip pointer of a new node."""
    if parent is None:
        return 0, pos
    jump = fetch(parent["jump_pos"])
    far = fetch(jump["jump_pos"])
    even = parent["depth"] - jump["depth"] == jump["depth"] - far["depth"]
    return parent["depth"] + 1, far["pos"] if even else parent["pos"]


def ancestor_at(node: Node, depth: int, *, fetch: Fetch) -> Node | None:
    """The node of this depth on the way from the root to `node`, itself included; None when `node` is less deep."""
    if node["depth"] < depth:
        return None
    while node["depth"] > depth:
        jump = fetch(node["jump_pos"])
        node = jump if jump["depth"] >= depth else fetch(node["parent_pos"])
    return node


def is_above(upper: Node, lower: Node, *, fetch: Fetch) -> bool:
    """Whether `upper` is on the way from the root to `lower`, itself included."""
    found = ancestor_at(lower, upper["depth"], fetch=fetch)
    return found is not None and found["pos"] == upper["pos"]


def common_ancestor(one: Node, other: Node, *, fetch: Fetch) -> Node | None:
    """Where two paths part: the deepest node on both; None when they have not even the root in common."""
    depth = min(one["depth"], other["depth"])
    a, b = ancestor_at(one, depth, fetch=fetch), ancestor_at(other, depth, fetch=fetch)
    while a is not None and b is not None and a["pos"] != b["pos"]:
        if a["depth"] == 0:
            return None
        step = "parent_pos" if a["jump_pos"] == b["jump_pos"] else "jump_pos"
        a, b = fetch(a[step]), fetch(b[step])
    return a


def climb(node: Node, *, fetch: Fetch) -> Iterator[Node]:
    """From this node up to the root, itself first."""
    yield node
    while node["parent_pos"] is not None:
        node = fetch(node["parent_pos"])
        yield node


def variant_on_path(node: Node, leaf: Node | None, leaf_variant: int, *, fetch: Fetch) -> int | None:
    """The variant of `node` that the path to `leaf` shows; None when the node is not on it."""
    if leaf is None or not is_above(node, leaf, fetch=fetch):
        return None
    if node["pos"] == leaf["pos"]:
        return leaf_variant
    below = ancestor_at(leaf, node["depth"] + 1, fetch=fetch)
    return None if below is None else int(below["parent_variant"])


def live_between(leaf: Node, above: Node | None, *, fetch: Fetch) -> int:
    """How many messages stand on the way from `leaf` up to `above` (left out), those in the trash not counted."""
    end = None if above is None else above["pos"]
    count = 0
    for node in climb(leaf, fetch=fetch):
        if node["pos"] == end:
            break
        count += node["deleted_pos"] is None
    return count


def excerpt(text: str) -> str:
    """The beginning of a text on one line, at most 160 characters."""
    flat = " ".join(text[: 4 * EXCERPT_CHARACTERS].split())
    return flat if len(flat) <= EXCERPT_CHARACTERS else flat[: EXCERPT_CHARACTERS - 1] + "…"

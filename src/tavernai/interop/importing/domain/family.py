"""Chats that are copies of each other up to some message become one tree. Source: shared contract 3.5.

SillyTavern writes a branch or a checkpoint as a new file that repeats everything above it and names its parent. Here
the files of such a family are walked together: a line that says what a node says at its place is that node again.
Only digests are kept, so that the longest chats lie in little memory; texts are read again when they are written.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tavernai.chat.formats.shapes import ChatMessage

Digest = bytes
DIGEST_BYTES = 12
Edge = tuple[int, int]
"""A node and which of its texts is shown; what follows hangs on both."""

ROOT: Edge = (-1, 0)


def digest(text: str) -> Digest:
    """Short enough for a million lines, long enough that two texts of one chat never meet."""
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=DIGEST_BYTES).digest()


@dataclass(slots=True)
class Node:
    """A message of the tree: its texts by digest, in the order they were met."""

    speaker: Digest
    texts: dict[Digest, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """What one line of a file means for the tree."""

    node: int
    parent: Edge
    shown: int
    """index of the text shown among the node's"""
    is_new: bool
    fresh: tuple[int, ...]
    """indexes into the line's texts: those the node did not have yet"""


@dataclass(slots=True)
class Family:
    """The tree, grown line by line; the same lines in the same order always give the same steps."""

    nodes: list[Node] = field(default_factory=list)
    _below: dict[Edge, list[int]] = field(default_factory=dict)

    def step(self, parent: Edge, line: ChatMessage) -> Step:
        """Take a line that stands below `parent`."""
        speaker = digest(f"{line.role}\0{line.name}")
        texts = [digest(one.text) for one in line.variants]
        found = self._same(parent, speaker, texts, texts[line.selected])
        if found is None:
            number = len(self.nodes)
            self.nodes.append(Node(speaker, _first_of_each(texts)))
            self._below.setdefault(parent, []).append(number)
            return Step(number, parent, self.nodes[number].texts[texts[line.selected]], True, _places(texts))
        node = self.nodes[found]
        fresh = tuple(place for place in _places(texts) if texts[place] not in node.texts)
        for place in fresh:
            node.texts[texts[place]] = len(node.texts)
        return Step(found, parent, node.texts[texts[line.selected]], False, fresh)

    def _same(self, parent: Edge, speaker: Digest, texts: list[Digest], shown: Digest) -> int | None:
        """The node that is this line: it has the text shown, or shares another swipe with it."""
        places = [number for number in self._below.get(parent, ()) if self.nodes[number].speaker == speaker]
        for number in places:
            if shown in self.nodes[number].texts:
                return number
        if len(texts) == 1:
            return None
        return next((number for number in places if any(one in self.nodes[number].texts for one in texts)), None)


def after(step: Step) -> Edge:
    """Where the next line of the same file hangs."""
    return step.node, step.shown


def families(parents: Mapping[str, str | None]) -> list[list[str]]:
    """Chats of one folder grouped by their links; each group begins with its root.

    Args:
        parents: chat name → the name of the chat it was copied from, None without one. A link to a chat that is
            missing, or a circle, begins a family of its own.
    """
    members: dict[str, list[str]] = {}
    for name in parents:
        members.setdefault(_root(name, parents), []).append(name)
    return [[root, *(name for name in found if name != root)] for root, found in members.items()]


def _root(name: str, parents: Mapping[str, str | None]) -> str:
    seen = {name}
    while (above := parents.get(name)) is not None and above in parents and above not in seen:
        seen.add(above)
        name = above
    return min(seen) if above in seen else name


def _first_of_each(texts: Iterable[Digest]) -> dict[Digest, int]:
    return {text: place for place, text in enumerate(dict.fromkeys(texts))}


def _places(texts: list[Digest]) -> tuple[int, ...]:
    """Index of the first of each text."""
    return tuple(texts.index(text) for text in dict.fromkeys(texts))

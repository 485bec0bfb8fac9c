"""Thoughts that a model writes between marks at the head of its reply (`<think> … </think>`), told apart as they come.

head ──the opening mark──▶ within ──the closing mark──▶ text
  └────────────────────anything else───────────────────▶ text
"""


class Thoughts:
    """Feed it pieces; it gives back what is text and what is thought. Without an opening mark there is none."""

    __slots__ = ("_closing", "_has_begun", "_held", "_opening", "_place")

    def __init__(self, opening: str, closing: str) -> None:
        """The marks, white space around them aside; an empty one: nothing is told apart."""
        self._opening = opening.strip()
        self._closing = closing.strip()
        self._place = "head" if self._opening and self._closing else "text"
        self._held = ""
        self._has_begun = False

    def feed(self, piece: str) -> tuple[str, str]:
        """(text, thought) that this piece makes sure of."""
        if self._place == "text":
            return piece, ""
        self._held += piece
        return self._at_head() if self._place == "head" else self._within()

    def rest(self) -> tuple[str, str]:
        """What was kept back when nothing more comes."""
        held, self._held = self._held, ""
        return (held, "") if self._place == "head" else ("", held)

    def _at_head(self) -> tuple[str, str]:
        said = self._held.lstrip()
        if said.startswith(self._opening):
            self._place, self._held = "within", said[len(self._opening) :]
            return self._within()
        if self._opening.startswith(said):
            return "", ""
        self._place = "text"
        held, self._held = self._held, ""
        return held, ""

    def _within(self) -> tuple[str, str]:
        if not self._has_begun:
            self._held = self._held.lstrip()
            self._has_begun = bool(self._held)
        thought, mark, text = self._held.partition(self._closing)
        if mark:
            self._place, self._held = "text", ""
            return text, thought.rstrip()
        sure = len(thought) - _begun(thought, self._closing)
        self._held = thought[sure:]
        return "", thought[:sure]


def _begun(text: str, mark: str) -> int:
    """How many of the last characters may be the beginning of the mark, white space before it among them."""
    kept = next((size for size in range(min(len(mark) - 1, len(text)), 0, -1) if text.endswith(mark[:size])), 0)
    before = text[: len(text) - kept]
    return kept + len(before) - len(before.rstrip())

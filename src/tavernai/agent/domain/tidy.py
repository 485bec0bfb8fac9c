"""White space of a growing text: what cleaning would take away at the end is never sent in the first place.

The stored reply has no white space at its ends and none at the end of a line. A piece's trailing white space is kept
back until more text shows whether it stays, so what listeners have joined is, for ordinary replies, what is stored.
"""


class Tidy:
    """Feed it pieces; it gives back what may be sent. `keep_start`: a continuation may begin with white space."""

    __slots__ = ("_held", "_started")

    def __init__(self, *, keep_start: bool = False) -> None:
        self._held = ""
        self._started = keep_start

    def feed(self, piece: str) -> str:
        """The part of the text so far that is sure to stay and was not given yet."""
        text = self._held + piece if self._held else piece
        if "\r" in text:
            text = text.replace("\r", "")
        if not self._started:
            text = text.lstrip()
            self._started = bool(text)
        sure = text.rstrip()
        self._held = _line_ends(text[len(sure) :])
        return _line_ends(sure)


def _line_ends(text: str) -> str:
    """The text without spaces before a line break."""
    if "\n" not in text:
        return text
    *lines, last = text.split("\n")
    return "\n".join([line.rstrip(" \t\f\v\u00a0") for line in lines] + [last])

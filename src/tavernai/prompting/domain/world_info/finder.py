"""Finding keys: every plain key of every book in one pass over the text, expressions one by one under a time limit.

What is searched is one text, the newest message first, and an entry may look at a part of it only: so many messages,
some of the further texts. One pass of Aho and Corasick's machine notes where each key ends for the first time; whether
an entry sees it is then a comparison of numbers. Five thousand entries cost what one costs, plus a comparison each.
Source: shared contract 2.4, steps 8 and 9.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from typing import Final, Literal

import ahocorasick_rs

from tavernai.prompting.domain.js_regex import NotJavaScript, Untranslatable, compiled, translated

MARK: Final = "\x01"
JOINER: Final = "\n" + MARK
DEPTH_MAX: Final = 1_000
EXPRESSION_SECONDS_MAX: Final = 0.05
FINDERS_KEPT: Final = 16
KEYS_KEPT: Final = 65_536

EXPRESSION: Final = re.compile(r"/((?:[^/\\]++|\\.)++)/([a-z]*)", re.DOTALL)
WORD: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")
NOWHERE: Final = 1 << 60

Stopped = Literal["untranslatable", "too_slow", "not_tried"]
"""Why a key is given up: it cannot be run here, it took too long by itself, or the scan ran out of time before it."""


@dataclass(frozen=True, slots=True)
class Part:
    """One stretch of what is searched: the messages, or a further text. `ends` are the ends of its messages."""

    text: str
    ends: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """What one entry sees: so many of the newest messages, and which further parts, by index."""

    messages: int
    parts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Key:
    """A key ready to be looked for: as it is written, and as a plain text that is searched, or an expression.

    Known by identity: `key_of` gives the same object for the same key, and sets of ten thousand are made every turn.
    """

    text: str
    plain: str = ""
    pattern: tuple[str, str] | None = None
    is_case_sensitive: bool = False
    is_whole_word: bool = False

    @property
    def spans_lines(self) -> bool:
        """It may reach over the seam between two messages."""
        return MARK in self.plain or "\n" in self.plain


@lru_cache(KEYS_KEPT)
def key_of(text: str, is_case_sensitive: bool, is_whole_word: bool) -> Key | None:
    """The key, its macros expanded already; None for an empty one.

    `/pattern/flags` is an expression when a browser would take it, and a plain text with slashes otherwise.
    """
    text = text.strip()
    if not text:
        return None
    if text[0] == "/" and (found := EXPRESSION.fullmatch(text)):
        source, flags = found.groups()
        if is_javascript(source, flags):
            return Key(text, pattern=(source, flags))
    plain = text if is_case_sensitive else text.lower()
    one_word = is_whole_word and not any(character.isspace() for character in text)
    return Key(text, plain, None, is_case_sensitive, one_word)


def is_expression(text: str) -> bool:
    """Whether a key is written as an expression; whether it is one is told by reading it, which takes longer."""
    return text.strip().startswith("/") and EXPRESSION.fullmatch(text.strip()) is not None


@lru_cache(KEYS_KEPT)
def keys_ready(texts: tuple[str, ...], is_case_sensitive: bool, is_whole_word: bool) -> tuple[Key, ...]:
    """The keys of one entry, without the empty ones."""
    keys = (key_of(text, is_case_sensitive, is_whole_word) for text in texts)
    return tuple(key for key in keys if key is not None)


@lru_cache(4_096)
def is_javascript(source: str, flags: str) -> bool:
    """Whether a browser would take this expression; told without compiling it, which may take long."""
    try:
        translated(source, flags)
    except NotJavaScript:
        return False
    except Untranslatable:
        return True
    return True


@lru_cache(4_096)
def is_runnable(source: str, flags: str) -> bool:
    """Whether we can run an expression that a browser takes."""
    try:
        compiled(source, flags)
    except (NotJavaScript, Untranslatable):
        return False
    return True


@dataclass(slots=True)
class Finder:
    """All plain keys of a scan, and where they stand in each part; more parts may be added as the scan goes on."""

    keys: frozenset[Key]
    is_over: Callable[[], bool]
    """whether the scan's time is used up: what has to be searched key by key is not tried any more"""
    parts: list[Part] = field(default_factory=list)
    stopped: dict[str, Stopped] = field(default_factory=dict)
    """keys that were given up, and why"""
    _found: list[dict[Key, int]] = field(default_factory=list)
    _texts: dict[tuple[View, bool], str] = field(default_factory=dict)

    def add(self, part: Part) -> int:
        """Search one more part; its index."""
        self.parts.append(part)
        self._found.append(_first_ends(part.text, self.keys))
        return len(self.parts) - 1

    def has(self, key: Key, view: View) -> bool:
        """Whether the key stands in what is seen."""
        if view.messages <= 0:
            return False
        if key.pattern is not None:
            return self._expression(key, view)
        if key.spans_lines:
            return self._over_seams(key, view)
        if self._found[0].get(key, NOWHERE) <= _end_of(self.parts[0], view.messages):
            return True
        return any(key in self._found[index] for index in view.parts)

    def found(self) -> Iterable[Key]:
        """Every plain key that stands anywhere in what was searched so far."""
        return chain.from_iterable(self._found)

    def text(self, view: View, *, is_lower: bool = False) -> str:
        """What is seen, as one text: each message and each part behind the mark that lets expressions anchor."""
        text = self._texts.get((view, is_lower))
        if text is None:
            seen = self.parts[0].text[: _end_of(self.parts[0], view.messages)]
            text = JOINER.join([seen, *[self.parts[index].text for index in view.parts]])
            text = self._texts[view, is_lower] = text.lower() if is_lower else text
        return text

    def turn(self) -> None:
        """Another round: what entries see widens, and the texts made for the last one are not asked for again."""
        self._texts.clear()

    def _is_given_up(self, key: Key) -> bool:
        if key.text not in self.stopped and self.is_over():
            self.stopped[key.text] = "not_tried"
        return key.text in self.stopped

    def _over_seams(self, key: Key, view: View) -> bool:
        """Such a key may span two messages or parts, so the seams matter, and each is searched by itself."""
        if self._is_given_up(key):
            return False
        return _stands_in(key, self.text(view, is_lower=not key.is_case_sensitive))

    def _expression(self, key: Key, view: View) -> bool:
        assert key.pattern is not None
        if self._is_given_up(key):
            return False
        if not is_runnable(*key.pattern):
            self.stopped[key.text] = "untranslatable"
            return False
        try:
            # `concurrent`: other threads go on while it searches.
            found = compiled(*key.pattern).search(self.text(view), timeout=EXPRESSION_SECONDS_MAX, concurrent=True)
        except TimeoutError:
            self.stopped[key.text] = "too_slow"
            return False
        return found is not None


def messages_part(lines: Sequence[str]) -> Part:
    """The messages as one part, newest first, each behind a mark; trimmed and named already."""
    ends: list[int] = []
    size = 0
    for line in lines[:DEPTH_MAX]:
        size += len(line) + len(JOINER if ends else MARK)
        ends.append(size)
    return Part(MARK + JOINER.join(lines[:DEPTH_MAX]), tuple(ends))


def _end_of(part: Part, messages: int) -> int:
    if not part.ends:
        return len(part.text)
    return part.ends[min(messages, len(part.ends)) - 1]


def _first_ends(text: str, keys: frozenset[Key]) -> dict[Key, int]:
    """Where each key ends for the first time; those that do not stand there are missing."""
    found: dict[Key, int] = {}
    for is_case_sensitive in (False, True):
        machine, places = _machine(keys, is_case_sensitive)
        if machine is None:
            continue
        searched = text if is_case_sensitive else text.lower()
        if len(searched) != len(text):
            _slowly(text, places, found)
            continue
        for index, start, end in machine.find_matches_as_indexes(searched, overlapping=True):
            for key in places[index][1]:
                if found.get(key, NOWHERE) > end and (not key.is_whole_word or _is_word(searched, start, end)):
                    found[key] = end
    return found


def _slowly(text: str, places: Sequence[tuple[str, list[Key]]], found: dict[Key, int]) -> None:
    """For texts that grow when lower-cased (the Turkish İ): message by message, so that places stay right."""
    size = 0
    for line in text.split(JOINER):
        size += len(line) + (len(JOINER) if size else 0)
        for _plain, keys in places:
            for key in keys:
                if key not in found and _stands_in(key, line if key.is_case_sensitive else line.lower()):
                    found[key] = size


@lru_cache(FINDERS_KEPT)
def _machine(
    keys: frozenset[Key], is_case_sensitive: bool
) -> tuple[ahocorasick_rs.AhoCorasick | None, list[tuple[str, list[Key]]]]:
    by_text: dict[str, list[Key]] = {}
    for key in keys:
        if key.pattern is None and key.is_case_sensitive == is_case_sensitive:
            by_text.setdefault(key.plain, []).append(key)
    places = list(by_text.items())
    return (ahocorasick_rs.AhoCorasick([plain for plain, _ in places]) if places else None), places


def _stands_in(key: Key, searched: str) -> bool:
    """`searched` is lower-cased already where the key's case does not matter."""
    at = searched.find(key.plain)
    while at >= 0:
        if not key.is_whole_word or _is_word(searched, at, at + len(key.plain)):
            return True
        at = searched.find(key.plain, at + 1)
    return False


def _is_word(text: str, start: int, end: int) -> bool:
    """Whether a word ends on both sides. Only ASCII letters, digits and `_` make words, as in a browser's `\\W`."""
    return (start == 0 or text[start - 1] not in WORD) and (end == len(text) or text[end] not in WORD)

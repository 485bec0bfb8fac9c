"""A piece of a text around what was found in it, told as parts that are hits or not: never as HTML."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from tavernai.kernel.words import Phrase, Question, folded

SNIPPET_CHARACTERS = 200
BEFORE_CHARACTERS = 60
READ_MAX = 100_000


@dataclass(frozen=True, slots=True)
class Part:
    """Some text, and whether it is what was asked for."""

    text: str
    hit: bool


def snippet(text: str, question: Question, *, characters: int = SNIPPET_CHARACTERS) -> list[Part]:
    """At most `characters` of the text around its first hit on one line, hits marked; its beginning without any."""
    text = unicodedata.normalize("NFC", text[:READ_MAX])
    spans = _hits(text, question)
    begin, end = _window(text, spans[0] if spans else (0, 0), characters)
    parts, at = [Part("…", False)] if begin > 0 else [], begin
    for start, stop in spans:
        start, stop = max(start, at), min(stop, end)
        if start >= stop:
            continue
        parts += [Part(text[at:start], False), Part(text[start:stop], True)]
        at = stop
    parts.append(Part(text[at:end], False))
    if end < len(text):
        parts.append(Part("…", False))
    return _joined(parts)


def _hits(text: str, question: Question) -> list[tuple[int, int]]:
    """Where the wanted words stand, in code points of the text, without overlaps."""
    if question.is_empty:
        return []
    compared = folded(text)
    places = _places(text) if len(compared) != len(text) else None
    found = [match.span() for match in _pattern(question.wanted).finditer(compared) if match.end() > match.start()]
    if places is None:
        return found
    return [(places[start], places[stop - 1] + 1) for start, stop in found]


def _places(text: str) -> list[int]:
    """For each character of the folded text, the character of the text it comes from."""
    return [at for at, each in enumerate(text) for _ in folded(each)]


@lru_cache(maxsize=64)
def _pattern(wanted: tuple[Phrase, ...]) -> re.Pattern[str]:
    # The longest first, so that a phrase wins over a word in it.
    sources = sorted((_source(phrase) for phrase in wanted), key=len, reverse=True)
    return re.compile("|".join(sources))


def _source(phrase: Phrase) -> str:
    """A phrase as it may stand in a folded text: pairs of a run melt together, between words stands no letter."""
    source = re.escape(phrase.words[0])
    if _is_word(phrase.words[0]):
        source = r"(?<![^\W_])" + source
    for one, other in zip(phrase.words, phrase.words[1:], strict=False):
        goes_on = not _is_word(one) and not _is_word(other) and len(one) == 2 and one[1] == other[0]
        source += re.escape(other[1:]) if goes_on else r"[\W_]*" + re.escape(other)
    if _is_word(phrase.words[-1]):
        source += r"[^\W_]*" if phrase.prefix else r"(?![^\W_])"
    return source


def _is_word(word: str) -> bool:
    """Whether blanks end this word: not so a run's characters, nor a sign."""
    return ord(word[0]) < 0x0E00


def _window(text: str, first: tuple[int, int], characters: int) -> tuple[int, int]:
    """From a little before the hit, where a word begins, to where the room ends."""
    begin = max(0, first[0] - BEFORE_CHARACTERS)
    if begin > 0:
        blank = text.find(" ", begin, first[0])
        begin = blank + 1 if blank >= 0 else begin
    return begin, min(len(text), begin + characters)


def _joined(parts: list[Part]) -> list[Part]:
    """Neighbours of one kind become one, blanks one blank, empty ones nothing."""
    result: list[Part] = []
    for part in parts:
        flat = re.sub(r"\s+", " ", part.text)
        if not flat:
            continue
        if result and result[-1].hit == part.hit and not part.hit:
            result[-1] = Part(result[-1].text + flat, part.hit)
        else:
            result.append(Part(flat, part.hit))
    return result

"""Words to look for, in every script: one small tokeniser whose words any engine can index.

Scripts that put no blanks between words (Chinese, Japanese, Korean, Thai …) are cut into overlapping pairs, and each
single character is kept beside them: 酒馆里 is told as 酒馆 馆里, with 酒, 馆 and 里 to be found alone. What a text is
indexed by and what is asked for go through the same fold, so width, case and accents do not matter.

A question is words that must all be there; "a phrase" keeps its order; -word must not be there; the last word may be
unfinished. Nothing a person types is an error.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

WORDS_VERSION = 1
"""Raise when texts are cut otherwise: indexes made with another number are made anew."""
WORD_MAX = 100
TEXT_MAX = 200_000
TERMS_MAX = 16

_RUNS = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
)
_SIGNS = "\u2190-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff"
_PIECE = re.compile(rf"(?P<run>[{_RUNS}]+)|(?P<sign>[{_SIGNS}])|(?P<word>[^\W_{_RUNS}]+)")
_TERM = re.compile(r'(?P<no>-?)(?:"(?P<quoted>[^"]*)(?:"|$)|(?P<bare>[^\s"]+))')
_QUOTES = str.maketrans("“”„‟«»", '""""""')
_MARKS = range(0x300, 0x370)


class _Fold(dict[int, str]):
    """How one character is compared: full width, case and Latin accents aside. Filled as characters are met."""

    def __missing__(self, code: int) -> str:
        apart = unicodedata.normalize("NFKD", chr(code))
        plain = "".join(each for each in apart if ord(each) not in _MARKS)
        folded = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", plain).casefold())
        self[code] = folded
        return folded


_FOLD = _Fold()


@dataclass(frozen=True, slots=True)
class Indexed:
    """What a text is found by."""

    words: tuple[str, ...]
    """in the order of the text"""
    singles: tuple[str, ...]
    """each character of a run once"""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that stand side by side; `prefix`: the last one may go on; `single`: one character out of a run."""

    words: tuple[str, ...]
    prefix: bool = False
    single: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What must be there, and what must not: each group in `without` excludes a text that has all of it."""

    wanted: tuple[Phrase, ...] = ()
    without: tuple[tuple[Phrase, ...], ...] = ()

    @property
    def is_empty(self) -> bool:
        return not self.wanted


def folded(text: str) -> str:
    """The text as it is compared."""
    return unicodedata.normalize("NFC", text).translate(_FOLD)


def indexed(text: str) -> Indexed:
    """What this text is found by; beyond 200,000 characters it is not read."""
    words: list[str] = []
    singles: dict[str, None] = {}
    for piece in _PIECE.finditer(folded(text[:TEXT_MAX])):
        found = piece.group()
        if piece.lastgroup == "run":
            words += _pairs(found)
            singles.update(dict.fromkeys(found))
        else:
            words.append(found[:WORD_MAX])
    return Indexed(tuple(words), tuple(singles))


def asked(text: str) -> Question:
    """What a person's words ask for; any text is a question, one without a word to look for is empty."""
    terms = list(_TERM.finditer(text.translate(_QUOTES)))[:TERMS_MAX]
    wanted: list[Phrase] = []
    without: list[tuple[Phrase, ...]] = []
    for number, term in enumerate(terms):
        bare = term["bare"] is not None
        is_open = bare and not term["no"] and number == len(terms) - 1
        phrases = tuple(_phrases(term["bare"] if bare else term["quoted"], is_open=is_open))
        if term["no"] and phrases:
            without.append(phrases)
        else:
            wanted += phrases
    return Question(tuple(dict.fromkeys(wanted)), tuple(without))


def _phrases(text: str, *, is_open: bool) -> Iterator[Phrase]:
    """One term. A lone character of a run may stand inside a pair of the text, so it is looked for by itself."""
    beside: list[str] = []
    last = ""
    for piece in _PIECE.finditer(folded(text)):
        found, last = piece.group(), piece.lastgroup or ""
        if last == "run" and len(found) == 1:
            if beside:
                yield Phrase(tuple(beside))
                beside = []
            yield Phrase((found,), single=True)
        else:
            beside += _pairs(found) if last == "run" else [found[:WORD_MAX]]
    if beside:
        yield Phrase(tuple(beside), prefix=is_open and last == "word")


def _pairs(run: str) -> list[str]:
    return [run] if len(run) == 1 else [run[at : at + 2] for at in range(len(run) - 1)]

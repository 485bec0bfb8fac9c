"""Counting tokens: by the model's own vocabulary where there is one, else by what characters weigh.

Budgets need a number before a model is asked, for any model there is. `BYTES_OVER_FOUR` and `NO_TOKENIZER` are the
rules of SillyTavern's recorded prompts. `CountingTokenizer` counts with a vocabulary. `EstimatingTokenizer` is for the
rest: characters weigh what they cost a family of models on average, by script (prompting.domain.families), so that
Chinese or Russian chats are not underestimated (bytes/4 gives 0.75 a Chinese character, where older vocabularies take
1 to 2).
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import lru_cache
from typing import Final, Protocol

from tavernai.prompting.domain.families import USUAL, Weights

CACHE_TEXTS: Final = 8_192
CACHED_CHARS_MAX: Final = 20_000
LINES_CACHED: Final = 16_384
LINE_CHARS_MAX: Final = 4_000
WHOLE_CHARS_MAX: Final = 400
"""Texts up to this are counted whole; longer ones line by line, so that a prompt that grew costs what is new in it."""

MESSAGE_TOKENS: Final = 4
"""What wraps a message of a chat."""
ESTIMATED: Final = "calibrated"
"""What the names of tokenizers that only estimate begin with."""

SCRIPTS: Final[tuple[tuple[str, re.Pattern[str]], ...]] = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("han", r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f\U00020000-\U0003ffff]"),
        ("kana", r"[\u3040-\u30ff]"),
        ("hangul", r"[\u1100-\u11ff\uac00-\ud7af]"),
        ("cyrillic", r"[\u0400-\u052f\u0370-\u03ff\u0590-\u06ff]"),
        ("indic", r"[\u0900-\u10ff\u1780-\u17ff]"),
        ("emoji", r"[\u2600-\u27bf\U0001f000-\U0001faff]"),
    )
)
"""Characters of a script, named as `Weights` names what they cost."""
_LINES: Final = re.compile(r"(?<=\n)(?=\S)")


class Tokenizer(Protocol):
    """Counts. `message` includes what wraps a message in a chat; a message without content costs nothing."""

    @property
    def name(self) -> str: ...

    def text(self, text: str) -> int: ...

    def message(self, content: str, *, name: str | None = None) -> int: ...


class ByteTokenizer:
    """Tokens as a share of UTF-8 bytes, with a fixed price for each message and its name."""

    def __init__(self, name: str, *, bytes_a_token: float, message_tokens: int, name_tokens: int) -> None:
        self.name = name
        self._bytes = bytes_a_token
        self._message = message_tokens
        self._name = name_tokens

    def text(self, text: str) -> int:
        size = len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
        return -int(-size // self._bytes)

    def message(self, content: str, *, name: str | None = None) -> int:
        if not content:
            return 0
        named = self._name + self.text(name) if name else 0
        return self._message + self.text(content) + named


class _PricedByText(ABC):
    """A message is its text, its name, and what wraps them."""

    @abstractmethod
    def text(self, text: str) -> int: ...

    def message(self, content: str, *, name: str | None = None) -> int:
        if not content:
            return 0
        return MESSAGE_TOKENS + self.text(content) + (1 + self.text(name) if name else 0)


class EstimatingTokenizer(_PricedByText):
    """Tokens by script; counts of texts are kept."""

    def __init__(self, family: str = "", weights: Weights = USUAL) -> None:
        self.name = f"{ESTIMATED}/{family}" if family else ESTIMATED
        self._weights = weights
        self._kept = lru_cache(CACHE_TEXTS)(self._weigh)

    def text(self, text: str) -> int:
        if text.isascii():
            return -int(-len(text) * self._weights.latin // 1)
        return self._kept(text) if len(text) <= CACHED_CHARS_MAX else self._weigh(text)

    def _weigh(self, text: str) -> int:
        """Tokens of a text that is not plain ASCII."""
        weights = self._weights
        plain = len(text.encode("ascii", "ignore"))
        rest = len(text) - plain
        total = plain * weights.latin
        for name, pattern in SCRIPTS:
            count = len(pattern.findall(text))
            total += count * float(getattr(weights, name))
            rest -= count
            if not rest:
                break
        return -int(-(total + max(rest, 0) * weights.other) // 1)


class CountingTokenizer(_PricedByText):
    """Tokens by a vocabulary; counts of lines are kept.

    `encoded` gives the tokens of a text. No token reaches from a line's end into the next line's words, so that lines
    can be counted alone; only in a line without end one may be cut in two.
    """

    def __init__(self, name: str, encoded: Callable[[str], list[int]]) -> None:
        self.name = name
        self._encoded = encoded
        self._kept = lru_cache(LINES_CACHED)(self._count)

    def text(self, text: str) -> int:
        if len(text) <= WHOLE_CHARS_MAX:
            return self._kept(text)
        return sum([self._line(line) for line in _LINES.split(text)])

    def _line(self, line: str) -> int:
        if len(line) <= LINE_CHARS_MAX:
            return self._kept(line)
        return sum([self._kept(line[at : at + LINE_CHARS_MAX]) for at in range(0, len(line), LINE_CHARS_MAX)])

    def _count(self, text: str) -> int:
        try:
            return len(self._encoded(text))
        except UnicodeEncodeError:  # half of a pair: no model sees it as it is
            return len(self._encoded(text.encode("utf-8", "replace").decode()))


class KnownCounts(Protocol):
    """Counts a model's server has told, as far as they are known."""

    def get(self, text: str) -> int | None: ...


class ServedTokenizer(_PricedByText):
    """Tokens as the model's own server counted them; `missing` gathers what it has to be asked.

    Until nothing is missing this is no better than the estimate it fills the gaps with, and goes by that one's name.
    """

    def __init__(self, served_by: str, known: KnownCounts, estimate: Tokenizer) -> None:
        self._served_by = served_by
        self._known = known
        self._estimate = estimate
        self.missing: dict[str, None] = {}

    @property
    def name(self) -> str:
        return self._estimate.name if self.missing else self._served_by

    def text(self, text: str) -> int:
        if not text:
            return 0
        counted = self._known.get(text)
        if counted is None:
            self.missing[text] = None
            return self._estimate.text(text)
        return counted


class Tokenizers(Protocol):
    """Finds the tokenizer of a model."""

    def of(self, model: str, *, wanted: str = "") -> Tokenizer:
        """`wanted`: a family, or `estimate`; anything else: what the model's name tells. Never waits for a disk."""
        ...


def is_estimate(name: str) -> bool:
    """Whether a tokenizer of this name only estimates."""
    return name.startswith(ESTIMATED)


BYTES_OVER_FOUR: Final[Tokenizer] = ByteTokenizer("bytes/4", bytes_a_token=4, message_tokens=4, name_tokens=1)
NO_TOKENIZER: Final[Tokenizer] = ByteTokenizer("none", bytes_a_token=3.35, message_tokens=0, name_tokens=0)
CALIBRATED: Final[Tokenizer] = EstimatingTokenizer()

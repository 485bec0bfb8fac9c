"""Counting tokens without the model's own tokenizer.

Budgets need a number before a model is asked, for any model there is. `BYTES_OVER_FOUR` and `NO_TOKENIZER` are the
rules of SillyTavern's recorded prompts. `CALIBRATED` is ours: characters weigh what they cost current tokenizers on
average, by script, so that Chinese or Russian chats are not underestimated (bytes/4 gives 0.75 a Chinese character,
where older vocabularies take 1 to 2).
"""

import re
from functools import lru_cache
from typing import Final, Protocol

CACHE_TEXTS: Final = 8_192
CACHED_CHARS_MAX: Final = 20_000

WEIGHTS: Final[tuple[tuple[str, float], ...]] = (
    # characters of a script, tokens each
    (r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f\U00020000-\U0003ffff]", 1.05),
    (r"[\u1100-\u11ff\uac00-\ud7af]", 0.95),
    (r"[\u0400-\u052f\u0370-\u03ff\u0590-\u06ff]", 0.45),
    (r"[\u0900-\u10ff\u1780-\u17ff]", 0.8),
    (r"[\u2600-\u27bf\U0001f000-\U0001faff]", 2.5),
)
OTHER_WEIGHT: Final = 0.5
SCRIPTS: Final = tuple((re.compile(pattern), weight) for pattern, weight in WEIGHTS)
ASCII_CHARS_A_TOKEN: Final = 3.8


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


class CalibratedTokenizer:
    """Tokens by script; counts of texts are kept."""

    name = "calibrated"

    def text(self, text: str) -> int:
        if text.isascii():
            return -int(-len(text) // ASCII_CHARS_A_TOKEN)
        return _calibrated(text) if len(text) <= CACHED_CHARS_MAX else _weigh(text)

    def message(self, content: str, *, name: str | None = None) -> int:
        if not content:
            return 0
        return 4 + self.text(content) + (1 + self.text(name) if name else 0)


def _weigh(text: str) -> int:
    """Tokens of a text that is not plain ASCII."""
    plain = len(text.encode("ascii", "ignore"))
    rest = len(text) - plain
    total = plain / ASCII_CHARS_A_TOKEN
    for pattern, weight in SCRIPTS:
        count = len(pattern.findall(text))
        total += count * weight
        rest -= count
        if not rest:
            break
    return -int(-(total + max(rest, 0) * OTHER_WEIGHT) // 1)


_calibrated = lru_cache(CACHE_TEXTS)(_weigh)

BYTES_OVER_FOUR: Final[Tokenizer] = ByteTokenizer("bytes/4", bytes_a_token=4, message_tokens=4, name_tokens=1)
NO_TOKENIZER: Final[Tokenizer] = ByteTokenizer("none", bytes_a_token=3.35, message_tokens=0, name_tokens=0)
CALIBRATED: Final[Tokenizer] = CalibratedTokenizer()

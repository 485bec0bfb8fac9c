"""hash-1024: vectors without a model. Texts that share words lie near each other; meaning is not in it."""

import hashlib
import math
import re
from collections.abc import Iterator

DIMENSIONS = 1024
_WORD = re.compile(r"[^\W_]+")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_GRAMS = (3, 4, 5)


def hashed_vector(text: str) -> list[float]:
    """1,024 numbers of unit length, the same for the same text on every machine; all 0 for a text without words."""
    vector = [0.0] * DIMENSIONS
    for feature, weight in _features(text.lower()):
        digest = hashlib.blake2b(feature.encode("utf-8", "replace"), digest_size=8).digest()
        place = int.from_bytes(digest[:4]) % DIMENSIONS
        vector[place] += weight if digest[4] & 1 else -weight
    length = math.sqrt(sum(number * number for number in vector)) or 1.0
    return [number / length for number in vector]


def _features(text: str) -> Iterator[tuple[str, float]]:
    """Words, their pieces of 3 to 5 letters, and Chinese characters alone and in pairs."""
    for word in _WORD.findall(text):
        if _HAN.search(word):
            yield from ((character, 0.5) for character in word)
            yield from ((word[at : at + 2], 1.0) for at in range(len(word) - 1))
            continue
        yield word, 1.0
        framed = f"<{word}>"
        yield from ((framed[at : at + size], 0.3) for size in _GRAMS for at in range(len(framed) - size + 1))

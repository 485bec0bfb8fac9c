"""Real tokenizers: vocabularies that lie in installed packages, read by one engine.

The packages' own code never runs: their files are found by the package's place and read here. A vocabulary takes 0.05
to 0.5 s to read and 30 to 100 MB, so it is read by a thread of its own the first time it is wanted, and only the few
used last are kept; until it is there, its models' tokens are estimated.
"""

import gzip
from base64 import b64decode
from collections import OrderedDict
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from threading import Lock, Thread
from typing import Final

import orjson
import structlog

from tavernai.prompting.domain.families import FAMILIES, Family, Format, Vocabulary, family_of, named
from tavernai.prompting.domain.tokenizers import CALIBRATED, CountingTokenizer, EstimatingTokenizer, Tokenizer

KEPT_MAX: Final = 2
ESTIMATE: Final = "estimate"
Read = tuple[dict[bytes, int], str]
"""The rank of each token, and the expression that cuts words where the file has it."""
log = structlog.get_logger()


class Vocabularies:
    """Fulfils prompting's Tokenizers."""

    def __init__(self) -> None:
        self._estimates = {one.name: EstimatingTokenizer(one.name, one.weights) for one in FAMILIES}
        self._kept: OrderedDict[str, Tokenizer] = OrderedDict()
        self._reading: dict[str, Thread] = {}
        self._lock = Lock()

    def of(self, model: str, *, wanted: str = "") -> Tokenizer:
        family = named(wanted) or family_of(model)
        if family is None:
            return CALIBRATED
        if wanted == ESTIMATE:
            return self._estimates[family.name]
        with self._lock:
            found = self._kept.get(family.name)
            if found is not None:
                self._kept.move_to_end(family.name)
                return found
            self._begin(family)
        return self._estimates[family.name]

    def ready(self, family: Family) -> Tokenizer:
        """The same once its vocabulary is read, however long that takes; the estimate where there is none."""
        self.of("", wanted=family.name)
        thread = self._reading.get(family.name)
        if thread is not None:
            thread.join()
        return self.of("", wanted=family.name)

    def _begin(self, family: Family) -> None:
        """Read it beside; one that could not be read is not tried again while this process runs."""
        if family.name in self._reading or family.vocabulary is None:
            return
        thread = Thread(target=self._read, args=(family,), name=f"vocabulary {family.name}", daemon=True)
        self._reading[family.name] = thread
        thread.start()

    def _read(self, family: Family) -> None:
        assert family.vocabulary is not None
        try:
            counting = counting_tokenizer(family.name, family.vocabulary)
        except Exception:  # another's file in another's format: whatever is wrong with it, estimating goes on
            log.exception("vocabulary_not_read", family=family.name)
            return
        if counting is None:
            return
        with self._lock:
            self._kept[family.name] = counting
            self._reading.pop(family.name, None)
            while len(self._kept) > KEPT_MAX:
                self._kept.popitem(last=False)


def counting_tokenizer(name: str, vocabulary: Vocabulary) -> CountingTokenizer | None:
    """The tokenizer of this vocabulary, read now; None when its package is not installed."""
    path = place_of(vocabulary)
    if path is None:
        return None
    data = path.read_bytes()
    ranks, words = _READERS[vocabulary.format](gzip.decompress(data) if path.suffix == ".gz" else data)
    # Imported here: a process without a chat needs none of it.
    from tiktoken import Encoding

    encoding = Encoding(name, pat_str=vocabulary.words or words, mergeable_ranks=ranks, special_tokens={})
    return CountingTokenizer(name, encoding.encode_ordinary)


def place_of(vocabulary: Vocabulary) -> Path | None:
    """Where the file lies, without running anything of its package."""
    spec = find_spec(vocabulary.package)
    folders = spec.submodule_search_locations if spec is not None else None
    paths = [Path(folder, vocabulary.path) for folder in folders or ()]
    return next((path for path in paths if path.is_file()), None)


def _ranks(data: bytes) -> Read:
    """Lines of `token in base64, its rank`."""
    rows = (line.split() for line in data.splitlines() if line)
    return {b64decode(token): int(rank) for token, rank in rows}, ""


def _tekken(data: bytes) -> Read:
    told = orjson.loads(data)
    config = told["config"]
    used = config["default_vocab_size"] - config["default_num_special_tokens"]
    return {b64decode(one["token_bytes"]): one["rank"] for one in told["vocab"][:used]}, config["pattern"]


def _tokenizers(data: bytes) -> Read:
    """Byte pairs written in letters; a token's number tells when it was learned, which is its rank."""
    letters = _letters()
    vocab = orjson.loads(data)["model"]["vocab"]
    return {bytes(letters[letter] for letter in token): rank for token, rank in vocab.items()
            if all(letter in letters for letter in token)}, ""  # fmt: skip


def _letters() -> dict[str, int]:
    """The letter each byte is written as: itself where it can be seen, else one from 256 on."""
    seen = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    unseen = [byte for byte in range(256) if byte not in seen]
    return {chr(byte): byte for byte in seen} | {chr(256 + place): byte for place, byte in enumerate(unseen)}


_READERS: Final[dict[Format, Callable[[bytes], Read]]] = {
    "ranks": _ranks,
    "tekken": _tekken,
    "tokenizers": _tokenizers,
}

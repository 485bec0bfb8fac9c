"""How well tokens are estimated, script by script, against the vocabularies that are installed; and how fast both are.

    python benchmarks/tokenizers.py [--fit] [--shared ../shared]

Texts: benchmarks/texts (one scene of role-play in each language, written for this), the English of the shared cards,
chats and lorebooks, and the Chinese of our own page. Printed for each family and script: the tokens counted, and the
error of the estimate for everybody and of the family's own. `--fit` prints the weights that prompting.domain.families
should hold: tokens a character of the texts of one script, what is ASCII in them taken off first; both kinds of
English weigh the same.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src")]

from tavernai.engines.vocabularies import counting_tokenizer  # noqa: E402
from tavernai.prompting.domain.families import FAMILIES  # noqa: E402
from tavernai.prompting.domain.tokenizers import (  # noqa: E402
    CALIBRATED,
    SCRIPTS,
    CountingTokenizer,
    EstimatingTokenizer,
    Tokenizer,
)

TEXTS = ROOT / "benchmarks" / "texts"
SHARED_FOLDERS = ("cards", "chats", "worlds")
CHARS_MIN = 40
FITTED = {"zh": "han", "ja": "kana", "ko": "hangul", "ru": "cyrillic"}
"""The language whose texts tell what a script costs; Japanese after Chinese, because it is written with both."""


def strings(value: Any) -> Iterator[str]:
    """Every text in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from strings(one)


def read(text: str) -> Any:
    """A JSON value; some of the shared files are broken on purpose."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def texts_of_shared(shared: Path) -> list[str]:
    found: dict[str, None] = {}
    for folder in SHARED_FOLDERS:
        for path in sorted((shared / "fixtures" / "sillytavern" / folder).glob("*.json*")):
            for line in path.read_text("utf-8").splitlines() if path.suffix == ".jsonl" else [path.read_text("utf-8")]:
                found |= dict.fromkeys(text for text in strings(read(line)) if len(text) >= CHARS_MIN)
    return [text for text in found if text.isascii()]


def corpus(shared: Path) -> dict[str, list[str]]:
    """Texts by language."""
    texts = {path.stem: path.read_text("utf-8").splitlines() for path in sorted(TEXTS.glob("*.txt"))}
    texts["en, shared"] = texts_of_shared(shared) if shared.is_dir() else []
    page = ROOT / "web" / "src" / "locales" / "zh-CN"
    texts["zh, page"] = [text for path in sorted(page.glob("*.json")) for text in strings(json.loads(path.read_text()))]
    return {name: lines for name, lines in texts.items() if lines}


def total(tokenizer: Tokenizer, texts: Sequence[str]) -> int:
    return sum(tokenizer.text(text) for text in texts)


def of_script(name: str, text: str) -> int:
    return sum(len(pattern.findall(text)) for script, pattern in SCRIPTS if script == name)


def fitted(counting: CountingTokenizer, texts: dict[str, list[str]]) -> dict[str, float]:
    """What a character of each script costs."""
    prose = [texts[name] for name in ("en", "en, shared") if name in texts]
    weights = {"latin": sum(total(counting, one) / sum(map(len, one)) for one in prose) / len(prose)}
    for language, script in FITTED.items():
        joined = "\n".join(texts[language])
        rest = float(total(counting, texts[language])) - weights["latin"] * sum(char.isascii() for char in joined)
        for known in ("han",) if script == "kana" else ():
            rest -= weights[known] * of_script(known, joined)
        weights[script] = rest / of_script(script, joined)
    return {name: round(value, 3) for name, value in weights.items()}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--fit", action="store_true", help="print the weights instead")
    options.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    chosen = options.parse_args()
    texts = corpus(chosen.shared)
    if not chosen.fit:
        print(f"{'family':10} {'text':12} {'chars':>7} {'tokens':>7} {'usual':>8} {'family':>8}")
    for family in FAMILIES:
        since = time.perf_counter()
        counting = counting_tokenizer(family.name, family.vocabulary) if family.vocabulary else None
        if counting is None:
            print(f"{family.name:10} not installed")
            continue
        read_ms = (time.perf_counter() - since) * 1000
        if chosen.fit:
            print(f"{family.name:10} {fitted(counting, texts)}")
            continue
        told(family.name, counting, EstimatingTokenizer(family.name, family.weights), texts)
        print(f"{family.name:10} read in {read_ms:.0f} ms, counts {speed(counting, texts):.1f} million characters/s")


def told(name: str, counting: CountingTokenizer, own: Tokenizer, texts: dict[str, list[str]]) -> None:
    for language, lines in texts.items():
        counted = total(counting, lines)
        errors = [f"{100 * (total(one, lines) / counted - 1):+7.1f}%" for one in (CALIBRATED, own)]
        print(f"{name:10} {language:12} {sum(map(len, lines)):7} {counted:7} {errors[0]} {errors[1]}")


def speed(counting: CountingTokenizer, texts: dict[str, list[str]]) -> float:
    """Characters a microsecond, nothing kept: as the first prompt after a start."""
    lines = [line for language in texts.values() for line in language]
    since = time.perf_counter()
    for line in lines:
        counting._count(line)
    return sum(map(len, lines)) / (time.perf_counter() - since) / 1e6


if __name__ == "__main__":
    main()

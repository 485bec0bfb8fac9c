"""Building a prompt: how long, for a short chat, a long one, and a very long one in a small window.

    python benchmarks/prompting.py [--rounds 500] [--family deepseek]

Workload: a card with 20 macros in its description, two example blocks and a depth prompt, default preset; every round
brings one new user message, as a turn does. Promises: a history of 200 messages P95 < 5 ms; a short chat (5 messages)
median < 0.5 ms, because a thousand replies may start in one second. Recording the plan is measured apart.
Measured is CPU time, as the work never waits and the machine is shared. Tokens are estimated, or counted by the
vocabulary of `--family`, read before; `first_build_ms` is a prompt none of whose lines were counted before.
Not measured: reading the chat from the database, storing the plan.
"""

import argparse
import json
import os
import platform
import random
import statistics
import sys
import time
import uuid
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src")]

from tavernai.engines.vocabularies import counting_tokenizer  # noqa: E402
from tavernai.prompting.domain.assemble import assemble  # noqa: E402
from tavernai.prompting.domain.families import FAMILIES, named  # noqa: E402
from tavernai.prompting.domain.plan import recorded  # noqa: E402
from tavernai.prompting.domain.scene import Character, HistoryMessage, Persona, Scene  # noqa: E402
from tavernai.prompting.domain.tokenizers import EstimatingTokenizer, Tokenizer  # noqa: E402

CARD = {
    "data": {
        "description": "{{char}} is a lighthouse keeper on Gull Rock. " * 20,
        "personality": "calm",
        "scenario": "A storm; {{user}} has rowed in.",
        "mes_example": "<START>\n{{user}}: Who?\n{{char}}: The keeper.\n<START>\n{{user}}: Alone?\n{{char}}: No.",
        "extensions": {"depth_prompt": {"prompt": "{{char}} is tired.", "depth": 4, "role": "system"}},
    }
}
BAR = {"short_build_ms_median": 0.5, "long_build_ms_p95": 5.0}
CASES = {"short": (5, 8_192), "long": (200, 32_768), "very long, small window": (1_670, 8_192)}


def chat(count: int) -> list[HistoryMessage]:
    said = "lorem ipsum dolor sit amet " * 10
    return [
        HistoryMessage(str(uuid.uuid4()), "user" if n % 2 else "assistant", "Ari" if n % 2 else "Mira", f"{n} {said}")
        for n in range(count)
    ]


def measured(count: int, context_tokens: int, *, rounds: int, tokenizer: Tokenizer) -> dict[str, Any]:
    """Milliseconds of building and of recording, and how large the plan is."""
    history, built, written = chat(count - 1), [], []
    plan: Any = {}
    for turn in range(rounds):
        newest = HistoryMessage(str(uuid.uuid4()), "user", "Ari", f"And then, {turn}?")
        scene = Scene(Character("Mira", CARD), Persona("Ari"), [*history, newest], context_tokens=context_tokens)
        begun = time.thread_time()
        prompt = assemble(scene, clock=lambda: 0, random=random.Random(turn), tokenizer=tokenizer)
        ready = time.thread_time()
        plan, _ = recorded(prompt)
        built.append((ready - begun) * 1000)
        written.append((time.thread_time() - ready) * 1000)
    return {
        "first_build_ms": round(built[0], 3),
        "build_ms": spread(built),
        "record_ms": spread(written),
        "plan_bytes": len(json.dumps(plan)),
    }


def spread(values: list[float]) -> dict[str, float]:
    return {"median": round(statistics.median(values), 3), "p95": round(sorted(values)[int(len(values) * 0.95)], 3)}


def tokenizer_of(family: str | None) -> Tokenizer:
    """A fresh one, nothing counted yet."""
    found = named(family) if family else None
    if found is None:
        return EstimatingTokenizer()
    assert found.vocabulary is not None
    counting = counting_tokenizer(found.name, found.vocabulary)
    assert counting is not None, f"the package that carries the vocabulary of {family} is not installed"
    return counting


def main() -> None:
    words = argparse.ArgumentParser()
    words.add_argument("--rounds", type=int, default=500)
    words.add_argument("--family", choices=[one.name for one in FAMILIES if one.vocabulary], default=None)
    chosen = words.parse_args()
    result: dict[str, Any] = {"what": "Prompts: CPU milliseconds to build and to record one", "bar": BAR} | {
        "at": time.strftime("%Y-%m-%d"),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "load_before": round(os.getloadavg()[0], 2),
    }
    for name, (count, context_tokens) in CASES.items():
        tokenizer = tokenizer_of(chosen.family)
        first = measured(count, context_tokens, rounds=20, tokenizer=tokenizer)
        result[name] = measured(count, context_tokens, rounds=chosen.rounds, tokenizer=tokenizer) | {
            "first_build_ms": first["first_build_ms"]
        }
    print(json.dumps(result, indent=2))
    if chosen.family:
        return
    (ROOT / "benchmarks" / "results" / "prompting.json").write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()

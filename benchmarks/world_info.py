"""World info: searching 5,000 entries, and building a prompt with 100 of them awake at the end of 10,000 messages.

    python benchmarks/world_info.py [--rounds 100]

Workload: 5,000 entries of 1 to 3 plain keys each, out of 12,000 words of 4 to 12 letters, against 20,000 tokens of chat
in 1,000 of these words (so that every sixth entry wakes), one new message a round, as a turn does; recursion off, then
on. Then a chat of 10,000 messages of which the stage reads the
newest that could fit 32,768 tokens, with 100 constant or key-woken entries. Promises: scan P95 < 50 ms, prompt P95
< 30 ms. Measured is CPU time, as the work never waits and the machine is shared.
Not measured: reading the books and the chat from the database.
"""

import argparse
import gc
import random
import statistics
import string
import time
from dataclasses import replace
from typing import Any

from _measured import machine, save

from tavernai.process import GC_THRESHOLDS
from tavernai.prompting.domain.assemble import assemble
from tavernai.prompting.domain.budget import history_wanted
from tavernai.prompting.domain.scene import Character, HistoryMessage, Persona, Scene
from tavernai.prompting.domain.tokenizers import CALIBRATED
from tavernai.prompting.domain.world_info.entries import LoreBook, Worlds, book_from
from tavernai.prompting.domain.world_info.scan import ScanInput, Tools, scan
from tavernai.prompting.domain.world_info.settings import ScanSettings
from tavernai.prompting.domain.world_info.world import World

ENTRIES = 5_000
SCAN_TOKENS = 20_000
CONTEXT_TOKENS = 32_768
CHANCE = random.Random(7)
WORDS = ["".join(CHANCE.choices(string.ascii_lowercase, k=CHANCE.randint(4, 12))) for _ in range(12_000)]


def entries(count: int, **fixed: Any) -> LoreBook:
    told = {
        str(n): {"uid": n, "key": CHANCE.sample(WORDS, CHANCE.randint(1, 3)), "content": f"Fact {n}. " * 4, **fixed}
        for n in range(count)
    }
    return book_from("lore", {"entries": told})


def said(words: int) -> str:
    return " ".join(CHANCE.choices(WORDS[:1_000], k=words))


def scans(*, is_recursive: bool, rounds: int) -> list[float]:
    book = entries(ENTRIES)
    gc.collect()
    gc.freeze()  # as the server does with what start-up and the books made
    gc.set_threshold(*GC_THRESHOLDS)
    lines = [f"Mira: {said(60)}" for _ in range(SCAN_TOKENS // 130)]
    settings = ScanSettings(depth=1_000, is_recursive=is_recursive, budget_percent=100)
    tools = Tools(lambda text: text, CALIBRATED.text, random.Random(1), time.monotonic)
    spent = []
    for _ in range(rounds):
        lines = [f"Ari: {said(60)}", *lines[:-1]]
        given = ScanInput(Worlds(everywhere=[book]), settings, lines, len(lines), budget_tokens=CONTEXT_TOKENS)
        begun = time.thread_time()
        found = scan(given, tools)
        spent.append((time.thread_time() - begun) * 1000)
        assert found.woken
    return spent


def prompts(*, rounds: int) -> list[float]:
    world = World(Worlds(everywhere=[entries(100, constant=True)]), ScanSettings(budget_percent=100))
    kept = history_wanted(CONTEXT_TOKENS)
    history = [
        HistoryMessage(str(n), "user" if n % 2 else "assistant", "Ari", said(40)) for n in range(min(kept, 10_000))
    ]
    scene = Scene(
        Character("Mira", {"data": {"description": "A keeper. " * 50}}), Persona("Ari"), history,
        context_tokens=CONTEXT_TOKENS, world=world, history_before=10_000 - len(history),
    )  # fmt: skip
    spent = []
    for turn in range(rounds):
        newest = HistoryMessage(f"new-{turn}", "user", "Ari", said(20))
        now = replace(scene, history=[*history[1:], newest])
        begun = time.thread_time()
        prompt = assemble(now, clock=lambda: 0, random=random.Random(turn), tokenizer=CALIBRATED)
        spent.append((time.thread_time() - begun) * 1000)
        assert prompt.scan is not None
        assert len(prompt.scan.woken) == 100
    return spent


def told(spent: list[float]) -> dict[str, float]:
    return {"ms_median": round(statistics.median(spent), 2), "ms_p95": round(statistics.quantiles(spent, n=20)[18], 2)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=100)
    wanted = parser.parse_args()
    result = {
        **machine(),
        "command": f"python benchmarks/world_info.py --rounds {wanted.rounds}",
        "scan_5000_entries": told(scans(is_recursive=False, rounds=wanted.rounds)),
        "scan_5000_entries_recursive": told(scans(is_recursive=True, rounds=wanted.rounds)),
        "prompt_10000_messages_100_entries": told(prompts(rounds=wanted.rounds)),
    }
    save("world_info", result)


if __name__ == "__main__":
    main()

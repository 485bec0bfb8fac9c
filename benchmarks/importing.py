"""Moving in: how many cards a second a whole folder imports, thumbnails included, and how much memory it takes.

    python benchmarks/importing.py [--cards 5000] [--few 1000] [--lines 20000]

Workload: a SillyTavern folder of that many PNG cards, no two alike, and one chat of that many lines, on this disk. A
picture is 400 × 600 pixels: soft coloured clouds under a fine grain, as painted portraits have it, which makes files of
about 460 KB; its card adds about 2.5 KB. The service looks at the folder, imports it and undoes it, as the page would
ask it to, in a process of its own; then once more with a fifth of the cards. Peak memory is that process's highest
resident size: a flat one is the same for both. CPU is what the process and its children used, user and system: on a
machine with two free cores a card cannot come in faster than half of that. SQLite.
Not measured: PostgreSQL, a zip instead of a folder, a cold disk, a page that watches.
"""

import argparse
import asyncio
import io
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from pathlib import Path
from typing import Any

from _measured import machine, save
from PIL import Image, ImageChops

from tavernai.accounts.service import AccountsService
from tavernai.bootstrap import open_services
from tavernai.characters.domain import png
from tavernai.interop.importing.service import ImportsService
from tavernai.kernel.facts import By
from tavernai.settings import Settings

WIDTH, HEIGHT = 400, 600
CLOUDS = (8, 12)
GRAIN = 6
"""Standard deviation of the grain, of 255: files as large as those of painted portraits."""
ASK_SECONDS = 0.2
RUN_SECONDS_MAX = 3_600


@cache
def grain() -> Image.Image:
    """One large sheet, from which every picture takes three pieces of its own."""
    return Image.effect_noise((WIDTH * 4, HEIGHT * 4), GRAIN)


def picture(dice: random.Random) -> bytes:
    """A picture nobody else has."""
    dots = Image.frombytes("RGB", CLOUDS, dice.randbytes(CLOUDS[0] * CLOUDS[1] * 3))
    places = [(dice.randrange(WIDTH * 3), dice.randrange(HEIGHT * 3)) for _ in range(3)]
    pieces = [grain().crop((left, top, left + WIDTH, top + HEIGHT)) for left, top in places]
    clouds = dots.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)
    out = io.BytesIO()
    ImageChops.add(clouds, Image.merge("RGB", pieces), offset=-128).save(out, "PNG", compress_type=3)
    return out.getvalue()


def words(dice: random.Random, count: int) -> str:
    return " ".join(f"w{dice.randrange(4_000)}" for _ in range(count))


def lay_out_card(folder: Path, number: int) -> int:
    """One card; its bytes."""
    dice = random.Random(number)
    data = {
        "name": f"Card {number}",
        "description": words(dice, 350),
        "first_mes": "Well?",
        "tags": [f"t{number % 80}"],
    }
    told = json.dumps({"spec": "chara_card_v2", "spec_version": "2.0", "data": data}).encode()
    return (folder / f"Card {number}.png").write_bytes(png.with_cards(picture(dice), {"chara": told}))


def lay_out(folder: Path, *, cards: int, lines: int) -> int:
    """The folder; its cards' bytes."""
    (folder / "characters").mkdir(parents=True)
    (folder / "chats" / "Card 0").mkdir(parents=True)
    with ProcessPoolExecutor() as pool:
        total = sum(pool.map(partial(lay_out_card, folder / "characters"), range(cards), chunksize=50))
    dice = random.Random(5)
    with (folder / "chats" / "Card 0" / "Long.jsonl").open("w", encoding="utf-8") as file:
        file.write(json.dumps({"chat_metadata": {}}))
        for number in range(lines):
            told = {"name": "Card 0", "is_user": number % 2 == 1, "mes": words(dice, 60)}
            file.write("\n" + json.dumps(told))
    return total


def with_fewer(folder: Path, target: Path, *, cards: int) -> None:
    """The same folder with the first of its cards: links, no copies."""
    for place in (Path("chats/Card 0/Long.jsonl"), *(Path(f"characters/Card {number}.png") for number in range(cards))):
        (target / place).parent.mkdir(parents=True, exist_ok=True)
        os.link(folder / place, target / place)


async def measured(folder: Path, data: Path) -> dict[str, Any]:
    async with open_services(Settings(data_dir=data, log_level="error")) as services:
        user = await services[AccountsService].add("bench", "correct horse", role="owner", by=By("cli", "owner"))
        imports = services[ImportsService]
        before, began = peak_mib(), now()
        import_id = await imports.open_path(user.id, str(folder))
        found = await reached(imports, user.id, import_id, "ready")
        looked, cards = now(), found["counts"]["kinds"]["character"]["new"]
        await imports.start(user.id, import_id)
        cards_at = await cards_done(imports, user.id, import_id, cards)
        await reached(imports, user.id, import_id, "done")
        done, after = now(), peak_mib()
        undone = await imports.undo(user.id, import_id)
        return {
            "cards": cards, "cards_per_second": cards / (cards_at[0] - looked[0]),
            "cards_per_second_with_the_look": cards / (cards_at[0] - began[0]),
            "cpu_ms_per_card": (cards_at[1] - looked[1]) * 1_000 / cards,
            "cpu_ms_per_card_of_the_look": (looked[1] - began[1]) * 1_000 / cards,
            "look_seconds": looked[0] - began[0], "cards_seconds": cards_at[0] - looked[0],
            "whole_seconds": done[0] - looked[0], "undo_seconds": now()[0] - done[0], "undone": undone.trashed,
            "peak_mib_before": before, "peak_mib": after,
        }  # fmt: skip


def now() -> tuple[float, float]:
    """Seconds by the clock, and seconds of CPU of this process and its children that ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return time.perf_counter(), sum(one.ru_utime + one.ru_stime for one in used)


async def cards_done(imports: ImportsService, user_id: str, import_id: str, cards: int) -> tuple[float, float]:
    while True:
        row = await imports.get(user_id, import_id)
        if row["counts"]["outcomes"].get("imported", 0) >= cards or row["status"] in ("done", "failed"):
            return now()
        await asyncio.sleep(ASK_SECONDS)


async def reached(imports: ImportsService, user_id: str, import_id: str, status: str) -> dict[str, Any]:
    while True:
        row = dict(await imports.get(user_id, import_id))
        if row["status"] in (status, "failed"):
            return row
        await asyncio.sleep(ASK_SECONDS)


def peak_mib() -> float:
    """The highest resident size so far; of children, that of the largest."""
    sizes = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(sizes) / 1024


def in_its_own_process(folder: Path, data: Path) -> dict[str, Any]:
    words = [sys.executable, __file__, "--measure", str(folder), str(data)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=RUN_SECONDS_MAX, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    told: dict[str, Any] = json.loads(done.stdout)
    return {name: round(value, 1) for name, value in told.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--cards", type=int, default=5_000)
    parser.add_argument("--few", type=int, default=1_000)
    parser.add_argument("--lines", type=int, default=20_000)
    parser.add_argument("--no-keep", action="store_true", help="do not write benchmarks/results")
    parser.add_argument("--measure", nargs=2, type=Path, metavar=("FOLDER", "DATA"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        print(json.dumps(asyncio.run(measured(*asked.measure))))
        return
    with tempfile.TemporaryDirectory(prefix="tavernai-bench-") as place:
        where = Path(place)
        total = lay_out(where / "all", cards=asked.cards, lines=asked.lines)
        with_fewer(where / "all", where / "few", cards=asked.few)
        told = {
            "card_kib": round(total / asked.cards / 1024), "lines": asked.lines, **machine(),
            "all": in_its_own_process(where / "all", where / "data-all"),
            "few": in_its_own_process(where / "few", where / "data-few"),
        }  # fmt: skip
    save("importing", told, keep=not asked.no_keep)


if __name__ == "__main__":
    main()

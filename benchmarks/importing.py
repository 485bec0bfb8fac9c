"""Moving in: how many cards a second a whole folder imports, thumbnails included, and how much memory it takes.

    python benchmarks/importing.py [--cards 5000] [--lines 20000]

Workload: a SillyTavern folder of that many PNG cards made with Pillow (pictures of 400 × 600, about 300 KB, five
different ones; each card about 2.5 KB and unlike the others) and one chat of that many lines, on this disk. The service
looks at it, imports it and undoes it, as the page would ask it to, in this process. Peak memory is the process's own
highest resident size, told before the import and after it: a flat one barely grows with the number of cards.
SQLite. Not measured: PostgreSQL, a zip instead of a folder, a cold disk, a page that watches.
"""

import argparse
import asyncio
import io
import json
import random
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

from _measured import machine, save
from PIL import Image

from tavernai.accounts.service import AccountsService
from tavernai.bootstrap import open_services
from tavernai.characters.domain import png
from tavernai.interop.importing.service import ImportsService
from tavernai.kernel.facts import By
from tavernai.settings import Settings

PICTURES = 5
ASK_SECONDS = 0.05


def pictures() -> list[bytes]:
    """Portraits with enough grain that they compress as photographs do."""
    made = []
    for number in range(PICTURES):
        noise = Image.effect_noise((400, 600), 40 + number).convert("L")
        shade = Image.linear_gradient("L").resize((400, 600))
        picture = Image.merge("RGB", (noise, noise.rotate(180), shade))
        out = io.BytesIO()
        picture.save(out, "PNG")
        made.append(out.getvalue())
    return made


def lay_out(folder: Path, *, cards: int, lines: int) -> int:
    """The folder; its bytes."""
    dice, faces, total = random.Random(5), pictures(), 0
    (folder / "characters").mkdir(parents=True)
    (folder / "chats" / "Card 0").mkdir(parents=True)
    for number in range(cards):
        words = " ".join(f"w{dice.randrange(4_000)}" for _ in range(350))
        data = {"name": f"Card {number}", "description": words, "first_mes": "Well?", "tags": [f"t{number % 80}"]}
        told = json.dumps({"spec": "chara_card_v2", "spec_version": "2.0", "data": data}).encode()
        made = png.with_cards(faces[number % PICTURES], {"chara": told})
        (folder / "characters" / f"Card {number}.png").write_bytes(made)
        total += len(made)
    with (folder / "chats" / "Card 0" / "Long.jsonl").open("w", encoding="utf-8") as file:
        file.write(json.dumps({"chat_metadata": {}}))
        for number in range(lines):
            text = " ".join(f"w{dice.randrange(4_000)}" for _ in range(60))
            file.write("\n" + json.dumps({"name": "Card 0", "is_user": number % 2 == 1, "mes": text}))
    return total


async def measured(folder: Path, data: Path) -> dict[str, Any]:
    async with open_services(Settings(data_dir=data, log_level="error")) as services:
        user = await services[AccountsService].add("bench", "correct horse", role="owner", by=By("cli", "owner"))
        imports = services[ImportsService]
        before, began = peak_mib(), time.perf_counter()
        import_id = await imports.open_path(user.id, str(folder))
        found = await reached(imports, user.id, import_id, "ready")
        looked = time.perf_counter()
        await imports.start(user.id, import_id)
        cards_at = await cards_done(imports, user.id, import_id, found["counts"]["kinds"]["character"]["new"])
        await reached(imports, user.id, import_id, "done")
        done, after = time.perf_counter(), peak_mib()
        undone = await imports.undo(user.id, import_id)
        return {
            "look_seconds": looked - began, "cards_seconds": cards_at - looked, "whole_seconds": done - looked,
            "undo_seconds": time.perf_counter() - done, "undone": undone.trashed,
            "peak_mib_before": before, "peak_mib_after": after,
        }  # fmt: skip


async def cards_done(imports: ImportsService, user_id: str, import_id: str, cards: int) -> float:
    while True:
        row = await imports.get(user_id, import_id)
        if row["counts"]["outcomes"].get("imported", 0) >= cards or row["status"] in ("done", "failed"):
            return time.perf_counter()
        await asyncio.sleep(ASK_SECONDS)


async def reached(imports: ImportsService, user_id: str, import_id: str, status: str) -> dict[str, Any]:
    while True:
        row = dict(await imports.get(user_id, import_id))
        if row["status"] in (status, "failed"):
            return row
        await asyncio.sleep(ASK_SECONDS)


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--cards", type=int, default=5_000)
    parser.add_argument("--lines", type=int, default=20_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "tavern"
        total = lay_out(folder, cards=asked.cards, lines=asked.lines)
        told = asyncio.run(measured(folder, Path(place) / "data"))
    told |= {"cards": asked.cards, "lines": asked.lines, "card_mib": total / 2**20}
    told["cards_per_second"] = asked.cards / told["cards_seconds"]
    for name, value in told.items():
        print(f"{name:>20}  {value:,.1f}")
    save("importing", {"machine": machine(), **told})


if __name__ == "__main__":
    main()

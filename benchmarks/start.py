"""Start and rest: from the command to the first answer, and the memory of a server that nobody uses.

    python benchmarks/start.py [--rounds 5] [--characters 1000] [--idle-seconds 60]

Workload: `tavernai serve` on a data folder that exists, the clock running from the process's start until /health
answers; then a server with 1,000 characters, its resident memory after a minute of rest.
"""

import argparse
import asyncio
import time
from typing import Any

import aiohttp
import psutil
from _measured import machine, product, save, spread


async def fill(server: Any, characters: int) -> None:
    """Characters made through the API."""
    headers = {"Authorization": f"Bearer {server.key}"}
    async with aiohttp.ClientSession(server.url, headers=headers) as session:
        for number in range(characters):
            card = {"name": f"Keeper {number}", "description": "Keeps a lamp. " * 40, "first_mes": "Good evening."}
            async with session.post("/api/characters", json={"card": card}) as answer:
                assert answer.status == 201, await answer.text()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--characters", type=int, default=1000)
    parser.add_argument("--idle-seconds", type=float, default=60)
    wanted = parser.parse_args()
    about, starts = machine(), []
    with product() as server:
        asyncio.run(fill(server, wanted.characters))
        for _ in range(wanted.rounds):
            server.stop()
            since = time.perf_counter()
            server.start()
            starts.append(time.perf_counter() - since)
        time.sleep(wanted.idle_seconds)
        rss = psutil.Process(server.pid).memory_info().rss / 1e6
    save(
        "start",
        {
            **about,
            "command": f"python benchmarks/start.py --rounds {wanted.rounds} --characters {wanted.characters}",
            "start_to_first_answer_s": spread(starts),
            "idle_rss_mb": round(rss, 1),
            "characters": wanted.characters,
        },
    )


if __name__ == "__main__":
    main()

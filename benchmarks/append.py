"""Append: how long a posted message takes to be acknowledged, and what it writes, alone and in a crowd.

    python benchmarks/append.py [--messages 300] [--crowd 1000] [--rounds 3]

Workload: messages of 200 characters posted to POST /v1/agent/messages over one kept-alive line, one after the other,
each into the same conversation whose replies come from the offline demo; then `crowd` messages at once over 100 lines.
The answer leaves after COMMIT (SQLite, WAL, synchronous=FULL), so its time is the acknowledgement's.
Not measured: TLS, networks.
"""

import argparse
import asyncio
import time
from typing import Any

import aiohttp
from _measured import machine, must, product, save, spread

TEXT = "A keeper of lamps counts the ships by their lights and never by their names. " * 3


async def alone(server: Any, messages: int) -> list[float]:
    """Milliseconds from request to acknowledgement, one message at a time, each in a conversation of its own."""
    times = []
    async with aiohttp.ClientSession(server.url, headers={"Authorization": f"Bearer {server.key}"}) as session:
        for number in range(messages):
            since = time.perf_counter()
            async with session.post("/v1/agent/messages", json={"content": f"{number} {TEXT}"}) as answer:
                assert answer.status == 202, await answer.text()
                await answer.read()
            times.append((time.perf_counter() - since) * 1000)
            await asyncio.sleep(0.02)
    return times


async def crowd(server: Any, messages: int) -> tuple[float, list[float]]:
    """Seconds for all, and the milliseconds of each."""
    connector = aiohttp.TCPConnector(limit=100)
    headers = {"Authorization": f"Bearer {server.key}"}
    async with aiohttp.ClientSession(server.url, headers=headers, connector=connector) as session:

        async def one(number: int) -> float:
            since = time.perf_counter()
            async with session.post("/v1/agent/messages", json={"content": f"{number} {TEXT}"}) as answer:
                assert answer.status == 202, await answer.text()
                await answer.read()
            return (time.perf_counter() - since) * 1000

        since = time.perf_counter()
        times = await asyncio.gather(*map(one, range(messages)))
        return time.perf_counter() - since, list(times)


def p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=300)
    parser.add_argument("--crowd", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    wanted = parser.parse_args()
    single, many, rates = [], [], []
    about = machine()
    for _ in range(wanted.rounds):
        with product() as server:
            must("connection", "connection", "add", "demo", "--kind", "demo", "--default", data=server.data)
            single.append(p95(asyncio.run(alone(server, wanted.messages))))
        with product() as server:  # no connection: what is measured is the posting, not a thousand demo replies
            seconds, times = asyncio.run(crowd(server, wanted.crowd))
            many.append(p95(times))
            rates.append(wanted.crowd / seconds)
    save(
        "append",
        {
            **about,
            "command": f"python benchmarks/append.py --messages {wanted.messages} --crowd {wanted.crowd}",
            "acknowledged_alone_ms_p95": spread(single),
            "acknowledged_in_crowd_ms_p95": spread(many),
            "posts_per_s_in_crowd": spread(rates),
        },
    )


if __name__ == "__main__":
    main()

"""Core: whole answers a second at 16 connections, and what one streamed token costs it.

    python benchmarks/gateway.py [--seconds 4] [--rounds 5] [--tools ../shared/tools]

Workload: the one other gateways were measured with: POST /v1/chat/completions, 20 words, not streamed, the model's
server answering at once on the same machine (mock_upstream.py), load from http_load.py, each a process of its own.
The mock alone, nothing between, is measured in the same run; it is the floor, and the ratio travels better than the
numbers. Tokens: Core's own CPU while it relays streams of 200 tokens.
Not measured: TLS, name look-ups, keys in a database, networks.
"""

import argparse
import asyncio
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import psutil

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tests.support.processes import Program, environment  # noqa: E402

BAR_PER_SECOND = 1000
CONNECTIONS = 16
STREAMS = 16
TOKENS = 200
WHOLE = {"model": "house", "messages": [{"role": "user", "content": "[[mock n=20 tps=0]] {n}"}]}


@contextmanager
def running(*words: str | Path, log: Path) -> Iterator[Program]:
    program = Program(sys.executable, *words, log=log, health="/v1/models", env=environment()).start()
    try:
        yield program
    finally:
        program.stop()


def load(tool: Path, url: str, seconds: float) -> dict[str, Any]:
    """One round of http_load.py."""
    words = [sys.executable, str(tool), "--url", f"{url}/v1/chat/completions", "--connections", str(CONNECTIONS)]
    words += ["--seconds", str(seconds), "--body", json.dumps(WHOLE)]
    done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=seconds + 60)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


async def stream_cost(url: str, pid: int) -> float:
    """Microseconds of Core's CPU for one streamed token."""
    core = psutil.Process(pid)
    body = {"model": "house", "stream": True, "messages": [{"role": "user", "content": f"[[mock n={TOKENS} tps=200]]"}]}

    async def one(session: aiohttp.ClientSession) -> None:
        async with session.post(f"{url}/v1/chat/completions", json=body) as answer:
            await answer.read()

    async with aiohttp.ClientSession() as session:
        before = sum(core.cpu_times()[:2])
        await asyncio.gather(*(one(session) for _ in range(STREAMS)))
        return (sum(core.cpu_times()[:2]) - before) / (STREAMS * TOKENS) * 1e6


def spread(values: list[float]) -> dict[str, float]:
    return {"median": round(statistics.median(values), 1), "least": min(values), "most": max(values)}


def measured(tools: Path, *, seconds: float, rounds: int, logs: Path) -> dict[str, Any]:
    mock = (tools / "mock_upstream.py", "--tps", "0", "--timestamps", "0")
    with running(*mock, log=logs / "mock.log") as upstream:
        core = ("-m", "tests.contract.gateway.core_program", "--upstream", upstream.url)
        with running(*core, log=logs / "core.log") as program:
            load(tools / "http_load.py", program.url, 1)
            through = [load(tools / "http_load.py", program.url, seconds) for _ in range(rounds)]
            floor = [load(tools / "http_load.py", upstream.url, seconds) for _ in range(2)]
            costs = [asyncio.run(stream_cost(program.url, program.pid)) for _ in range(rounds)]
    assert all(one["ok"] == one["requests"] for one in through), "an answer failed"
    return {
        "answers_per_second": spread([one["requests_per_s"] for one in through]),
        "latency_ms_p95": spread([one["latency_ms"]["p95"] for one in through]),
        "mock_alone_per_second": spread([one["requests_per_s"] for one in floor]),
        "streamed_token_cpu_us": spread([round(cost, 1) for cost in costs]),
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seconds", type=float, default=4)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--tools", type=Path, default=ROOT.parent / "shared" / "tools")
    asked = options.parse_args()
    results = ROOT / "benchmarks" / "results"
    results.mkdir(exist_ok=True)
    logs = Path(os.environ.get("TMPDIR", "/tmp"))
    found = measured(asked.tools, seconds=asked.seconds, rounds=asked.rounds, logs=logs)
    report = {
        "what": "Core: whole answers a second at 16 connections",
        "bar": {"answers_per_second": BAR_PER_SECOND},
        "at": time.strftime("%Y-%m-%d"),
        "machine": f"{os.cpu_count()} cores, {platform.platform()}, Python {platform.python_version()}",
        "load_before": round(os.getloadavg()[0], 2),
        "command": "python benchmarks/gateway.py " + " ".join(sys.argv[1:]),
        **found,
    }
    (results / "gateway.json").write_text(json.dumps(report, indent=2) + "\n")
    print(json.dumps(report, indent=2))
    sys.exit(0 if found["answers_per_second"]["median"] >= BAR_PER_SECOND else 1)


if __name__ == "__main__":
    main()

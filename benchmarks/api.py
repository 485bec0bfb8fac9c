"""A thousand people at once: how long the API's answers take while 1,000 lines ask 200 times a second in all.

    python benchmarks/api.py [--connections 1000] [--rate 200] [--seconds 20] [--save]

Workload: a conversation of 2,000 messages, 1,000 characters, 200 conversations. One http_load.py for each route, all
at once, kept-alive lines: 50 % the newest page of messages, 20 % the list of conversations, 10 % the list of
characters, 5 % a search, 15 % posts, each answered by a reply of 20 tokens that the stand-in model says at 20 a second
and that is recorded as always (a post's time ends with its acknowledgement). Latency counts from when a request was
due. The mean is over all requests; `p95_ms_at_most` is the greatest of the routes' P95, which the P95 of all cannot
exceed. Not measured: TLS, networks, a browser.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any

import aiohttp
from _measured import TOOLS, Server, connect, machine, model, product, save

from tests.support import history

MESSAGES = 2_000
CHARACTERS = 1_000
CONVERSATIONS = 200
BARS = {"p95_ms_at_most": 200, "mean_ms": 150}


@dataclass(frozen=True)
class Share:
    """A route and its part of the load."""

    name: str
    part: float
    path: str
    body: str | None = None


def shares(conversation_id: str) -> list[Share]:
    return [
        Share("messages", 0.50, f"/api/conversations/{conversation_id}/messages"),
        Share("conversations", 0.20, "/api/conversations"),
        Share("characters", 0.10, "/api/characters"),
        Share("search", 0.05, "/api/search?q=lantern"),
        Share("posts", 0.15, "/v1/agent/messages", json.dumps({"content": "Good evening, {n}. [[mock n=20 tps=20]]"})),
    ]


async def furnish(server: Server) -> None:
    """Characters and conversations, made through the API."""
    async with aiohttp.ClientSession(server.url, headers={"Authorization": f"Bearer {server.key}"}) as line:

        async def post(path: str, body: Any) -> Any:
            async with line.post(path, json=body) as answer:
                assert answer.status in (201, 202), await answer.text()
                return await answer.json()

        cards = [{"name": f"Keeper {number}", "description": "Keeps a lamp. " * 40} for number in range(CHARACTERS)]
        made = [await post("/api/characters", {"card": card}) for card in cards]
        for one in made[:CONVERSATIONS]:
            await post("/api/conversations", {"character_id": one["id"]})


def begun(server: Server, share: Share, *, connections: int, rate: float, seconds: float) -> "subprocess.Popen[str]":
    lines = max(1, round(connections * share.part))
    words = ["--url", server.url + share.path, "--connections", str(lines), "--rate", str(rate * share.part)]
    words += ["--seconds", str(seconds), "--header", f"Authorization: Bearer {server.key}"]
    if share.body is not None:
        words += ["--method", "POST", "--header", "Content-Type: application/json", "--body", share.body]
    command = [sys.executable, str(TOOLS / "http_load.py"), *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def heard(share: Share, program: "subprocess.Popen[str]", limit: float) -> dict[str, Any]:
    said, trouble = program.communicate(timeout=limit)
    if not said.strip():
        raise SystemExit(f"{share.name}: {trouble}")
    found: dict[str, Any] = json.loads(said)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--connections", type=int, default=1_000)
    parser.add_argument("--rate", type=float, default=200)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--save", action="store_true", help="keep the result under benchmarks/results")
    wanted = parser.parse_args()
    about = machine()
    with model("--tps", "20", "--tokens", "20") as upstream, product() as server:
        server.stop()
        conversation_id = history.fill(server.data, MESSAGES, until_ms=int(time.time() * 1000))
        server.start()
        connect(server, upstream)
        asyncio.run(furnish(server))
        load = {"connections": wanted.connections, "rate": wanted.rate, "seconds": wanted.seconds}
        running = [(share, begun(server, share, **load)) for share in shares(conversation_id)]
        found = {share.name: heard(share, program, wanted.seconds + 60) for share, program in running}
    command = f"python benchmarks/api.py --connections {wanted.connections} --rate {wanted.rate:g}"
    save("api", {**about, "command": command, "bars": BARS, **summary(found)}, keep=wanted.save)


def summary(found: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """All routes together, and each."""
    answers = sum(one["requests"] for one in found.values())
    return {
        "answers": answers,
        "failures": sum(one["requests"] - one["ok"] for one in found.values()),
        "mean_ms": round(
            sum(one["latency_ms"]["mean"] * one["requests"] for one in found.values()) / max(1, answers), 2
        ),
        "p95_ms_at_most": max(one["latency_ms"]["p95"] for one in found.values()),
        "routes": found,
    }


if __name__ == "__main__":
    main()

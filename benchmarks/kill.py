"""Kill: pull the plug at random moments under load; every acknowledged message is there once, with exactly one reply.

    python benchmarks/kill.py [--kills 50] [--dry] [--chats 8] [--seed 1]

Workload: `chats` conversations post to POST /v1/agent/messages as fast as they are acknowledged, replies of 8 tokens
stream at 200 a second from a stand-in model. At a random moment the server gets SIGKILL and is started again on the
same data. Then each acknowledged message has to be on its branch, once, with one reply node of one variant below it,
and its task has to come to an end. At the end `tavernai ledger verify` walks every link.
The promise is 200 kills: python benchmarks/kill.py --kills 200, about half an hour.
Not measured: loss of power below the file system (the process is killed, the machine stays up).
"""

import argparse
import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from _measured import Server, connect, machine, model, product, save

from tests.support.processes import run_tavernai

ENDED = ("completed", "failed", "cancelled")
PAGE = 200
TASK_SECONDS_MAX = 90.0


@dataclass
class Found:
    """What the kills did."""

    acknowledged: int = 0
    lost: int = 0
    doubled: int = 0
    unended: int = 0
    start_seconds: list[float] = field(default_factory=list)


def session(server: Server) -> aiohttp.ClientSession:
    limit = aiohttp.ClientTimeout(total=60)
    return aiohttp.ClientSession(server.url, headers={"Authorization": f"Bearer {server.key}"}, timeout=limit)


async def load(server: Server, *, chats: int, seconds: float, kill: int) -> list[dict[str, Any]]:
    """Post until the plug is pulled; the answers that arrived."""
    posted: list[dict[str, Any]] = []
    async with session(server) as line:

        async def chat(number: int) -> None:
            where: dict[str, str] = {}
            for turn in range(150):
                words = f"k{kill} c{number} t{turn} [[mock tps=200 n=8]]"
                async with line.post("/v1/agent/messages", json={"content": words, **where}) as answer:
                    told = await answer.json()
                    assert answer.status == 202, told
                posted.append(told | {"words": words})
                where = {"conversation_id": told["conversation_id"]}

        running = [asyncio.create_task(chat(number)) for number in range(chats)]
        await asyncio.sleep(seconds)
        server.kill()
        for ended in await asyncio.gather(*running, return_exceptions=True):
            if ended is not None and not isinstance(ended, aiohttp.ClientError | OSError):
                raise ended
    return posted


async def check(server: Server, posted: list[dict[str, Any]], found: Found) -> None:
    """Look for every acknowledged message, and wait until its task has ended."""
    async with session(server) as line:
        for conversation_id in {one["conversation_id"] for one in posted}:
            messages = await branch(line, conversation_id)
            mine = [one for one in posted if one["conversation_id"] == conversation_id]
            count(messages, mine, found)
        end = time.monotonic() + TASK_SECONDS_MAX
        for one in posted:
            found.unended += not await ended(line, one["task_id"], end=end)
    found.acknowledged += len(posted)


async def branch(line: aiohttp.ClientSession, conversation_id: str) -> list[dict[str, Any]]:
    """Every message of the active branch."""
    messages: list[dict[str, Any]] = []
    params = {"limit": str(PAGE)}
    while True:
        async with line.get(f"/api/conversations/{conversation_id}/messages", params=params) as answer:
            page = await answer.json()
            assert answer.status == 200, page
        messages = page["items"] + messages
        if not page["next_cursor"]:
            return messages
        params["before"] = page["items"][0]["id"]


def count(messages: list[dict[str, Any]], posted: list[dict[str, Any]], found: Found) -> None:
    """Lost: the message or its reply node is not there as acknowledged. Doubled: there is more than one of either."""
    by_id = {message["id"]: message for message in messages}
    said = Counter(message["text"] for message in messages if message["role"] == "user")
    replies = Counter(message["parent_id"] for message in messages if message["role"] == "character")
    for one in posted:
        reply = by_id.get(one["reply_message_id"])
        whole = one["message_id"] in by_id and reply is not None and reply["parent_id"] == one["message_id"]
        found.lost += not whole
        once = said[one["words"]] <= 1 and replies[one["message_id"]] <= 1
        found.doubled += not (once and (reply is None or reply["variant"]["count"] == 1))


async def ended(line: aiohttp.ClientSession, task_id: str, *, end: float) -> bool:
    while time.monotonic() < end:
        async with line.get(f"/v1/agent/tasks/{task_id}") as answer:
            if answer.status == 200 and (await answer.json())["status"] in ENDED:
                return True
        await asyncio.sleep(0.1)
    return False


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--chats", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--dry", action="store_true", help="print the result without keeping it")
    wanted = parser.parse_args()
    dice, found, about = random.Random(wanted.seed), Found(), machine()
    with model("--tps", "200", "--tokens", "8") as stand_in, product() as server:
        connect(server, stand_in)
        for kill in range(wanted.kills):
            seconds = dice.uniform(0.05, 2.0)
            posted = asyncio.run(load(server, chats=wanted.chats, seconds=seconds, kill=kill))
            since = time.monotonic()
            server.start()
            found.start_seconds.append(time.monotonic() - since)
            asyncio.run(check(server, posted, found))
        server.stop()
        verdict = run_tavernai("ledger", "verify", data=server.data)
    result = {
        **about,
        "command": f"python benchmarks/kill.py --kills {wanted.kills} --chats {wanted.chats} --seed {wanted.seed}",
        "kills": wanted.kills,
        "acknowledged": found.acknowledged,
        "lost": found.lost,
        "doubled": found.doubled,
        "tasks_without_an_end": found.unended,
        "restart_seconds_most": round(max(found.start_seconds), 2),
        "verify_ok": verdict.returncode == 0,
    }
    save("kill", result, keep=not wanted.dry)
    if found.lost or found.doubled or found.unended or verdict.returncode:
        raise SystemExit("a promise was broken")


if __name__ == "__main__":
    main()

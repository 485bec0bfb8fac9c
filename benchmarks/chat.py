"""A long chat: what one more message costs it, and how soon its first screen is there, at the server.

    python benchmarks/chat.py [--messages 10000] [--appends 200] [--rounds 1] [--save]

Workload: a conversation of `messages` texts from a line to several paragraphs, written as facts before the server
starts. Then, over one kept-alive line: `appends` messages of 230 characters posted one after the other without a reply
(the answer leaves after COMMIT), and the newest 50 messages read as often. Bytes are those of the write-ahead log, in
this process, with nothing else writing: of one message alone, and of 50 that wait together; PostgreSQL's by its own
count. What SillyTavern 1.12 does there: 73.5 ms and 7.25 MB a message, 66 ms to open the chat (same class of machine).
Not measured: TLS, networks, the search index (it follows a moment later), a reply.
"""

import argparse
import asyncio
import contextlib
import sqlite3
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from _measured import Server, machine, product, save, spread
from sqlalchemy import select, text

from tavernai import settings as settings_room
from tavernai.accounts.tables import users
from tavernai.agent.service import AgentService, Order
from tavernai.bootstrap import open_services
from tavernai.process import Services
from tests.support import history
from tests.support.postgres import running_postgres
from tests.support.requirements import postgres_binaries
from tests.support.servers import prepare

TEXT = "A keeper of lamps counts the ships by their lights and never by their names. " * 3
CROWD = 50
BARS = {"append_ms_p95": 4, "first_screen_ms_median": 15, "wal_bytes_alone": 96 * 1024, "wal_bytes_of_50": 12 * 1024}
Bytes = Callable[[], Awaitable[int]]


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


async def timed(line: aiohttp.ClientSession, method: str, path: str, **sent: Any) -> float:
    """Milliseconds from asking until the answer is read."""
    since = time.perf_counter()
    async with line.request(method, path, **sent) as answer:
        assert answer.status in (200, 202), await answer.text()
        await answer.read()
    return (time.perf_counter() - since) * 1000


async def over_http(server: Server, conversation_id: str, *, appends: int) -> dict[str, float]:
    body = {"content": TEXT, "conversation_id": conversation_id, "reply": False}
    screen = f"/api/conversations/{conversation_id}/messages"
    async with aiohttp.ClientSession(server.url, headers={"Authorization": f"Bearer {server.key}"}) as line:
        cold = await timed(line, "GET", screen)
        posts, screens = [], []
        for _ in range(appends):
            posts.append(await timed(line, "POST", "/v1/agent/messages", json=body))
            screens.append(await timed(line, "GET", screen))
    return {
        "append_ms_median": statistics.median(posts),
        "append_ms_p95": p95(posts),
        "first_screen_ms_cold": cold,
        "first_screen_ms_median": statistics.median(screens),
        "first_screen_ms_p95": p95(screens),
    }


@asynccontextmanager
async def opened(data: Path, **env: str) -> AsyncIterator[tuple[Services, str]]:
    """The services alone, nothing at work besides what is asked of them, and the owner's id."""
    async with open_services(settings_room.read({"TAVERNAI_DATA_DIR": str(data), **env})) as services:
        owner = await services.storage.read(lambda conn: conn.execute(select(users.c.id)).scalar_one())
        yield services, owner


async def log_bytes(services: Services, owner: str, conversation_id: str, grown: Bytes) -> tuple[float, float]:
    """Bytes of log a message: alone (median of 40), and together (median of 10 groups of 50)."""
    agent = services[AgentService]

    def post() -> Awaitable[Any]:
        return agent.post(owner, Order(content=TEXT, conversation_id=conversation_id, reply=False))

    alone, together = [], []
    for count, found in [(1, alone)] * 40 + [(CROWD, together)] * 10:
        await grown()
        await asyncio.gather(*(post() for _ in range(count)))
        found.append(await grown() / count)
    return statistics.median(alone), statistics.median(together)


async def sqlite_bytes(data: Path, conversation_id: str) -> tuple[float, float]:
    log = data / "edge.db-wal"
    async with opened(data) as (services, owner):

        async def grown() -> int:
            """Bytes since it was asked last; the log is emptied, so that it begins anew."""
            size = log.stat().st_size
            with contextlib.closing(sqlite3.connect(data / "edge.db")) as beside:
                beside.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return size

        return await log_bytes(services, owner, conversation_id, grown)


async def postgres_bytes(url: str, data: Path, messages: int) -> tuple[float, float]:
    prepare(data, DATABASE_URL=url)
    async with opened(data, DATABASE_URL=url) as (services, owner):
        conversation_id = await history.written(services, owner, messages, until_ms=int(time.time() * 1000))
        seen = 0

        async def grown() -> int:
            nonlocal seen
            now = int(await services.storage.read(lambda conn: conn.execute(text(LOG_END)).scalar_one()))
            seen, before = now, seen
            return now - before

        await log_bytes(services, owner, conversation_id, grown)  # the first change of a page is logged whole
        return await log_bytes(services, owner, conversation_id, grown)


LOG_END = "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')"


def on_sqlite(*, messages: int, appends: int) -> dict[str, float]:
    with product() as server:
        server.stop()
        conversation_id = history.fill(server.data, messages, until_ms=int(time.time() * 1000))
        server.start()
        found = asyncio.run(over_http(server, conversation_id, appends=appends))
        server.stop()
        alone, together = asyncio.run(sqlite_bytes(server.data, conversation_id))
    return found | {"wal_bytes_alone": alone, "wal_bytes_of_50": together}


def on_postgres(*, messages: int) -> dict[str, float]:
    binaries = postgres_binaries()
    if binaries is None:
        return {}
    with running_postgres(binaries) as cluster, cluster.database() as url, product() as server:
        alone, together = asyncio.run(postgres_bytes(url, server.data.parent / "pg", messages))
    return {"postgres_wal_bytes_alone": alone, "postgres_wal_bytes_of_50": together}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--appends", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--save", action="store_true", help="keep the result under benchmarks/results")
    wanted = parser.parse_args()
    about = machine()
    rounds = [on_sqlite(messages=wanted.messages, appends=wanted.appends) for _ in range(wanted.rounds)]
    rounds[0] |= on_postgres(messages=wanted.messages)
    result = {name: spread([one[name] for one in rounds if name in one]) for name in rounds[0]}
    command = f"python benchmarks/chat.py --messages {wanted.messages} --appends {wanted.appends}"
    save(
        "chat",
        {**about, "command": command, "bars": BARS | {"postgres_wal_bytes_of_50": 8 * 1024}, **result},
        keep=wanted.save,
    )


if __name__ == "__main__":
    main()

"""Search: how long a question over many messages takes, and what the index costs.

    python benchmarks/search.py [--messages 20000] [--rounds 60]

Workload: `messages` messages of one person in 20 conversations, three quarters English (about 90 words drawn by a
falling law from 6,000, as people's words are), one quarter Chinese (about 120 characters), written into the ledger
before the server starts. Then GET /api/search over one kept-alive line: first pages of 50 for words nobody wrote, for
a word in 12 messages, for words in most of them, for Chinese of one, two and four characters, for a phrase, an
unfinished word, a word everywhere narrowed to one conversation, and the tenth page of a word everywhere; then the
first question after a message was posted, which waits for the index.
SQLite. Not measured: PostgreSQL, a second person's searches at the same time, a cold disk.
"""

import argparse
import asyncio
import random
import time
from pathlib import Path
from typing import Any

import aiohttp
from _measured import machine, product, save

from tavernai.accounts.service import AccountsService
from tavernai.bootstrap import open_services
from tavernai.characters.service import CharacterService
from tavernai.chat import service as chat
from tavernai.chat.conversations import ChatService
from tavernai.kernel.facts import By
from tavernai.ledger.follower import Follower
from tavernai.process import Services
from tavernai.settings import Settings

CONVERSATIONS = 20
AT_ONCE = 250
SYLLABLES = ("ka", "mi", "ro", "te", "lu", "sha", "ven", "dor", "pil", "gan", "ost", "wy")
HANZI = "的一是不了在人有我他这中大来上个国到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多"


def vocabulary(dice: random.Random) -> list[str]:
    words = {"".join(dice.choice(SYLLABLES) for _ in range(dice.randint(2, 4))) for _ in range(9_000)}
    return sorted(words)[:6_000]


def texts(count: int) -> list[str]:
    """The same texts every time."""
    dice = random.Random(7)
    words = vocabulary(dice)
    dice.shuffle(words)
    weights = [1 / (rank + 2) for rank in range(len(words))]
    made = []
    for number in range(count):
        if number % 4 == 3:
            text = "".join(dice.choice(HANZI) for _ in range(dice.randint(60, 180))) + "，月光下。"
            text += "酒馆里的灯火" if number % 1_667 == 3 else ""
        else:
            text = " ".join(dice.choices(words, weights, k=dice.randint(30, 150))) + ". The lantern burns"
            text += " amethyst." if number % 1_667 == 1 else "."
        made.append(text)
    return made


async def fill(data: Path, count: int) -> dict[str, Any]:
    """Write the messages, then index them; seconds and sizes."""
    async with open_services(Settings(data_dir=data)) as services:
        owner = (await services[AccountsService].list(cursor=None, limit=1)).items[0].id
        card = await services[CharacterService].create(owner, {"name": "Keeper", "first_mes": "Good evening."})
        ids = [(await services[ChatService].create(owner, character_id=card.id))["id"] for _ in range(CONVERSATIONS)]
        said = texts(count)
        for start in range(0, count, AT_ONCE):
            await say(services, owner, ids, said[start : start + AT_ONCE])
        before = size(data)
        since = time.perf_counter()
        await services[Follower].remake()
        seconds = time.perf_counter() - since
        return {"index_from_zero_s": round(seconds, 1), "texts_mb": round(sum(len(t.encode()) for t in said) / 1e6, 1),
                "database_without_index_mb": before, "database_mb": size(data), "conversation": ids[0]}  # fmt: skip


async def say(services: Services, owner: str, ids: list[str], said: list[str]) -> None:
    def unit(tx: Any) -> None:
        for number, text in enumerate(said):
            chat.add_message(tx, ids[number % len(ids)], owner_id=owner, by=By.user(owner), role="user", name="Kim",
                             text=text)  # fmt: skip

    await services.storage.commit(unit)


def size(data: Path) -> float:
    return round(sum(path.stat().st_size for path in data.glob("edge.db*")) / 1e6, 1)


def questions(conversation: str) -> dict[str, dict[str, str]]:
    everywhere = {"q": "lantern"}
    return {
        "no_hit": {"q": "chrysanthemum"},
        "no_hit_zh": {"q": "龙宫"},
        "no_hit_two_words_everywhere": {"q": '"burns lantern"'},
        "rare": {"q": "amethyst"},
        "rare_zh": {"q": "酒馆"},
        "rare_zh_four": {"q": "里的灯火"},
        "many": everywhere,
        "many_zh": {"q": "月光"},
        "many_zh_one_character": {"q": "月"},
        "phrase_everywhere": {"q": '"lantern burns"'},
        "unfinished_one_letter": {"q": "k"},
        "in_one_conversation": everywhere | {"conversation_id": conversation},
        "role_without_hits": everywhere | {"role": "character"},
    }


async def measure(server: Any, rounds: int, conversation: str) -> dict[str, Any]:
    result: dict[str, Any] = {}
    async with aiohttp.ClientSession(server.url, headers={"Authorization": f"Bearer {server.key}"}) as session:
        for name, asked in questions(conversation).items():
            await ask(session, asked)
            times = [(await ask(session, asked))[0] for _ in range(rounds)]
            result[name] = told(times) | {"hits_on_page": len((await ask(session, asked))[1]["items"])}
        asked = {"q": "lantern"}
        for _ in range(9):
            asked["cursor"] = (await ask(session, asked))[1]["next_cursor"]
        result["many_tenth_page"] = told([(await ask(session, asked))[0] for _ in range(rounds)])
        result["after_a_post"] = told([await after_a_post(session, number) for number in range(rounds)])
    return result


async def ask(session: aiohttp.ClientSession, asked: dict[str, str]) -> tuple[float, Any]:
    since = time.perf_counter()
    async with session.get("/api/search", params=asked) as answer:
        assert answer.status == 200, await answer.text()
        body = await answer.json()
    return (time.perf_counter() - since) * 1000, body


async def after_a_post(session: aiohttp.ClientSession, number: int) -> float:
    """A message nobody answers (no connection), and the question that has to find it."""
    word = f"uncommon{number}"
    async with session.post("/v1/agent/messages", json={"content": f"say {word}"}) as answer:
        assert answer.status == 202, await answer.text()
    ms, found = await ask(session, {"q": word})
    assert len(found["items"]) >= 1, f"{word} was not found"
    return ms


def told(times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {"median_ms": round(ordered[len(ordered) // 2], 2), "p95_ms": round(ordered[int(len(ordered) * 0.95)], 2)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--no-save", action="store_true")
    wanted = parser.parse_args()
    about = machine()
    with product() as server:
        server.stop()
        index = asyncio.run(fill(server.data, wanted.messages))
        conversation = index.pop("conversation")
        server.start()
        times = asyncio.run(measure(server, wanted.rounds, conversation))
    command = f"python benchmarks/search.py --messages {wanted.messages} --rounds {wanted.rounds}"
    save("search", {**about, "command": command, "messages": wanted.messages, **index, "questions": times},
         keep=not wanted.no_save)  # fmt: skip


if __name__ == "__main__":
    main()

"""The gallery: how long a page over many characters takes, and how many cards come in a second with their thumbnails.

    python benchmarks/gallery.py [--characters 5000 20000] [--rounds 40] [--cards 500]

Workload: for each size a fresh person with that many characters (a card of about 2.5 KB, one to five of 80 tags by a
falling law, one of 300 creators, 5 % favourites, 500 in a collection, 300 with a chat, 2 % with a hidden tag), written
as facts, 250 to a commit, before the server starts. Then GET /api/characters over one kept-alive line, 50 a page: the
first page by each order, the 20th page, pages narrowed by words many or nobody has, by tag, creator and collection,
the tags, the duplicates and a character by chance; the same first page 100 long, as the page asks.
Then, on an empty person, `cards` distinct PNG cards (five pictures of 512 × 768, about 400 KB each) by POST
/api/characters/import, 20 to a request over two lines, while six more lines, as a browser has, fetch each new
thumbnail (240 × 300).
SQLite, one client process beside the server. Not measured: PostgreSQL, a cold disk, several people at once.
"""

import argparse
import asyncio
import io
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
from _measured import machine, product, save
from PIL import Image

from tavernai.accounts.service import AccountsService
from tavernai.bootstrap import open_services
from tavernai.characters import events as e
from tavernai.characters.domain.card import Card, new_card
from tavernai.characters.domain.export import export_png
from tavernai.characters.domain.reading import canonical_hash
from tavernai.characters.domain.repairs import Repairs
from tavernai.characters.gallery.events import CharacterCollected
from tavernai.characters.gallery.shelves import ShelfService
from tavernai.characters.service import char_stream
from tavernai.chat.conversations import ChatService
from tavernai.kernel.facts import By
from tavernai.kernel.ids import new_id
from tavernai.process import Services
from tavernai.settings import Settings

AT_ONCE = 250
COLLECTED = 500
CHATTED = 300
PER_REQUEST = 20
LOOKERS = 6  # as many lines as a browser opens
SYLLABLES = ("ka", "mi", "ro", "te", "lu", "sha", "ven", "dor", "pil", "gan", "ost", "wy", "林", "月")


def cards(count: int) -> Iterator[Card]:
    """The same cards every time."""
    dice = random.Random(11)
    tags, weights = [f"tag {number}" for number in range(80)], [1 / (rank + 1) for rank in range(80)]
    words = ["".join(dice.choices(SYLLABLES, k=dice.randint(2, 4))) for _ in range(3_000)]
    for number in range(count):
        chosen = dict.fromkeys(dice.choices(tags, weights, k=dice.randint(1, 5)))
        yield new_card({
            "name": f"{dice.choice(words).title()} {dice.choice(words).title()} {number}",
            "creator": f"creator {dice.randrange(300)}",
            "tags": [*chosen, *(["hidden"] if number % 50 == 7 else [])],
            "description": " ".join(dice.choices(words, k=200)),
            "first_mes": " ".join(dice.choices(words, k=120)),
        }, Repairs())  # fmt: skip


async def fill(data: Path, count: int) -> dict[str, Any]:
    """Record the characters; seconds, and the collection's id."""
    async with open_services(Settings(data_dir=data)) as services:
        owner = (await services[AccountsService].list(cursor=None, limit=1)).items[0].id
        shelf = (await services[ShelfService].create_collection(owner, "Harbour"))["id"]
        await services[ShelfService].hide(owner, ["hidden"], version=0)
        since, every = time.perf_counter(), list(cards(count))
        ids = [new_id() for _ in every]
        for start in range(0, count, AT_ONCE):
            await record(services, owner, shelf, list(enumerate(zip(ids, every, strict=True)))[start : start + AT_ONCE])
        seconds = time.perf_counter() - since
        for character_id in ids[:: max(1, count // CHATTED)]:
            await services[ChatService].create(owner, character_id=character_id)
        size = sum(path.stat().st_size for path in data.glob("edge.db*")) / 1e6
        return {"collection": shelf, "seeded_per_s": round(count / seconds), "database_mb": round(size, 1)}


async def record(services: Services, owner: str, shelf: str, some: list[tuple[int, tuple[str, Card]]]) -> None:
    def unit(tx: Any) -> None:
        for number, (character_id, card) in some:
            facts: list[Any] = [
                e.CharacterCreated(character_id, card.data, card.outer, card.version, canonical_hash(card), [])
            ]
            facts += [e.CharacterFavourited(character_id, True)] if number % 20 == 3 else []
            facts += [CharacterCollected(character_id, shelf)] if number < COLLECTED else []
            tx.append(char_stream(owner, character_id), facts, by=By.user(owner))

    await services.storage.commit(unit)


def questions(collection: str) -> dict[str, dict[str, str]]:
    return {
        "first_page": {},
        "first_page_by_last_change": {"sort": "recent"},
        "first_page_by_last_chat": {"sort": "chatted"},
        "first_page_by_messages": {"sort": "chats"},
        "first_page_with_hidden": {"hidden": "true"},
        "first_page_of_100": {"limit": "100"},
        "tag_common": {"tag": "tag 0"},
        "tag_rare": {"tag": "tag 77"},
        "tag_by_last_change": {"tag": "tag 1", "sort": "recent"},
        "collection": {"collection": collection},
        "creator": {"creator": "creator 7"},
        "favourites": {"favourite": "true"},
        "words_many": {"q": "ka"},
        "words_few": {"q": "creator 77"},
        "words_nobody": {"q": "chrysanthemum"},
        "words_and_tag": {"q": "ro", "tag": "tag 2"},
    }


DEEP: dict[str, dict[str, str]] = {
    "20th_page": {}, "20th_page_words": {"q": "ka"}, "20th_page_tag": {"tag": "tag 0"},
}  # fmt: skip


async def measure(url: str, key: str, rounds: int, collection: str) -> dict[str, Any]:
    result: dict[str, Any] = {}
    async with aiohttp.ClientSession(url, headers={"Authorization": f"Bearer {key}"}) as session:
        for name, asked in questions(collection).items():
            result[name] = await timed(session, "/api/characters", asked, rounds)
        for name, narrowed in DEEP.items():
            asked = dict(narrowed)
            for _ in range(19):
                page = (await ask(session, "/api/characters", asked))[1]
                if page["next_cursor"] is None:
                    break
                asked["cursor"] = page["next_cursor"]
            result[name] = await timed(session, "/api/characters", asked, rounds)
        for name, path in {"tags": "tags", "duplicates": "duplicates?kind=name", "random": "random"}.items():
            result[name] = await timed(session, f"/api/characters/{path}", {}, rounds)
    return result


async def timed(session: aiohttp.ClientSession, path: str, asked: dict[str, str], rounds: int) -> dict[str, float]:
    for _ in range(3):
        await ask(session, path, asked)
    times = sorted([(await ask(session, path, asked))[0] for _ in range(rounds)])
    return {"median_ms": round(times[len(times) // 2], 2), "p95_ms": round(times[int(len(times) * 0.95)], 2)}


async def ask(session: aiohttp.ClientSession, path: str, asked: dict[str, str]) -> tuple[float, Any]:
    since = time.perf_counter()
    async with session.get(path, params=asked) as answer:
        assert answer.status == 200, await answer.text()
        raw = await answer.read()
        took = (time.perf_counter() - since) * 1000
        return took, await answer.json() if raw else None


def pictures() -> list[bytes]:
    """Five pictures with grain, since smooth ones pack unlike anybody's cards."""
    made = []
    for number in range(5):
        smooth = Image.linear_gradient("L").resize((512, 768)).rotate(90 * number)
        grain = Image.effect_noise((512, 768), 12)
        channels = [Image.blend(smooth, grain, 0.3), grain.point(lambda v: v // 2 + 40), smooth]
        out = io.BytesIO()
        Image.merge("RGB", channels[number % 3 :] + channels[: number % 3]).save(out, "PNG")
        made.append(out.getvalue())
    return made


async def measure_import(url: str, key: str, count: int) -> dict[str, Any]:
    drawn = pictures()
    files = [export_png(card, drawn[number % len(drawn)]) for number, card in enumerate(cards(count))]
    handfuls: asyncio.Queue[list[bytes]] = asyncio.Queue()
    fresh: asyncio.Queue[str | None] = asyncio.Queue()
    for start in range(0, count, PER_REQUEST):
        handfuls.put_nowait(files[start : start + PER_REQUEST])
    async with aiohttp.ClientSession(url, headers={"Authorization": f"Bearer {key}"}) as session:
        since = time.perf_counter()
        looking = [asyncio.create_task(look(session, fresh)) for _ in range(LOOKERS)]
        await asyncio.gather(*(send(session, handfuls, fresh) for _ in range(2)))
        imported = time.perf_counter() - since
        for _ in looking:
            fresh.put_nowait(None)
        await asyncio.gather(*looking)
        whole = time.perf_counter() - since
    return {
        "cards": count, "card_kb": round(sum(map(len, files)) / count / 1e3),
        "imported_per_s": round(count / imported, 1), "with_thumbnails_per_s": round(count / whole, 1),
    }  # fmt: skip


async def send(
    session: aiohttp.ClientSession, handfuls: asyncio.Queue[list[bytes]], fresh: asyncio.Queue[str | None]
) -> None:
    while not handfuls.empty():
        form = aiohttp.FormData()
        for number, data in enumerate(handfuls.get_nowait()):
            form.add_field("file", data, filename=f"{number}.png", content_type="image/png")
        async with session.post("/api/characters/import", data=form) as answer:
            for one in (await answer.json())["results"]:
                assert one["status"] == "imported", one
                fresh.put_nowait(one["character_id"])


async def look(session: aiohttp.ClientSession, fresh: asyncio.Queue[str | None]) -> None:
    while (character_id := await fresh.get()) is not None:
        async with session.get(f"/api/characters/{character_id}/avatar?size=240") as answer:
            assert answer.headers["content-type"] == "image/webp", answer.status
            await answer.read()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--characters", type=int, nargs="*", default=[5_000, 20_000])
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--cards", type=int, default=500)
    parser.add_argument("--no-save", action="store_true")
    wanted = parser.parse_args()
    result: dict[str, Any] = {
        **machine(),
        "command": f"python benchmarks/gallery.py --characters {' '.join(map(str, wanted.characters))} "
                   f"--rounds {wanted.rounds} --cards {wanted.cards}",
    }  # fmt: skip
    for count in wanted.characters:
        with product() as server:
            server.stop()
            filled = asyncio.run(fill(server.data, count))
            collection = filled.pop("collection")
            server.start()
            times = asyncio.run(measure(server.url, server.key, wanted.rounds, collection))
            result[f"characters_{count}"] = filled | times
    if wanted.cards:
        with product() as server:
            result["import"] = asyncio.run(measure_import(server.url, server.key, wanted.cards))
    save("gallery", result, keep=not wanted.no_save)


if __name__ == "__main__":
    main()

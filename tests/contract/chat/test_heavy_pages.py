"""A page of long texts holds fewer of them, and still leads everywhere."""

from typing import Any

from tavernai.chat.window import PAGE_CHARS_MAX
from tests.contract.chat.tale import Tale

LONG = "x" * (PAGE_CHARS_MAX * 2 // 5)  # two of them fit on a page


async def told(tale: Tale, count: int = 6) -> list[str]:
    return [await tale.say(f"{n} {LONG}") for n in range(count)]


async def page(tale: Tale, **place: str | int) -> tuple[list[str], str | None, str | None]:
    found = await tale.chat.page("kim", tale.id, **place)
    return [item["text"][:1] for item in found.items], found.next_cursor, found.newer_cursor


async def test_long_texts_are_read_upwards_two_at_a_time(tale: Tale) -> None:
    await told(tale)
    texts, older, newer = await page(tale, limit=50)
    assert (texts, newer) == (["4", "5"], None)
    while older is not None:
        some, older, _ = await page(tale, before=older, limit=50)
        assert len(some) <= 3
        texts = some + texts
    assert texts == ["H", "0", "1", "2", "3", "4", "5"]


async def test_and_downwards(tale: Tale) -> None:
    texts, below = [], (await told(tale))[0]
    while below:
        some, _, newer = await page(tale, after=below, limit=50)
        assert 1 <= len(some) <= 2
        texts, below = texts + some, newer or ""
    assert texts == ["1", "2", "3", "4", "5"]


async def test_a_message_in_the_middle_is_there_whatever_stands_about_it(tale: Tale) -> None:
    ids = await told(tale)
    texts, older, newer = await page(tale, around=ids[3], limit=50)
    assert "3" in texts
    assert (len(texts), older is not None, newer is not None) == (2, True, True)


async def test_a_text_longer_than_a_page_comes_alone(tale: Tale) -> None:
    await tale.say("small")
    await tale.say("y" * (PAGE_CHARS_MAX + 1))
    texts, older, _ = await page(tale, limit=50)
    assert texts == ["y"]
    assert (await page(tale, before=older or "", limit=50))[0] == ["H", "s"]


async def pages(read: Any, *args: str) -> list[list[str]]:
    found, cursor = [], None
    while not found or cursor is not None:
        page = await read("kim", *args, cursor=cursor)
        found.append([item["text"][:1] for item in page.items])
        cursor = page.next_cursor
    return found


async def test_long_variants_are_told_two_at_a_time(tale: Tale) -> None:
    _, answer = await tale.exchange("Hi", f"0 {LONG}")
    for n in range(1, 5):
        await tale.swipe(answer, f"{n} {LONG}")
    assert await pages(tale.chat.variants, answer) == [["0", "1"], ["2", "3"], ["4"]]


async def test_long_revisions_are_told_two_at_a_time(tale: Tale) -> None:
    said = await tale.say(f"0 {LONG}")
    for n in range(1, 5):
        await tale.chat.edit("kim", said, text=f"{n} {LONG}", version=None)
    assert await pages(tale.chat.revisions, said) == [["4", "3"], ["2", "1"], ["0"]]


async def test_one_page_tells_all_that_is_short(tale: Tale) -> None:
    said = await tale.say("a")
    await tale.chat.edit("kim", said, text="b", version=None)
    assert await pages(tale.chat.revisions, said) == [["b", "a"]]
    assert await pages(tale.chat.variants, said) == [["b"]]

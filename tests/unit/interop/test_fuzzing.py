"""Files damaged at random, in every run alike: each is read or refused in our words, within bounds.

The time is bounded, not the number: on a slow machine fewer files are tried. The random source has a fixed seed, so
that a failure comes again; it tells which file it was.
"""

import json
import random
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from tavernai.characters.domain.assets import AssetRefused
from tavernai.characters.domain.export import export_png
from tavernai.characters.domain.reading import read_file
from tavernai.characters.domain.repairs import Repairs
from tavernai.characters.lorebooks.domain.formats import read_book_file
from tavernai.chat.formats.reading import read_chats
from tavernai.chat.formats.tavern import file_of
from tavernai.interop.importing.analysing import Analyst
from tavernai.interop.importing.sources import FilesSource
from tavernai.kernel.errors import TavernError
from tests.data.pictures import chunk, tiny_png
from tests.support.archives import packed
from tests.support.tavernfolder import FILES, zipped
from tests.support.tavernfolders import damaged as damaged_folder
from tests.support.tavernfolders import orphans, packed_folder, windows_zip

SECONDS = 2.0
"""For each kind of file; seven kinds."""
FILES_MAX = 20_000

CARD: dict[str, Any] = {"spec": "chara_card_v3", "data": {
    "name": "Mira", "description": "Keeper of Gull Rock. " * 5, "tags": ["sea"], "extensions": {"depth_prompt": {}},
    "assets": [{"type": "icon", "name": "main", "uri": "embeded://a/main.png"}, {"type": "x", "uri": "__asset:1"}],
    "character_book": {"entries": [{"keys": ["lamp"], "content": "Old.", "extensions": {}}]},
}}  # fmt: skip
JSON = json.dumps(CARD).encode()
YAML = (
    b"name: Mira\ncontext: |\n  Keeper.\n  Second line.\ngreeting: &g Hello\nexample_dialogue: *g\ntags: [a, {b: c}]\n"
)
CHAT = b"\n".join(
    json.dumps(line).encode()
    for line in (
        {"user_name": "Ari", "character_name": "Mira", "chat_metadata": {"note_prompt": "x"}},
        {"name": "Mira", "is_user": False, "mes": "A", "swipes": ["A", "B"], "swipe_id": 0, "swipe_info": [{}, None]},
        {"name": "Ari", "is_user": True, "mes": "Hi \ud83c\udf0a", "send_date": "November 20, 2026 11:38pm"},
        {"name": "Mira", "mes": "C", "extra": {"reasoning": "r", "media": [{"url": "/a.png"}]}, "force_avatar": "x"},
    )
)
BACKYARD = packed({
    "manifest.json": b'{"characters": ["c.json"], "scenarios": ["s.json"], "author": {}}',
    "c.json": b'{"name": "Mira", "persona": "{character}", "images": [{"path": "a.png"}], "loreItems": [{"key": "a"}]}',
    "s.json": b'{"messages": [{"type": "human", "text": "a"}, {"type": "ai", "outputs": [{"text": "b"}]}]}',
    "a.png": tiny_png(),
})  # fmt: skip


def pngs() -> list[bytes]:
    carrying = export_png(read_file(JSON).card, tiny_png())
    compressed = tiny_png(chunk(b"zTXt", b"ccv3\0\0" + zlib.compress(JSON)), chunk(b"iTXt", b"chara\0\0\0\0\0" + JSON))
    return [carrying, compressed, tiny_png(chunk(b"tEXt", b"chara-ext-asset_:1\0AAAA"))]


def archives() -> list[bytes]:
    charx = {"card.json": JSON, "a/main.png": tiny_png(), "module.risum": b"o\0", "x/y/z.txt": b"?"}
    return [packed(charx), packed(charx, before=b"\xff\xd8\xff\xe0\0\x10JFIF" + b"\0" * 30), BACKYARD]


def read_card(data: bytes) -> None:
    for asset in read_file(data).assets:
        with suppress(AssetRefused):
            asset.read()


def read_chat(data: bytes) -> None:
    """Read, written and read again: the second reading finds what the first one made of it."""
    for chat in read_chats(data):
        written = b"".join(file_of(chat.header, chat.messages))
        if chat.format == "sillytavern" and chat.messages and chat.header:
            [again] = read_chats(written)
            assert [one.text for one in again.messages] == [one.text for one in chat.messages]


def read_book(data: bytes) -> None:
    read_book_file(data, Repairs())


KINDS: dict[str, tuple[Callable[[], list[bytes]], Callable[[bytes], None]]] = {
    "png": (pngs, read_card),
    "zip": (archives, read_card),
    "jsonl": (lambda: [CHAT], read_chat),
    "text": (lambda: [JSON, YAML, b"Mira: Hello.\n\nAri: Hi\n"], read_card),
    "book": (lambda: [json.dumps(CARD["data"]["character_book"]).encode(), *pngs()], read_book),
}


def backups() -> list[bytes]:
    return [zipped("data/me/"), windows_zip(damaged_folder()), packed_folder(orphans())]


def look_through(data: bytes) -> None:
    """A whole backup, from one end to the other: one bad file never stops the look."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "backup.zip"
        place.write_bytes(data)
        source = FilesSource([("backup.zip", place)])
        try:
            for one in Analyst(source).found():
                assert one.verdict != "refused" or one.message, one.path
        finally:
            source.close()


def members() -> list[bytes]:
    told = (*FILES.values(), *damaged_folder().values(), *orphans().values())
    return [data for data in dict.fromkeys(told) if 0 < len(data) < 20_000]


def look_at_it_everywhere(data: bytes) -> None:
    """The same bytes at every place that is read."""
    look_through(packed_folder(dict.fromkeys(PLACES, data)))


PLACES = (
    "settings.json", "secrets.json", "characters/a.png", "characters/a.json", "chats/a/a.jsonl", "chats/a/b.json",
    "group chats/1.jsonl", "groups/1.json", "worlds/a.json", "User Avatars/a.png", "OpenAI Settings/a.json",
    "TextGen Settings/a.json", "context/a.json", "instruct/a.json", "QuickReplies/a.json", "themes/a.json",
    "backgrounds/a.png", "backups/settings_a.json",
)  # fmt: skip
KINDS["backup"] = (backups, look_through)
KINDS["member"] = (members, look_at_it_everywhere)

INTERESTING = (0, 1, 0x22, 0x5C, 0x7B, 0x7D, 0x7F, 0x80, 0xFF)


def damaged(data: bytes, chance: random.Random) -> bytes:
    """The file with one to four things done to it."""
    made = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at, length = chance.randrange(len(made) + 1), chance.choice((1, 2, 4, 8, 64))
        match chance.randrange(6):
            case 0:
                made[at : at + 1] = bytes([chance.choice(INTERESTING)])
            case 1:
                made[at : at + length] = chance.randbytes(length)
            case 2:
                del made[at : at + length]
            case 3:
                made[at:at] = made[at : at + length] * chance.choice((1, 3, 200))
            case 4:
                del made[at:]
            case _:
                other = chance.randrange(len(made) + 1)
                made[at : at + length] = made[other : other + length]
    return bytes(made)


def files(samples: list[bytes], seed: str) -> Iterator[tuple[int, bytes]]:
    chance, end = random.Random(seed), time.monotonic() + SECONDS
    for number in range(FILES_MAX):
        yield number, damaged(chance.choice(samples), chance)
        if time.monotonic() > end:
            return


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_file_is_read_or_refused_and_nothing_else(kind: str) -> None:
    samples, read = KINDS[kind]
    tried = 0
    for number, data in files(samples(), kind):
        started = time.process_time()
        words = "read"
        try:
            read(data)
        except TavernError as refused:
            words = refused.detail
        except Exception as error:
            pytest.fail(f"file {number} of {kind}, {data[:200]!r}…: {type(error).__name__}: {error}")
        assert words, f"file {number} of {kind} was refused without a word"
        assert time.process_time() - started < 1, f"file {number} of {kind} took too long"
        tried += 1
    assert tried > 20


@pytest.mark.parametrize("kind", KINDS)
def test_damage_is_done_and_comes_again(kind: str) -> None:
    samples = KINDS[kind][0]()
    first, again = (list(islice(files(samples, kind), 40)) for _ in range(2))
    assert first == again
    assert sum(data not in samples for _, data in first) > 30


def test_a_reader_that_breaks_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(data: bytes) -> None:
        if b"IDAT" not in data:
            raise IndexError

    monkeypatch.setitem(KINDS, "broken", (pngs, broken))
    with pytest.raises(pytest.fail.Exception, match="IndexError"):
        test_a_damaged_file_is_read_or_refused_and_nothing_else("broken")

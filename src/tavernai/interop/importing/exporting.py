"""Everything of a person's in forms that others read: a SillyTavern folder as a zip, JSON, and chats as csv and txt."""

import csv
import io
import tempfile
import zipfile
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final, Literal

import orjson
from sqlalchemy import Connection

from tavernai.characters.assets.service import AssetService
from tavernai.characters.groups.service import GroupService
from tavernai.characters.lorebooks.service import LorebookService
from tavernai.characters.personas.service import PersonaService
from tavernai.characters.service import CharacterService
from tavernai.characters.store import Wanted
from tavernai.chat.conversations import ChatService
from tavernai.config.presets.service import PresetService
from tavernai.config.store import settings_of
from tavernai.interop.importing import store
from tavernai.interop.importing.errors import NothingToExport
from tavernai.interop.importing.laying import AVATARS, SettingsFile, picture_name
from tavernai.kernel.paging import PAGE_MAX, Page
from tavernai.ledger.ports import Storage

Format = Literal["json", "csv", "txt", "sillytavern"]
Kind = Literal["characters", "conversations", "groups", "lorebooks", "presets", "personas", "kept"]
ALL: Final[tuple[Kind, ...]] = ("characters", "lorebooks", "presets", "personas", "conversations", "groups", "kept")
"""In the order in which they are written: groups name the cards and chats that stand before them."""
CHATS_ONLY: Final = frozenset({"csv", "txt"})
MEDIA: Final = {"json": "application/json", "csv": "text/csv; charset=utf-8", "txt": "text/plain; charset=utf-8",
                "sillytavern": "application/zip"}  # fmt: skip
ENDINGS: Final = {"json": "json", "csv": "csv", "txt": "txt", "sillytavern": "zip"}
HEAD: Final = ("id", "name", "title", "kind", "character_name")
Placed = tuple[str, str, str, bytes]
COLUMNS: Final = ("conversation", "number", "role", "name", "created_at", "text")
PRESET_FOLDERS: Final[Mapping[str, str]] = {
    "chat": "OpenAI Settings", "text": "TextGen Settings", "kobold": "KoboldAI Settings", "novel": "NovelAI Settings",
    "context": "context", "instruct": "instruct", "system_prompt": "sysprompt", "reasoning": "reasoning",
    "quick_reply": "QuickReplies", "theme": "themes",
}  # fmt: skip
PICTURE_ENDINGS: Final[Mapping[str, str]] = {
    "image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "image/gif": "gif", "image/avif": "avif",
    "image/bmp": "bmp",
}  # fmt: skip
KEPT_FOLDERS: Final[Mapping[str, str]] = {"group": "groups"}
SETTINGS_PATH: Final = "settings.json"
UNSAFE: Final = str.maketrans(dict.fromkeys('/?<>\\:*|"', "") | {chr(code): "" for code in range(32)})


@dataclass(frozen=True, slots=True)
class Shelves:
    """Whose things are exported: the services of the rooms."""

    characters: CharacterService
    lorebooks: LorebookService
    presets: PresetService
    personas: PersonaService
    chats: ChatService
    groups: GroupService
    assets: AssetService


@dataclass(frozen=True, slots=True)
class _Told:
    """What other tables say of personas and scripts."""

    files: Mapping[str, str]
    """persona → the picture's file it was imported with"""
    locks: Mapping[str, list[str]]
    """persona → the characters with whom it is played"""
    scripts: list[str]
    """those that run in every chat"""


@dataclass(slots=True)
class _Zipped:
    """What an archive holds by now, for those whose files name others."""

    paths: set[str] = field(default_factory=set)
    cards: dict[str, str] = field(default_factory=dict)
    """character → its card's file name"""
    chats: dict[str, list[str]] = field(default_factory=dict)
    """group → its chats' files without the ending"""
    books: dict[str, str] = field(default_factory=dict)
    """lorebook → its file's name without the ending"""
    settings: SettingsFile = field(default_factory=SettingsFile)

    def add(self, kind: Kind, one: Mapping[str, Any], path: str) -> None:
        file = path.rpartition("/")[2]
        if kind == "characters":
            self.cards[one["id"]] = file
        elif kind == "lorebooks":
            self.books[one["id"]] = file.removesuffix(".json")
        elif kind == "conversations" and one["group"] and one["group"]["id"]:
            self.chats.setdefault(one["group"]["id"], []).append(file.removesuffix(".jsonl"))


class ExportService:
    """A person's things as files. What is written lies in a temporary file of the data folder, never in memory."""

    def __init__(self, storage: Storage, shelves: Shelves, *, folder: Path) -> None:
        self._storage = storage
        self._shelves = shelves
        self._folder = folder

    async def export(
        self, user_id: str, form: Format, *, kinds: Collection[Kind], ids: Collection[str] = ()
    ) -> IO[bytes]:
        """The file, at its beginning, gone when it is closed. Raises NothingToExport."""
        wanted = [kind for kind in ALL if not kinds or kind in kinds]
        if form in CHATS_ONLY:
            if kinds and "conversations" not in kinds:
                raise NothingToExport
            wanted = ["conversations"]
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        out: IO[bytes] = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115  # the door closes it
        write: Mapping[str, Callable[..., Any]] = {
            "sillytavern": self._zip, "json": self._json, "csv": self._csv, "txt": self._txt,
        }  # fmt: skip
        try:
            await write[form](out, user_id, wanted, frozenset(ids))
            out.seek(0)
        except BaseException:
            out.close()
            raise
        return out

    async def _zip(self, out: IO[bytes], user_id: str, kinds: Collection[Kind], ids: Collection[str]) -> None:
        zipped = _Zipped({SETTINGS_PATH})
        told = await self._storage.read(lambda conn: _learned(conn, user_id))
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for kind in kinds:
                async for one in self._every(user_id, kind):
                    if ids and one["id"] not in ids:
                        continue
                    if await self._is_setting(user_id, kind, one, zipped):
                        continue
                    if kind == "personas":
                        await self._persona(archive, user_id, one, zipped, told)
                        continue
                    placed = await self._file(user_id, kind, one, zipped)
                    if placed is not None:
                        folder, name, ending, data = placed
                        path = _free(zipped.paths, folder, name, ending)
                        archive.writestr(path, data)
                        zipped.add(kind, one, path)
                        if kind == "characters":
                            await self._pictures(archive, user_id, one, zipped)
            if zipped.settings.says_something:
                archive.writestr(SETTINGS_PATH, zipped.settings.data(enabled=told.scripts))

    async def _is_setting(self, user_id: str, kind: Kind, one: Mapping[str, Any], zipped: _Zipped) -> bool:
        """Whether it stands in settings.json, and in no file of its own."""
        if kind == "presets" and one["kind"] == "script":
            data = orjson.loads((await self._shelves.presets.export(user_id, one["id"]))[1])
            zipped.settings.scripts.append((one, data))
            return True
        if kind == "kept" and one["kind"] == "settings":
            zipped.settings.kept |= orjson.loads(one["data"])  # of several the newest has the last word
            return True
        return False

    async def _persona(
        self, archive: zipfile.ZipFile, user_id: str, one: Mapping[str, Any], zipped: _Zipped, told: _Told
    ) -> None:
        """Its picture, whose file is its name to others; the rest stands in settings.json."""
        data = await self._shelves.personas.picture(user_id, one["id"])
        path = _free(zipped.paths, AVATARS, *picture_name(one["name"], told.files.get(one["id"]), data))
        archive.writestr(path, data, zipfile.ZIP_STORED)
        book = zipped.books.get(one["lorebook_id"] or "", "")
        cards = [zipped.cards[card] for card in told.locks.get(one["id"], ()) if card in zipped.cards]
        zipped.settings.personas[path.rpartition("/")[2]] = (one, book, cards)

    async def _pictures(self, archive: zipfile.ZipFile, user_id: str, one: Mapping[str, Any], zipped: _Zipped) -> None:
        """A character's further pictures, in the folder named like its card's file."""
        card, cursor = zipped.cards[one["id"]].removesuffix(".png"), None
        while True:
            page = await self._shelves.assets.page(user_id, one["id"], cursor=cursor, limit=PAGE_MAX)
            for row in page.items:
                folder, name = picture_place(card, str(one["name"]), row["kind"], row["name"])
                path = _free(zipped.paths, folder, name or row["kind"], PICTURE_ENDINGS.get(row["media_type"], "png"))
                archive.writestr(path, await self._shelves.assets.content(row["blob"]), zipfile.ZIP_STORED)
            cursor = page.next_cursor
            if cursor is None:
                return

    async def _file(self, user_id: str, kind: Kind, one: Mapping[str, Any], zipped: _Zipped) -> Placed | None:
        """(folder, name, ending, bytes) in SillyTavern's layout."""
        shelves = self._shelves
        if kind == "characters":
            return "characters", one["name"], "png", (await shelves.characters.export_png(user_id, one["id"]))[1]
        if kind == "lorebooks":
            data = (await shelves.lorebooks.export(user_id, one["id"], form="sillytavern"))[1]
            return "worlds", one["name"], "json", data
        if kind == "presets":
            folder = PRESET_FOLDERS.get(one["kind"], one["kind"])
            return folder, one["name"], "json", (await shelves.presets.export(user_id, one["id"]))[1]
        if kind == "conversations":
            data = (await shelves.chats.export(user_id, one["id"], form="jsonl"))[1]
            folder = "group chats" if one["group"] else f"chats/{_safe(one['character_name'])}"
            return folder, one["title"], "jsonl", data
        if kind == "groups":
            chats = zipped.chats.get(one["id"], [])[::-1]
            data = (await shelves.groups.export(user_id, one["id"], files=zipped.cards, chats=chats or None))[1]
            return "groups", str(orjson.loads(data).get("id") or one["name"]), "json", data
        if kind == "kept" and one["kind"] == "background":
            told = orjson.loads(one["data"])
            name, _, ending = told["file"].rpartition(".")
            return "backgrounds", name, ending, await shelves.assets.content(told["blob"])
        if kind == "kept" and one["kind"] in KEPT_FOLDERS:
            name = one["path"].rpartition("/")[2].removesuffix(".json")
            return KEPT_FOLDERS[one["kind"]], name, "json", one["data"]
        return None

    async def _json(self, out: IO[bytes], user_id: str, kinds: Collection[Kind], ids: Collection[str]) -> None:
        """One object: kind → list, written one thing at a time."""
        out.write(b"{")
        for place, kind in enumerate(kinds):
            out.write((b"," if place else b"") + orjson.dumps(kind) + b":[")
            first = True
            async for one in self._every(user_id, kind):
                if ids and one["id"] not in ids:
                    continue
                out.write((b"" if first else b",") + await self._whole(user_id, kind, one))
                first = False
            out.write(b"]")
        out.write(b"}")

    async def _whole(self, user_id: str, kind: Kind, one: Mapping[str, Any]) -> bytes:
        shelves = self._shelves
        head = orjson.dumps({name: one[name] for name in HEAD if name in one})
        if kind == "characters":
            data = (await shelves.characters.export_json(user_id, one["id"]))[1]
        elif kind == "lorebooks":
            data = (await shelves.lorebooks.export(user_id, one["id"], form="sillytavern"))[1]
        elif kind == "presets":
            data = (await shelves.presets.export(user_id, one["id"]))[1]
        elif kind == "groups":
            data = (await shelves.groups.export(user_id, one["id"]))[1]
        elif kind == "conversations":
            data = (await shelves.chats.export(user_id, one["id"], form="json"))[1]
        else:
            data = one["data"] if kind == "kept" else orjson.dumps(dict(one))
        return head[:-1] + b',"data":' + data + b"}"

    async def _csv(self, out: IO[bytes], user_id: str, kinds: Collection[Kind], ids: Collection[str]) -> None:
        out.write(b"\xef\xbb\xbf" + ",".join(COLUMNS).encode() + b"\r\n")
        async for title, number, item in self._messages(user_id, ids):
            row = io.StringIO(newline="")
            values = (title, number, item["role"], item["name"], item["created_at"], item["text"])
            csv.writer(row).writerow([_plain(value) for value in values])
            out.write(row.getvalue().encode())

    async def _txt(self, out: IO[bytes], user_id: str, kinds: Collection[Kind], ids: Collection[str]) -> None:
        told = ""
        async for title, _, item in self._messages(user_id, ids):
            if title != told:
                out.write(f"=== {title} ===\n\n".encode())
                told = title
            out.write(f"{item['name']}: {item['text']}\n\n".encode())

    async def _messages(self, user_id: str, ids: Collection[str]) -> AsyncIterator[tuple[str, int, Mapping[str, Any]]]:
        """Every message of the shown branches, in order."""
        async for one in self._every(user_id, "conversations"):
            if ids and one["id"] not in ids:
                continue
            told = orjson.loads((await self._shelves.chats.export(user_id, one["id"], form="json"))[1])
            for number, item in enumerate(told["messages"], start=1):
                yield one["title"], number, item | {"text": item["variants"][item["selected"]]["text"]}

    async def _every(self, user_id: str, kind: Kind) -> AsyncIterator[Mapping[str, Any]]:
        """Every thing of a kind outside the trash, page by page."""
        cursor: str | None = None
        while True:
            page = await self._page(user_id, kind, cursor)
            for one in page.items:
                yield one
            cursor = page.next_cursor
            if cursor is None:
                return

    async def _page(self, user_id: str, kind: Kind, cursor: str | None) -> Page[Mapping[str, Any]]:
        shelves, place = self._shelves, {"cursor": cursor, "limit": PAGE_MAX}
        if kind == "characters":
            found, _ = await shelves.characters.page(user_id, Wanted(), cursor=cursor, limit=PAGE_MAX)
            return Page([dict(row) for row in found.items], found.next_cursor)
        if kind == "lorebooks":
            books = await shelves.lorebooks.list(user_id, cursor=cursor, limit=PAGE_MAX)
            return Page([dict(one.row) for one in books.items], books.next_cursor)
        if kind == "presets":
            rows = await shelves.presets.list(user_id, kind=None, q="", cursor=cursor, limit=PAGE_MAX)
            return Page([dict(row) for row in rows.items], rows.next_cursor)
        if kind == "personas":
            people = await shelves.personas.list(user_id, cursor=cursor, limit=PAGE_MAX)
            return Page([one.shown() for one in people.items], people.next_cursor)
        if kind == "groups":
            found_groups = await shelves.groups.list(user_id, cursor=cursor, limit=PAGE_MAX)
            return Page(list(found_groups.items), found_groups.next_cursor)
        if kind == "conversations":
            return await shelves.chats.list_all(user_id, **place)  # type: ignore[arg-type,return-value]
        kept = await self._storage.read(
            lambda conn: store.kept_page(conn, user_id, kind=None, after=cursor or "", limit=PAGE_MAX + 1)
        )
        items: list[Mapping[str, Any]] = [dict(row) | {"data": str(row["data"]).encode()} for row in kept[:PAGE_MAX]]
        return Page(items, kept[PAGE_MAX - 1]["id"] if len(kept) > PAGE_MAX else None)


def _learned(conn: Connection, user_id: str) -> _Told:
    locks: dict[str, list[str]] = {}
    for scope, persona in settings_of(conn, user_id, "/persona/id"):
        if scope.type == "character":
            locks.setdefault(persona, []).append(scope.id)
    enabled = [ids for scope, ids in settings_of(conn, user_id, "/scripts/enabled") if scope.type == "user"]
    return _Told(store.persona_files(conn, user_id), locks, [one for ids in enabled for one in ids or []])


def picture_place(card: str, character: str, kind: str, name: str) -> tuple[str, str]:
    """(folder, name) of a character's picture where SillyTavern looks for one of its kind."""
    if kind == "background":
        return f"characters/{card}/backgrounds", name
    if kind == "emotion":
        outfit, _, name = name.rpartition("/")
        return f"characters/{card}/{_safe(outfit)}" if outfit else f"characters/{card}", name
    return f"user/images/{_safe(character)}", name if kind == "other" else f"{kind}-{name}"


def _free(taken: set[str], folder: str, name: str, ending: str) -> str:
    """A path in the archive that no other has, told apart as SillyTavern does: Name, Name1, Name2."""
    plain, number = _safe(name), 0
    while True:
        stem = f"{plain}{number or ''}.{ending}"
        path = f"{folder}/{stem}" if folder else stem
        if path.lower() not in taken:
            taken.add(path.lower())
            return path
        number += 1


def _safe(name: str) -> str:
    return name.translate(UNSAFE).strip(". ")[:120] or "Character"


def _plain(value: Any) -> Any:
    """A cell that a spreadsheet will not take for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value

"""Everything of a person's in forms that others read: a SillyTavern folder as a zip, JSON, and chats as csv and txt."""

import csv
import io
import tempfile
import zipfile
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, Literal

import orjson

from tavernai.characters.lorebooks.service import LorebookService
from tavernai.characters.personas.service import PersonaService
from tavernai.characters.service import CharacterService
from tavernai.characters.store import Wanted
from tavernai.chat.conversations import ChatService
from tavernai.config.presets.service import PresetService
from tavernai.interop.importing import store
from tavernai.interop.importing.errors import NothingToExport
from tavernai.kernel.paging import PAGE_MAX, Page
from tavernai.ledger.ports import Storage

Format = Literal["json", "csv", "txt", "sillytavern"]
Kind = Literal["characters", "conversations", "lorebooks", "presets", "personas", "kept"]
ALL: Final[tuple[Kind, ...]] = ("characters", "lorebooks", "presets", "personas", "conversations", "kept")
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
    "quick_reply": "QuickReplies", "theme": "themes", "script": "regex",
}  # fmt: skip
KEPT_FOLDERS: Final[Mapping[str, str]] = {"group": "groups", "settings": ""}
UNSAFE: Final = str.maketrans(dict.fromkeys('/?<>\\:*|"', "") | {chr(code): "" for code in range(32)})


@dataclass(frozen=True, slots=True)
class Shelves:
    """Whose things are exported: the services of the rooms."""

    characters: CharacterService
    lorebooks: LorebookService
    presets: PresetService
    personas: PersonaService
    chats: ChatService


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
        taken: set[str] = set()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for kind in kinds:
                async for folder, name, ending, data in self._files(user_id, kind, ids):
                    archive.writestr(_free(taken, folder, name, ending), data)

    async def _files(self, user_id: str, kind: Kind, ids: Collection[str]) -> AsyncIterator[Placed]:
        """(folder, name, ending, bytes) in SillyTavern's layout."""
        shelves = self._shelves
        async for one in self._every(user_id, kind):
            if ids and one["id"] not in ids:
                continue
            if kind == "characters":
                yield "characters", one["name"], "png", (await shelves.characters.export_png(user_id, one["id"]))[1]
            elif kind == "lorebooks":
                data = (await shelves.lorebooks.export(user_id, one["id"], form="sillytavern"))[1]
                yield "worlds", one["name"], "json", data
            elif kind == "presets":
                folder = PRESET_FOLDERS.get(one["kind"], one["kind"])
                yield folder, one["name"], "json", (await shelves.presets.export(user_id, one["id"]))[1]
            elif kind == "conversations":
                data = (await shelves.chats.export(user_id, one["id"], form="jsonl"))[1]
                yield f"chats/{_safe(one['character_name'])}", one["title"], "jsonl", data
            elif kind == "kept" and one["kind"] in KEPT_FOLDERS:
                name = one["path"].rpartition("/")[2].removesuffix(".json")
                yield KEPT_FOLDERS[one["kind"]], name, "json", one["data"]

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
        if kind == "conversations":
            return await shelves.chats.list_all(user_id, **place)  # type: ignore[arg-type,return-value]
        kept = await self._storage.read(
            lambda conn: store.kept_page(conn, user_id, kind=None, after=cursor or "", limit=PAGE_MAX + 1)
        )
        items: list[Mapping[str, Any]] = [dict(row) | {"data": str(row["data"]).encode()} for row in kept[:PAGE_MAX]]
        return Page(items, kept[PAGE_MAX - 1]["id"] if len(kept) > PAGE_MAX else None)


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

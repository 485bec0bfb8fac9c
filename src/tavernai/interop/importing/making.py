"""Objects one after the other: read again, made by the room where they live, each batch in one unit of work.

A maker is given items of one kind and says of each what became of it. What it makes stands in the same unit of work as
the item's own row, so an import that was killed goes on with the first item that has no outcome.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final

import orjson

from tavernai.characters.domain.card import Card
from tavernai.characters.domain.pictures import Size
from tavernai.characters.domain.reading import canonical_hash
from tavernai.characters.errors import PictureRefused
from tavernai.characters.events import CharacterImported
from tavernai.characters.importing import ImportService
from tavernai.characters.lorebooks import importing as books
from tavernai.characters.personas import importing as personas
from tavernai.characters.personas.placing import USUAL, place_from
from tavernai.characters.ports import Pictures
from tavernai.characters.service import char_stream
from tavernai.characters.tables import thumbnails
from tavernai.chat import importing as writing
from tavernai.config.domain.fold import Op, Scope
from tavernai.config.presets import service as presets
from tavernai.config.service import commit_in
from tavernai.interop.importing import store
from tavernai.interop.importing.analysing import CARD_BYTES_MAX, JSON_BYTES_MAX, PICTURE_BYTES_MAX
from tavernai.interop.importing.domain import keys
from tavernai.interop.importing.domain.found import PRESETS
from tavernai.interop.importing.domain.layout import roots_of
from tavernai.interop.importing.domain.tuning import PersonaTold, Tuned, note_of, scripts_of
from tavernai.interop.importing.events import ImportKept
from tavernai.interop.importing.folders import Folders
from tavernai.interop.importing.homes import counter_in
from tavernai.interop.importing.making_chats import TAVERN, Cast, ChatTeller, derived_id, tell
from tavernai.interop.importing.sources import MemberUnreadable, Source, read_bytes
from tavernai.interop.importing.tables import import_items, import_kept
from tavernai.kernel.errors import TavernError
from tavernai.kernel.facts import By
from tavernai.kernel.ids import new_id
from tavernai.ledger.domain import Stream
from tavernai.ledger.ports import Storage
from tavernai.ledger.transaction import Transaction
from tavernai.storage.ports import Blobs
from tavernai.storage.rows import Row

READERS: Final = 4
"""Files read and pictures decoded at the same time."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What makers make with."""

    storage: Storage
    blobs: Blobs
    pictures: Pictures
    cards: ImportService


@dataclass(slots=True)
class Outcome:
    """What became of an item."""

    outcome: str
    """imported | duplicate | refused"""
    object_id: str | None = None
    version: int | None = None
    status: str | None = None
    code: str | None = None
    message: str | None = None
    about: dict[str, Any] | None = None
    fields: list[dict[str, str]] | None = None


@dataclass(slots=True)
class Read:
    """An item with what was read of it outside of the unit of work."""

    item: Row
    value: Any = None
    refused: Outcome | None = None
    extra: dict[str, Any] = field(default_factory=dict)


def refused(code: str, message: str) -> Outcome:
    return Outcome("refused", status="refused", code=code, message=message)


UNREADABLE: Final = ("unreadable", "This file cannot be read.")
Maker = Callable[[Sequence[Row]], Awaitable[None]]


class Importer:
    """One run of one import."""

    def __init__(self, tools: Tools, source: Source, job: Row, folders: Folders) -> None:
        self._tools = tools
        self._source = source
        self._job = job
        self._owner = job["owner_id"]
        self._by = By(f"user:{job['owner_id']}", "import")
        self._cause = job["cause_id"]
        self._folders = folders
        self._turns = asyncio.Semaphore(READERS)
        self._makers: dict[str, Maker] = {
            "character": self._characters,
            "lorebook": self._each(self._read_book, self._book),
            "persona": self._each(self._read_persona, self._persona),
            **dict.fromkeys(PRESETS, self._each(self._read_preset, self._preset)),
            "background": self._each(self._read_background, self._keep),
            "group": self._each(self._read_group, self._keep),
            "chat": self._chats,
            "group_chat": self._chats,
            "settings": self._settings,
        }

    async def make(self, items: Sequence[Row]) -> None:
        """Items of one kind, in their order."""
        await self._makers[items[0]["kind"]](items)

    def _each(self, read: Callable[[Row], Any], make: Callable[[Transaction, Read], Outcome]) -> Maker:
        """A maker of objects that are small: all of a batch are read, then all are written."""

        async def made(items: Sequence[Row]) -> None:
            told = await asyncio.gather(*(self._in_turn(read, item) for item in items))

            def unit(tx: Transaction) -> None:
                for one in told:
                    self._settle(tx, one.item, one.refused or make(tx, one))

            await self._tools.storage.commit(unit)

        return made

    async def _in_turn(self, read: Callable[[Row], Any], item: Row) -> Read:
        async with self._turns:
            return await asyncio.to_thread(_read_safely, read, item)

    def _settle(self, tx: Transaction, item: Row, told: Outcome) -> None:
        values: dict[str, Any] = {"outcome": told.outcome, "object_id": told.object_id, "object_version": told.version}
        values |= {"code": told.code or item["code"], "message": told.message or item["message"]}
        if told.status is not None:
            values["status"] = told.status
        if told.about is not None:
            values["about"] = orjson.dumps(item["about"] | told.about).decode()
        if told.fields is not None:
            values["fields"] = orjson.dumps(told.fields).decode()
        tx.update(import_items, (item["import_id"], item["n"]), **values)

    # Characters: many a commit, their pictures made smaller beside it.

    async def _characters(self, items: Sequence[Row]) -> None:
        told = await asyncio.gather(*(self._in_turn(self._read_card, item) for item in items))
        await self._tools.storage.commit(lambda tx: self._cards(tx, told))

    def _read_card(self, item: Row) -> Read:
        data = read_bytes(self._source, item["path"], bytes_max=CARD_BYTES_MAX)
        fact = self._tools.cards.prepared(data, item["path"].rpartition("/")[2])
        original_hash = fact.card_hash
        tags = [tag for tag in item["about"].get("tags", []) if tag not in fact.card["tags"]]
        if tags:
            card = fact.card | {"tags": [*fact.card["tags"], *tags]}
            fact = replace(fact, card=card, card_hash=canonical_hash(Card(card, fact.outer, fact.card_version)))
        return Read(item, fact, extra={"thumbnail": self._thumbnail(fact.avatar), "card_hash": original_hash})

    def _thumbnail(self, avatar: str | None) -> str | None:
        """The gallery's picture, made now so that a page of new characters shows at once."""
        if avatar is None:
            return None
        try:
            small = self._tools.pictures.resized(self._tools.blobs.get(avatar), Size.CARD)
        except PictureRefused:
            return None
        return self._tools.blobs.put(small)

    def _cards(self, tx: Transaction, told: Sequence[Read]) -> None:
        facts: list[CharacterImported] = [one.value for one in told if one.refused is None]
        originals = [fact.original for fact in facts]
        hashes = [fact.card_hash for fact in facts] + [one.extra["card_hash"] for one in told if one.refused is None]
        here = store.twins_of(tx.rows(store.twins(self._owner, originals=originals, hashes=hashes)))
        for one in told:
            if one.refused is not None:
                self._settle(tx, one.item, one.refused)
                continue
            fact: CharacterImported = one.value
            twin = here.get(fact.original) or here.get(fact.card_hash) or here.get(one.extra["card_hash"])
            if twin is not None:
                self._settle(tx, one.item, Outcome("duplicate", twin))
                continue
            tx.append(char_stream(self._owner, fact.character_id), [fact], by=self._by, cause_id=self._cause)
            here |= dict.fromkeys((fact.original, fact.card_hash, one.extra["card_hash"]), fact.character_id)
            self._note_thumbnail(tx, fact.avatar, one.extra["thumbnail"])
            self._settle(tx, one.item, Outcome("imported", fact.character_id, 1))

    def _note_thumbnail(self, tx: Transaction, avatar: str | None, blob: str | None) -> None:
        if avatar is not None and blob is not None and tx.get(thumbnails, (avatar, str(Size.CARD))) is None:
            tx.insert(thumbnails, {"source": avatar, "size": str(Size.CARD), "blob": blob})

    # Lorebooks, presets, personas.

    def _read_book(self, item: Row) -> Read:
        data = read_bytes(self._source, item["path"], bytes_max=JSON_BYTES_MAX)
        return Read(item, books.prepared(data, item["path"].rpartition("/")[2]))

    def _book(self, tx: Transaction, one: Read) -> Outcome:
        made = books.imported_in(tx, self._owner, one.value)
        return self._told(tx, "lorebook", made.status, made.lorebook_id)

    def _read_preset(self, item: Row) -> Read:
        path, _, inside = item["path"].partition("#")
        root = next(iter(roots_of([path])), "")
        kind = PRESETS[item["kind"]]
        if inside.startswith("extension_settings"):
            script = scripts_of(self._folders.settings(root))[int(inside.rpartition("[")[2].rstrip("]"))]
            fact = presets.prepared(orjson.dumps(script), str(script.get("scriptName") or ""), kind="script")[0]
            return Read(item, fact)
        data = read_bytes(self._source, path, bytes_max=JSON_BYTES_MAX)
        facts = presets.prepared(data, path.rpartition("/")[2], kind=kind)  # type: ignore[arg-type]
        return Read(item, facts[item["about"].get("place", 0)])

    def _preset(self, tx: Transaction, one: Read) -> Outcome:
        made = presets.imported_in(tx, self._owner, one.value)
        return self._told(tx, one.item["kind"], made.status, made.preset_id)

    def _told(self, tx: Transaction, kind: str, status: str, object_id: str | None) -> Outcome:
        if status == "duplicate" or object_id is None:
            return Outcome("duplicate", object_id)
        return Outcome("imported", object_id, counter_in(tx, kind, object_id))

    def _read_persona(self, item: Row) -> Read:
        path, _, inside = item["path"].partition("#")
        root = next(iter(roots_of([path])), "")
        avatar = inside.removeprefix("personas/") if inside else path.rpartition("/")[2]
        told = self._folders.personas(root).get(avatar)
        picture = None
        if not inside:
            data = read_bytes(self._source, path, bytes_max=PICTURE_BYTES_MAX)
            try:
                self._tools.pictures.resized(data, Size.SMALL)
                picture = self._tools.blobs.put(data)
            except PictureRefused:
                picture = None
        return Read(item, told, extra={"picture": picture})

    def _persona(self, tx: Transaction, one: Read) -> Outcome:
        twin = self._earlier(tx, one.item)
        if twin is not None:
            return Outcome("duplicate", twin)
        told: PersonaTold | None = one.value
        persona_id = new_id()
        book = self._folders.book_in(tx, self._owner, told.lorebook) if told is not None else None
        version = personas.import_in(
            tx,
            persona_id,
            owner_id=self._owner,
            by=self._by,
            name=one.item["name"],
            description=told.description if told is not None else "",
            avatar=one.extra["picture"],
            lorebook_id=book,
            place=place_from(told.rest) if told is not None else USUAL,
            cause_id=self._cause,
        )
        if told is not None and told.rest:
            self._kept(tx, "persona_fields", one.item, dict(told.rest), object_id=persona_id)
        return Outcome("imported", persona_id, version)

    def _earlier(self, tx: Transaction, item: Row) -> str | None:
        """The object that the same content became in an earlier import, if the analysis saw it."""
        found = item["about"].get("object_id") if item["verdict"] == "duplicate" else None
        return found if isinstance(found, str) else None

    # What has no home of its own.

    def _read_background(self, item: Row) -> Read:
        data = read_bytes(self._source, item["path"], bytes_max=PICTURE_BYTES_MAX)
        self._tools.pictures.resized(data, Size.SMALL)
        name = item["path"].rpartition("/")[2]
        return Read(item, {"file": name, "blob": self._tools.blobs.put(data)})

    def _read_group(self, item: Row) -> Read:
        data = read_bytes(self._source, item["path"], bytes_max=JSON_BYTES_MAX)
        return Read(item, keys.without_secrets(orjson.loads(data), []))

    def _keep(self, tx: Transaction, one: Read) -> Outcome:
        twin = self._earlier(tx, one.item)
        if twin is not None:
            return Outcome("duplicate", twin)
        return Outcome("imported", self._kept(tx, one.item["kind"], one.item, one.value), status="preserved")

    def _kept(
        self, tx: Transaction, kind: str, item: Row, value: Any, *, object_id: str | None = None, part: str = ""
    ) -> str:
        """Keep a value as it came; once, however often this is asked for. Its id."""
        kept_id = derived_id(self._job["created_at"], f"{self._job['id']}/{item['n']}/{kind}/{part}")
        if tx.get(import_kept, kept_id) is None:
            data = value if isinstance(value, str) else orjson.dumps(value).decode()
            fact = ImportKept(kept_id, self._job["id"], kind, item["name"], item["path"], object_id, data)
            tx.append(Stream(f"import:{self._job['id']}", self._owner), [fact], by=self._by, cause_id=self._cause)
        return kept_id

    # Chats.

    async def _chats(self, items: Sequence[Row]) -> None:
        for item in items:
            if "part_of" in item["about"]:
                await self._tools.storage.commit(partial(self._branch, item=item))
                continue
            try:
                await self._chat(item)
            except (MemberUnreadable, TavernError) as error:
                told = refused(error.code, error.detail) if isinstance(error, TavernError) else refused(*UNREADABLE)
                if isinstance(error, TavernError) and error.status >= 500:
                    raise
                await self._tools.storage.commit(partial(self._settle, item=item, told=told))

    def _branch(self, tx: Transaction, item: Row) -> None:
        """A file that became part of its parent's conversation."""
        whole = self._folders.chats.get(item["about"]["part_of"])
        told = Outcome(whole[0], whole[1], whole[2], status="mapped") if whole else refused(*UNREADABLE)
        self._settle(tx, item, told)

    async def _chat(self, item: Row) -> None:
        about = item["about"]
        twin = about.get("object_id") if item["verdict"] == "duplicate" else None
        if twin is not None:
            self._folders.chats[item["path"]] = ("duplicate", twin, None)
            await self._tools.storage.commit(lambda tx: self._settle(tx, item, Outcome("duplicate", twin)))
            return
        role = await self._folders.role(about)
        conversation_id = derived_id(self._job["created_at"], f"{self._job['id']}/{item['n']}")
        begin = role.name or about.get("character_name") or about.get("folder") or item["name"]
        await self._tools.storage.commit(lambda tx: writing.begin(
            tx, conversation_id, owner_id=self._owner, by=self._by, character_id=role.id,
            character_name=begin, title=item["name"], cause_id=self._cause,
        ))  # fmt: skip
        seed = f"{self._job['id']}/{item['n']}/m"
        cast = Cast(self._folders.files, self._folders.names, role.id if item["kind"] == "chat" else None)
        teller = ChatTeller(self._source, about, seed=seed, cast=cast, begin=self._job["created_at"])
        place = {"conversation_id": conversation_id, "owner_id": self._owner, "by": self._by}
        await tell(self._tools.storage, teller, **place, keep=lambda tx, number, extras: self._kept(
            tx, "message_lines", item, extras, object_id=conversation_id, part=str(number)
        ))  # fmt: skip
        await self._tools.storage.commit(lambda tx: self._end_chat(tx, item, teller, conversation_id))

    def _end_chat(self, tx: Transaction, item: Row, teller: ChatTeller, conversation_id: str) -> None:
        end = teller.end
        place = {"leaf_id": end.leaf_id, "variant_id": end.variant_id}
        position = writing.finish(tx, conversation_id, **place, owner_id=self._owner, by=self._by)
        metadata = item["about"].get("metadata", {})
        if item["about"]["form"] == TAVERN:
            self._kept(tx, "chat_metadata", item, teller.metadata or metadata, object_id=conversation_id)
        self._tune_chat(tx, conversation_id, metadata, item["about"].get("root", ""))
        self._folders.chats[item["path"]] = ("imported", conversation_id, position)
        self._settle(tx, item, Outcome("imported", conversation_id, position))

    def _tune_chat(self, tx: Transaction, conversation_id: str, metadata: Mapping[str, Any], root: str) -> None:
        """The author's note, the lorebook and the persona of a chat are config of the conversation."""
        ops: list[Op] = [
            {"op": "set", "path": one.path, "value": one.value}
            for one in note_of(metadata, at="")
            if isinstance(one, Tuned)
        ]
        book = self._folders.book_in(tx, self._owner, str(metadata.get("world_info") or ""))
        if book is not None:
            ops.append({"op": "set", "path": "/lore/books", "value": [book]})
        persona = self._folders.persona_files.get(f"{root}{metadata.get('persona') or ''}")
        if persona is not None:
            ops.append({"op": "set", "path": "/persona/id", "value": persona})
        self._tune(tx, Scope("conversation", conversation_id), ops)

    def _tune(self, tx: Transaction, scope: Scope, ops: Sequence[Op]) -> list[Op]:
        """Those of the ops that this version takes, as one revision."""
        taken: list[Op] = []
        for op in ops:
            try:
                commit_in(tx, self._owner, scope, [op], by=self._by, cause_id=self._cause)
                taken.append(op)
            except TavernError:
                continue
        return taken

    # Settings, at the very end: they name presets, books and characters.

    async def _settings(self, items: Sequence[Row]) -> None:
        for item in items:
            await self._folders.learn()
            await self._tools.storage.commit(partial(self._settled, item=item))

    def _settled(self, tx: Transaction, item: Row) -> None:
        if (twin := self._earlier(tx, item)) is not None:
            self._settle(tx, item, Outcome("duplicate", twin))
            return
        root = item["path"].removesuffix("settings.json")
        applied: list[dict[str, Any]] = []
        for scope, ops in self._folders.settings_ops(tx, self._owner, root):
            before = self._folders.values_in(tx, scope)
            for op in self._tune(tx, scope, ops):
                was = before.get(op["path"])
                applied.append({"scope": scope.type, "id": scope.id, "path": op["path"], "value": op["value"],
                                "was": was, "had": op["path"] in before})  # fmt: skip
        chosen = self._choose_persona(tx, root)
        kept_id = self._kept(tx, "settings", item, keys.without_secrets(self._folders.settings(root), []))
        about = {"applied": applied} | ({"default_was": chosen} if chosen else {})
        self._settle(tx, item, Outcome("imported", kept_id, status="mapped", about=about))

    def _choose_persona(self, tx: Transaction, root: str) -> str | None:
        """Play the folder's default persona from now on; the id of the one before."""
        default = next((told.avatar for told in self._folders.personas(root).values() if told.is_default), None)
        persona = self._folders.persona_files.get(f"{root}{default}") if default else None
        was = personas.default_id_in(tx, self._owner)
        if persona is None or persona == was:
            return None
        personas.choose_in(tx, persona, owner_id=self._owner, by=self._by)
        # That was us, too: an undo must not take it for somebody's change.
        version = counter_in(tx, "persona", persona)
        for row in tx.rows(store.items_that_became(self._job["id"], persona)):
            tx.update(import_items, (row["import_id"], row["n"]), object_version=version)
        return was


def _read_safely(read: Callable[[Row], Any], item: Row) -> Read:
    try:
        found: Read = read(item)
    except MemberUnreadable:
        return Read(item, refused=refused(*UNREADABLE))
    except (ValueError, KeyError, IndexError):
        return Read(item, refused=refused("changed_meanwhile", "This file is not what it was when it was looked at."))
    except TavernError as error:
        if error.status >= 500:
            raise
        return Read(item, refused=refused(error.code, error.detail))
    return found

"""Characters: use-cases. The only place of the room that opens a unit of work for them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from tavernai.characters import events as e
from tavernai.characters import shown, store
from tavernai.characters.domain import export
from tavernai.characters.domain.card import Card, changed_card, changed_fields, greetings, new_card
from tavernai.characters.domain.jsontext import JsonRefused, as_cleaned, clean_value
from tavernai.characters.domain.pictures import Size, picture_hash
from tavernai.characters.domain.reading import JSON_BYTES_MAX, canonical_card, canonical_hash
from tavernai.characters.domain.repairs import Repairs
from tavernai.characters.errors import CardTooLarge, InTrash, PictureRefused
from tavernai.characters.gallery.ports import Chats, NoChats
from tavernai.characters.ports import Pictures
from tavernai.characters.shown import Character
from tavernai.characters.store import Wanted
from tavernai.characters.tables import character_cards, characters
from tavernai.kernel.errors import Conflict, InvalidInput, NotFound
from tavernai.kernel.facts import By
from tavernai.kernel.ids import new_id
from tavernai.kernel.paging import Page, decode_cursor, encode_cursor
from tavernai.ledger.domain import Stream
from tavernai.ledger.ports import Storage
from tavernai.ledger.transaction import Transaction
from tavernai.storage.ports import Blobs
from tavernai.storage.rows import Row

AT_ONCE = 2
"""Pictures decoded at the same time for exports and new avatars."""

Listed = tuple[Page[Row], int | None]


def get_in(tx: Transaction, owner_id: str, character_id: str) -> Character:
    """The character with its card inside a unit of work, read by key.

    Raises:
        NotFound: none, in the trash, or somebody else's.
    """
    found = find_in(tx, owner_id, character_id)
    if found.row["deleted"]:
        raise NotFound
    return found


def find_in(tx: Transaction, owner_id: str, character_id: str) -> Character:
    """As get_in, in the trash or not. Raises NotFound."""
    row, card = tx.get(characters, character_id), tx.get(character_cards, character_id)
    if row is None or card is None or row["owner_id"] != owner_id:
        raise NotFound
    return Character.of(row, card)


def greetings_in(tx: Transaction, owner_id: str, character_id: str) -> list[str]:
    """What the character may say first, first_mes before the alternates, blank ones left out. Raises NotFound."""
    return greetings(get_in(tx, owner_id, character_id).card)


def char_stream(owner_id: str, character_id: str) -> Stream:
    """Where a character's facts stand."""
    return Stream(f"char:{character_id}", owner_id)


class CharacterService:
    """A person's characters."""

    def __init__(self, storage: Storage, blobs: Blobs, pictures: Pictures, *, chats: Chats | None = None) -> None:
        self._storage = storage
        self._chats = chats if chats is not None else NoChats()
        self._blobs = blobs
        self._pictures = pictures
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def page(
        self, user_id: str, asked: Wanted, *, with_hidden: bool = True, cursor: str | None, limit: int
    ) -> Listed:
        """A page of rows and, with the first page, how many there are in all.

        Each row also carries `chatted_at`, `chats` and `messages` when there were any.
        """
        column, kind, _ = store.SORTS[asked.sort]
        after = decode_cursor(cursor, kind, str) if cursor else None

        def query(conn: Any) -> tuple[list[Row], int | None]:
            wanted = asked if with_hidden else store.unhidden(conn, user_id, asked)
            told = self._chats.told(user_id)
            rows = store.page(conn, user_id, wanted, after=after, limit=limit + 1, chats=told)
            rows = store.with_chats(conn, rows, told)
            whole = len(rows) if after is None and len(rows) <= limit else None
            return rows, store.count(conn, user_id, wanted) if after is None and whole is None else whole

        rows, total = await self._storage.read(query)
        more = encode_cursor(rows[limit - 1][column], rows[limit - 1]["id"]) if len(rows) > limit else None
        return Page(rows[:limit], more), total

    async def any_of(self, user_id: str, asked: Wanted, *, with_hidden: bool) -> Row:
        """One of the list, by chance. Raises NotFound: it holds nobody."""

        def query(conn: Any) -> Row:
            wanted = asked if with_hidden else store.unhidden(conn, user_id, asked)
            row = store.any_of(conn, user_id, wanted)
            if row is None:
                raise NotFound
            return store.with_chats(conn, [row], self._chats.told(user_id))[0]

        return await self._storage.read(query)

    async def chosen_ids(self, user_id: str, found: Callable[[Any, str], list[str]]) -> list[str]:
        """The ids somebody chose; `found` reads them."""
        return await self._storage.read(lambda conn: found(conn, user_id))

    async def tags(self, user_id: str) -> list[tuple[str, int]]:
        """Tags with how many characters carry them, most used first."""
        return await self._storage.read(lambda conn: store.tags(conn, user_id))

    async def get(self, user_id: str, character_id: str) -> Character:
        """A character with its card, in the trash or not. Raises NotFound."""

        def query(conn: Any) -> Character:
            row = store.character(conn, user_id, character_id)
            card = store.card_row(conn, user_id, character_id)
            if row is None or card is None:
                raise NotFound
            return Character.of(row, card)

        return await self._storage.glance(query)

    async def create(self, user_id: str, fields: dict[str, Any]) -> Character:
        """A character from V3 fields. Raises InvalidInput without a name, CardTooLarge."""
        if not str(fields.get("name") or "").strip():
            raise InvalidInput("A character needs a name.", field="name")
        repairs, character_id = Repairs(), new_id()
        card = _bounded(new_card(_clean(fields, repairs), repairs))
        made = e.CharacterCreated(
            character_id, card.data, card.outer, card.version, canonical_hash(card), repairs.as_json()
        )
        return await self._storage.commit(lambda tx: _recorded(tx, user_id, character_id, [made]))

    async def edit(
        self,
        user_id: str,
        character_id: str,
        *,
        version: int,
        fields: dict[str, Any] | None = None,
        favourite: bool | None = None,
    ) -> Character:
        """Other fields of the card (null empties one), or the mark of a favourite.

        Raises:
            NotFound, InTrash, InvalidInput, CardTooLarge
            Conflict: `version` is not the current one (facts: current, as the API shows it).
        """
        repairs = Repairs()
        given = _clean(fields or {}, repairs)
        if "name" in given and not str(given["name"] or "").strip():
            raise InvalidInput("A character needs a name.", field="name")

        def unit(tx: Transaction) -> Character:
            now = _current(tx, user_id, character_id, version=version)
            facts: list[Any] = _edits(now, given, repairs) if given else []
            if favourite is not None and favourite != bool(now.row["favourite"]):
                facts.append(e.CharacterFavourited(character_id, favourite))
            return _recorded(tx, user_id, character_id, facts)

        return await self._storage.commit(unit)

    async def delete(self, user_id: str, character_id: str) -> None:
        """Put it into the trash; again is nothing. Raises NotFound."""

        def unit(tx: Transaction) -> None:
            if not find_in(tx, user_id, character_id).row["deleted"]:
                _recorded(tx, user_id, character_id, [e.CharacterDeleted(character_id)])

        await self._storage.commit(unit)

    async def restore(self, user_id: str, character_id: str) -> Character:
        """Take it out of the trash; again is nothing. Raises NotFound."""

        def unit(tx: Transaction) -> Character:
            trashed = find_in(tx, user_id, character_id).row["deleted"]
            facts = [e.CharacterRestored(character_id)] if trashed else []
            return _recorded(tx, user_id, character_id, facts)

        return await self._storage.commit(unit)

    async def history(self, user_id: str, character_id: str, *, cursor: str | None, limit: int) -> Page[Row]:
        """What was changed, newest first. Raises NotFound."""
        before = decode_cursor(cursor, int)[0] if cursor else None

        def query(conn: Any) -> list[Row]:
            if store.character(conn, user_id, character_id) is None:
                raise NotFound
            return store.CHARACTERS.lines(conn, user_id, character_id, before=before, limit=limit + 1)

        rows = await self._storage.read(query)
        more = encode_cursor(rows[limit - 1]["version"]) if len(rows) > limit else None
        return Page(rows[:limit], more)

    async def export_json(self, user_id: str, character_id: str) -> tuple[str, bytes]:
        """File name and bytes of the card as JSON. Raises NotFound."""
        card = _card_of(await self.get(user_id, character_id))
        return export.file_name(card, "json"), export.export_json(card)

    async def export_png(self, user_id: str, character_id: str) -> tuple[str, bytes]:
        """File name and bytes of the card in its picture, or in a drawn portrait. Raises NotFound."""
        character = await self.get(user_id, character_id)
        card = _card_of(character)
        async with self._turns:
            made = await asyncio.to_thread(self._png_of, card, character.row["avatar"])
        return export.file_name(card, "png"), made

    async def set_avatar(self, user_id: str, character_id: str, data: bytes) -> Character:
        """Another picture. Raises NotFound, InTrash, PictureRefused."""
        await self.get(user_id, character_id)
        async with self._turns:
            digest, shows = await asyncio.to_thread(self._kept_picture, data)

        def unit(tx: Transaction) -> Character:
            now = _current(tx, user_id, character_id, version=None)
            changed = e.CharacterAvatarChanged(character_id, digest, shows)
            facts = [changed] if now.row["avatar"] != digest else []
            return _recorded(tx, user_id, character_id, facts)

        return await self._storage.commit(unit)

    async def export_many(
        self, user_id: str, character_ids: Sequence[str], form: str
    ) -> AsyncIterator[tuple[str, bytes]]:
        """File name and bytes of each that is there, one by one."""
        for character_id in character_ids:
            try:
                yield await (self.export_json if form == "json" else self.export_png)(user_id, character_id)
            except NotFound:
                continue

    def _kept_picture(self, data: bytes) -> tuple[str, str]:
        # Decoded once before it is kept: what is stored as an avatar can be shown.
        self._pictures.resized(data, Size.SMALL)
        return self._blobs.put(data), picture_hash(data)

    def _png_of(self, card: Card, avatar: str | None) -> bytes:
        try:
            picture = self._pictures.as_png(self._blobs.get(avatar)) if avatar else None
        except PictureRefused:
            picture = None
        return export.export_png(card, picture or self._pictures.portrait_png(card.name))


def _clean(fields: dict[str, Any], repairs: Repairs) -> dict[str, Any]:
    try:
        cleaned: dict[str, Any] = clean_value(fields, repairs)
    except JsonRefused as error:
        raise InvalidInput(f"The card cannot be stored: {error}.", field="card") from None
    return cleaned


def _bounded(card: Card) -> Card:
    if len(canonical_card(card.data, card.outer)) > JSON_BYTES_MAX:
        raise CardTooLarge
    return card


def _card_of(character: Character) -> Card:
    return Card(character.card, character.outer, character.row["card_version"])


def _current(tx: Transaction, user_id: str, character_id: str, *, version: int | None) -> Character:
    now = find_in(tx, user_id, character_id)
    if now.row["deleted"]:
        raise InTrash
    if version is not None and version != now.row["version"]:
        raise Conflict(current=shown.detail(now))
    return now


def _edits(now: Character, fields: dict[str, Any], repairs: Repairs) -> list[Any]:
    old = Card(as_cleaned(now.card), as_cleaned(now.outer), now.row["card_version"])
    new = _bounded(changed_card(old, fields, repairs))
    changed = changed_fields(old, new)
    if not changed:
        return []
    return [e.CharacterEdited(now.id, new.data, new.outer, canonical_hash(new), changed, repairs.as_json())]


def _recorded(tx: Transaction, user_id: str, character_id: str, facts: Sequence[Any]) -> Character:
    if facts:
        tx.append(char_stream(user_id, character_id), facts, by=By.user(user_id))
    return find_in(tx, user_id, character_id)

"""Collections, saved filters and hidden tags: how a person arranges their characters."""

from collections.abc import Callable
from typing import Any

import orjson
from sqlalchemy import Connection, Table

from tavernai.characters import store as characters_store
from tavernai.characters.domain.names import sort_key
from tavernai.characters.gallery import events as e
from tavernai.characters.gallery import store
from tavernai.characters.gallery.errors import NameTaken
from tavernai.characters.gallery.tables import collections, hidden_tags, saved_filters
from tavernai.kernel.clock import rfc3339
from tavernai.kernel.errors import Conflict, InvalidInput, NotFound
from tavernai.kernel.facts import By
from tavernai.kernel.ids import new_id
from tavernai.kernel.paging import Page, decode_cursor, encode_cursor
from tavernai.kernel.text import clean_text
from tavernai.ledger.ports import Storage
from tavernai.ledger.transaction import Transaction
from tavernai.storage.rows import Row

NAME_CHARS_MAX = 100
Shown = dict[str, Any]


def own(tx: Transaction, table: Table, owner_id: str, row_id: str) -> Row:
    """A collection or saved filter inside a unit of work. Raises NotFound."""
    row = tx.get(table, row_id)
    if row is None or row["owner_id"] != owner_id:
        raise NotFound
    return row


def collection_shown(row: Row) -> Shown:
    """A collection as others see it; `count` are those outside the trash."""
    return {"id": row["id"], "name": row["name"], "count": row["count"], "version": row["version"]}


def filter_shown(row: Row) -> Shown:
    """A saved filter as others see it."""
    return {
        "id": row["id"], "name": row["name"], "filter": orjson.loads(row["filter"]), "version": row["version"],
        "created_at": rfc3339(row["created_at"]),
    }  # fmt: skip


class ShelfService:
    """A person's collections, saved filters and hidden tags."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def collections(self, user_id: str, *, cursor: str | None, limit: int) -> Page[Shown]:
        """Collections by name."""
        after = decode_cursor(cursor, str, str) if cursor else None
        rows = await self._storage.read(
            lambda conn: store.collections_after(conn, user_id, after=after, limit=limit + 1)
        )
        last = rows[limit - 1] if len(rows) > limit else None
        more = encode_cursor(last["name_key"], last["id"]) if last is not None else None
        return Page([collection_shown(row) for row in rows[:limit]], more)

    async def collections_of(self, user_id: str, character_id: str) -> list[Shown]:
        """In which collections a character is. Raises NotFound."""

        def query(conn: Connection) -> list[Row]:
            if characters_store.character(conn, user_id, character_id) is None:
                raise NotFound
            return store.collections_of(conn, user_id, character_id)

        return [dict(row) for row in await self._storage.read(query)]

    async def create_collection(self, user_id: str, name: str) -> Shown:
        """A new one, empty. Raises InvalidInput, NameTaken."""
        name, row_id = _name(name), new_id()

        def unit(tx: Transaction) -> None:
            _free(tx, user_id, name)
            _record(tx, user_id, e.CollectionCreated(row_id, name))

        return await self._collected(user_id, row_id, unit)

    async def rename_collection(self, user_id: str, collection_id: str, name: str, *, version: int) -> Shown:
        """Another name. Raises NotFound, InvalidInput, NameTaken, Conflict."""
        name = _name(name)

        def unit(tx: Transaction) -> None:
            row = _current(tx, collections, user_id, collection_id, version=version)
            if row["name_key"] != sort_key(name):
                _free(tx, user_id, name)
            if row["name"] != name:
                _record(tx, user_id, e.CollectionRenamed(collection_id, name))

        return await self._collected(user_id, collection_id, unit)

    async def delete_collection(self, user_id: str, collection_id: str) -> None:
        """Put it away; its characters stay. Again is nothing. Raises NotFound."""
        await self._storage.commit(_turned(collections, user_id, collection_id, e.CollectionDeleted, deleted=True))

    async def restore_collection(self, user_id: str, collection_id: str) -> Shown:
        """Back with everybody who was in it. Raises NotFound, NameTaken."""

        def unit(tx: Transaction) -> None:
            row = own(tx, collections, user_id, collection_id)
            if row["deleted"]:
                _free(tx, user_id, row["name"])
                _record(tx, user_id, e.CollectionRestored(collection_id))

        return await self._collected(user_id, collection_id, unit)

    async def _collected(self, user_id: str, collection_id: str, unit: Callable[[Transaction], None]) -> Shown:
        await self._storage.commit(unit)
        [row] = await self._storage.read(
            lambda conn: store.collections_after(conn, user_id, after=None, limit=1, only=collection_id)
        )
        return collection_shown(row)

    async def filters(self, user_id: str, *, cursor: str | None, limit: int) -> Page[Shown]:
        """Saved filters, the oldest first."""
        after = decode_cursor(cursor, str)[0] if cursor else ""
        rows = await self._storage.read(lambda conn: store.filters_after(conn, user_id, after=after, limit=limit + 1))
        more = encode_cursor(rows[limit - 1]["id"]) if len(rows) > limit else None
        return Page([filter_shown(row) for row in rows[:limit]], more)

    async def save_filter(self, user_id: str, name: str, asked: dict[str, Any]) -> Shown:
        """A new one. Raises InvalidInput."""
        name, row_id = _name(name), new_id()

        def unit(tx: Transaction) -> Shown:
            _record(tx, user_id, e.SavedFilterCreated(row_id, name, asked))
            return filter_shown(own(tx, saved_filters, user_id, row_id))

        return await self._storage.commit(unit)

    async def change_filter(
        self, user_id: str, filter_id: str, *, version: int, name: str | None, asked: dict[str, Any] | None
    ) -> Shown:
        """Another name, or other things asked for. Raises NotFound, InvalidInput, Conflict."""
        named = None if name is None else _name(name)

        def unit(tx: Transaction) -> Shown:
            row = _current(tx, saved_filters, user_id, filter_id, version=version)
            now = (row["name"], orjson.loads(row["filter"]))
            then = (named or now[0], now[1] if asked is None else asked)
            if then != now:
                _record(tx, user_id, e.SavedFilterChanged(filter_id, *then))
            return filter_shown(own(tx, saved_filters, user_id, filter_id))

        return await self._storage.commit(unit)

    async def delete_filter(self, user_id: str, filter_id: str) -> None:
        """Put it away; again is nothing. Raises NotFound."""
        await self._storage.commit(_turned(saved_filters, user_id, filter_id, e.SavedFilterDeleted, deleted=True))

    async def restore_filter(self, user_id: str, filter_id: str) -> Shown:
        """Back in the list. Raises NotFound."""
        await self._storage.commit(_turned(saved_filters, user_id, filter_id, e.SavedFilterRestored, deleted=False))
        row = await self._storage.read(lambda conn: store.row(conn, saved_filters, user_id, filter_id))
        assert row is not None
        return filter_shown(row)

    async def hidden(self, user_id: str) -> Shown:
        """The tags whose characters stay out of sight."""
        tags, version = await self._storage.read(lambda conn: characters_store.hidden(conn, user_id))
        return {"tags": tags, "version": version}

    async def hide(self, user_id: str, tags: list[str], *, version: int) -> Shown:
        """Other hidden tags. Raises Conflict."""
        wanted = list({sort_key(tag): tag for tag in map(_name, tags)}.values())

        def unit(tx: Transaction) -> Shown:
            row = tx.get(hidden_tags, user_id)
            now = {"tags": orjson.loads(row["tags"]) if row else [], "version": row["version"] if row else 0}
            if now["version"] != version:
                raise Conflict(current=now)
            if now["tags"] == wanted:
                return now
            _record(tx, user_id, e.HiddenTagsChanged(wanted))
            return {"tags": wanted, "version": version + 1}

        return await self._storage.commit(unit)


def _name(name: str) -> str:
    cleaned = " ".join(clean_text(name).split())
    if not cleaned or len(cleaned) > NAME_CHARS_MAX:
        raise InvalidInput(f"A name has 1 to {NAME_CHARS_MAX} characters.", field="name")
    return cleaned


def _free(tx: Transaction, user_id: str, name: str) -> None:
    if tx.rows(store.same_name(user_id, sort_key(name))):
        raise NameTaken("There is a collection of this name already.", field="name")


def _record(tx: Transaction, user_id: str, fact: Any) -> None:
    tx.append(e.gallery_stream(user_id), [fact], by=By.user(user_id))


def _current(tx: Transaction, table: Table, user_id: str, row_id: str, *, version: int) -> Row:
    row = own(tx, table, user_id, row_id)
    if row["deleted"]:
        raise NotFound
    if row["version"] != version:
        raise Conflict(current={"id": row["id"], "name": row["name"], "version": row["version"]})
    return row


def _turned(
    table: Table, user_id: str, row_id: str, fact: Callable[[str], Any], *, deleted: bool
) -> Callable[[Transaction], None]:
    """Records the fact unless the row is so already."""

    def unit(tx: Transaction) -> None:
        if bool(own(tx, table, user_id, row_id)["deleted"]) != deleted:
            _record(tx, user_id, fact(row_id))

    return unit

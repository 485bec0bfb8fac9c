"""Lorebooks: use-cases. Reading files in is importing.py's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
from sqlalchemy import Connection

from tavernai.characters.domain.jsontext import JsonRefused, clean_value
from tavernai.characters.domain.names import sort_key
from tavernai.characters.domain.repairs import Repairs
from tavernai.characters.lorebooks import events as e
from tavernai.characters.lorebooks import store
from tavernai.characters.lorebooks.domain.entries import Entry, new_entry
from tavernai.characters.lorebooks.domain.formats import ENTRIES_MAX
from tavernai.characters.lorebooks.domain.giving import DESCRIPTION_CHARS_MAX, Form, Told, as_file
from tavernai.characters.lorebooks.domain.versions import State, again, differences, state_of
from tavernai.characters.lorebooks.errors import LorebookInTrash, LorebookNameTaken, LorebookTooLarge
from tavernai.characters.lorebooks.ports import Attached, Attachments
from tavernai.characters.lorebooks.tables import lorebooks
from tavernai.kernel.clock import rfc3339
from tavernai.kernel.errors import Conflict, InvalidInput, NotFound
from tavernai.kernel.facts import By
from tavernai.kernel.ids import new_id
from tavernai.kernel.paging import Page, decode_cursor, encode_cursor
from tavernai.kernel.text import clean_text
from tavernai.kernel.uses import Uses
from tavernai.ledger.domain import Stream
from tavernai.ledger.ports import Storage
from tavernai.ledger.transaction import Transaction
from tavernai.ledger.versioned import Against, compared, facts_of
from tavernai.storage.rows import Row

NAME_CHARS_MAX = 200
UID_CHARS_MAX = 100
BOOK_BYTES_MAX = 32 << 20


@dataclass(frozen=True, slots=True)
class Lorebook:
    """A book as its row says; `entries` only where they were asked for."""

    row: Row
    entries: Mapping[str, Entry] = field(default_factory=dict)
    attached: Attached = field(default_factory=Attached)

    def shown(self) -> dict[str, Any]:
        """An item of a list: plain JSON values."""
        row, attached = self.row, self.attached
        used = {name: getattr(attached, name) for name in ("characters", "conversations", "personas")}
        return {
            "id": row["id"], "name": row["name"], "entries": row["entries"], "everywhere": attached.everywhere,
            "used_by": used, "created_at": rfc3339(row["created_at"]), "updated_at": rfc3339(row["updated_at"]),
            "version": row["version"], "deleted": row["deleted_at"] is not None,
        }  # fmt: skip

    def detail(self) -> dict[str, Any]:
        """Everything about it; `entries` by uid, `entry_count` beside them."""
        row = self.row
        return self.shown() | {
            "entries": dict(self.entries), "entry_count": row["entries"], "description": row["description"],
            "fields": orjson.loads(row["fields"]),
            "warnings": [one["message"] for one in orjson.loads(row["warnings"])],
        }  # fmt: skip


class LorebookService:
    """A person's own lorebooks."""

    def __init__(self, storage: Storage, *, attachments: Attachments) -> None:
        self._storage = storage
        self._attachments = attachments

    async def list(
        self, user_id: str, *, q: str = "", trash: bool = False, cursor: str | None, limit: int
    ) -> Page[Lorebook]:
        """Books by name, each with where it is attached; or those in the trash."""
        after = decode_cursor(cursor, str, str) if cursor else None

        def query(conn: Connection) -> list[Lorebook]:
            place = (after[0], after[1]) if after else None
            rows = store.page(conn, user_id, q=q, trash=trash, after=place, limit=limit + 1)
            attached = self._attachments.attached(conn, user_id, lorebook_ids={row["id"] for row in rows})
            return [Lorebook(row, attached=attached.get(row["id"], Attached())) for row in rows]

        found = await self._storage.read(query)
        last = found[limit - 1].row if len(found) > limit else None
        return Page(found[:limit], encode_cursor(last["name_key"], last["id"]) if last else None)

    async def get(self, user_id: str, lorebook_id: str) -> Lorebook:
        """A book with its entries, in the trash or not. Raises NotFound."""

        def query(conn: Connection) -> Lorebook:
            row = store.book(conn, user_id, lorebook_id)
            if row is None:
                raise NotFound
            attached = self._attachments.attached(conn, user_id, lorebook_ids={lorebook_id})
            return Lorebook(row, store.entries(conn, lorebook_id), attached.get(lorebook_id, Attached()))

        return await self._storage.read(query)

    async def create(
        self, user_id: str, name: str, *, description: str = "", entries: Mapping[str, Any] | None = None
    ) -> Lorebook:
        """A new book; a name that is taken gets a number. Raises InvalidInput, LorebookTooLarge."""
        given = checked_entries(entries or {})
        fact = e.LorebookCreated(
            new_id(), checked_name(name), _description(description),
            [{"uid": uid, "entry": entry} for uid, entry in given.items() if entry is not None], {},
        )  # fmt: skip
        check_size(fact.entries)
        await self._storage.commit(lambda tx: created_in(tx, user_id, fact, by=By.user(user_id)))
        return await self.get(user_id, fact.lorebook_id)

    async def change(
        self,
        user_id: str,
        lorebook_id: str,
        *,
        version: int,
        name: str | None = None,
        description: str | None = None,
        entries: Mapping[str, Any] | None = None,
    ) -> Lorebook:
        """One change of name, description and entries; an entry given is the whole entry, `null` takes it out.

        Raises NotFound, LorebookInTrash, LorebookNameTaken, Conflict (facts: current), InvalidInput, LorebookTooLarge.
        """
        current, given = await self.get(user_id, lorebook_id), checked_entries(entries or {})

        def unit(tx: Transaction) -> None:
            row = _live(tx, user_id, lorebook_id)
            if row["version"] != version:
                raise Conflict(current=current.shown() | {"version": row["version"]})
            facts = _edits(tx, row, name=name, description=description, entries=given)
            _append(tx, user_id, lorebook_id, facts)

        await self._storage.commit(unit)
        return await self.get(user_id, lorebook_id)

    async def delete(self, user_id: str, lorebook_id: str) -> None:
        """Into the trash; again is nothing. Raises NotFound."""

        def unit(tx: Transaction) -> None:
            if _own(tx, user_id, lorebook_id)["deleted_at"] is None:
                _append(tx, user_id, lorebook_id, [e.LorebookDeleted(lorebook_id)])

        await self._storage.commit(unit)

    async def restore(self, user_id: str, lorebook_id: str) -> Lorebook:
        """Back from the trash, under another name when its own is taken. Raises NotFound."""

        def unit(tx: Transaction) -> None:
            row = _own(tx, user_id, lorebook_id)
            if row["deleted_at"] is None:
                return
            facts: list[Any] = [e.LorebookRestored(lorebook_id)]
            name = free_name(tx, user_id, row["name"])
            if name != row["name"]:
                facts.append(e.LorebookRenamed(lorebook_id, name, row["name"]))
            _append(tx, user_id, lorebook_id, facts)

        await self._storage.commit(unit)
        return await self.get(user_id, lorebook_id)

    async def version(self, user_id: str, lorebook_id: str, version: int, *, against: Against) -> dict[str, Any]:
        """One line of its history with what changed then, or how it was then against how it is now. Raises NotFound."""

        def query(conn: Connection) -> dict[str, Any]:
            row, line = _line(conn, user_id, lorebook_id, version)
            return compared(
                conn, _stream(user_id, lorebook_id).key, line, now=row["version"], against=against,
                state_of=state_of, differences=differences,
            )  # fmt: skip

        return await self._storage.read(query)

    async def bring_back(self, user_id: str, lorebook_id: str, *, version: int, to: int) -> Lorebook:
        """As it was at version `to`, by a new change; the name stays. `version` is the one the caller saw.

        Raises NotFound, LorebookInTrash, LorebookNameTaken, Conflict (facts: current).
        """
        stream = _stream(user_id, lorebook_id)

        def query(conn: Connection) -> tuple[State, State]:
            _line(conn, user_id, lorebook_id, to)
            then, now = (state_of(facts_of(conn, stream.key, versions=one)) for one in (to, version))
            return then, now

        then, now = await self._storage.read(query)
        current = await self.get(user_id, lorebook_id)

        def unit(tx: Transaction) -> None:
            row = _live(tx, user_id, lorebook_id)
            if row["version"] != version:
                raise Conflict(current=current.shown() | {"version": row["version"]})
            _append(tx, user_id, lorebook_id, again(lorebook_id, now, then, version=to))

        await self._storage.commit(unit)
        return await self.get(user_id, lorebook_id)

    async def uses(self, user_id: str, lorebook_id: str) -> Uses:
        """Where it is read. Raises NotFound."""

        def query(conn: Connection) -> Uses:
            row = store.book(conn, user_id, lorebook_id)
            if row is None:
                raise NotFound
            return self._attachments.uses(conn, user_id, lorebook_id=lorebook_id, name=row["name"])

        return await self._storage.read(query)

    async def history(self, user_id: str, lorebook_id: str, *, cursor: str | None, limit: int) -> Page[Row]:
        """What was changed, newest first. Raises NotFound."""
        before = decode_cursor(cursor, int)[0] if cursor else None

        def query(conn: Connection) -> list[Row]:
            if store.book(conn, user_id, lorebook_id) is None:
                raise NotFound
            return store.BOOKS.lines(conn, user_id, lorebook_id, before=before, limit=limit + 1)

        rows = await self._storage.read(query)
        return Page(rows[:limit], encode_cursor(rows[limit - 1]["version"]) if len(rows) > limit else None)

    async def export(self, user_id: str, lorebook_id: str, *, form: Form) -> tuple[str, bytes]:
        """(name, bytes) of SillyTavern's file, or of the book as cards carry it. Raises NotFound.

        What came in a file of that form and was not changed since goes out as it came: keys, order, values.
        """
        book = await self.get(user_id, lorebook_id)
        written = await self._storage.read(lambda conn: store.written(conn, lorebook_id))
        row = book.row
        told = Told(row["name"], book.entries, orjson.loads(row["fields"]), row["description"])
        made = as_file(told, form, written=orjson.loads(written) if written is not None else None)
        return row["name"], orjson.dumps(made, option=orjson.OPT_INDENT_2)


def created_in(tx: Transaction, user_id: str, fact: e.LorebookCreated, *, by: By) -> str:
    """Record a new book under a free name; its id. For rooms above, inside their unit of work."""
    fact = replace(fact, name=free_name(tx, user_id, fact.name))
    tx.append(_stream(user_id, fact.lorebook_id), [fact], by=by)
    return fact.lorebook_id


def free_name(tx: Transaction, user_id: str, name: str) -> str:
    """The name, with a number behind it when another book has it."""
    taken = {row["name_key"] for row in tx.rows(store.names_select(user_id))}
    found, number = name, 1
    while sort_key(found) in taken:
        number += 1
        found = f"{name[: NAME_CHARS_MAX - 8]} ({number})"
    return found


def own_in(tx: Transaction, owner_id: str, lorebook_id: str) -> Row | None:
    """One of this person's books outside the trash."""
    row = tx.get(lorebooks, lorebook_id)
    if row is None or row["owner_id"] != owner_id or row["deleted_at"] is not None:
        return None
    return row


def checked_name(name: str) -> str:
    """A book's name as it is kept. Raises InvalidInput."""
    name = " ".join(clean_text(name).split())
    if not name or len(name) > NAME_CHARS_MAX:
        raise InvalidInput("A lorebook's name has 1 to 200 characters.", field="name")
    return name


def checked_entries(given: Mapping[str, Any]) -> dict[str, Entry | None]:
    """Entries as they are kept: fields that one lacks are a new entry's, further ones stay as they are.

    Raises InvalidInput.
    """
    made: dict[str, Entry | None] = {}
    for uid, entry in given.items():
        if not 0 < len(uid) <= UID_CHARS_MAX or clean_text(uid) != uid:
            raise InvalidInput("An entry's uid has 1 to 100 characters.", field="entries")
        if entry is None:
            made[uid] = None
            continue
        try:
            told = clean_value(entry, Repairs())
        except JsonRefused as error:
            raise InvalidInput(f"The entry {uid} cannot be kept: {error}.", field="entries") from None
        if not isinstance(told, dict):
            raise InvalidInput(f"The entry {uid} is no object.", field="entries")
        own: int | str = int(uid) if uid.isdecimal() else uid
        told = {name: value for name, value in told.items() if name != "uid"}
        made[uid] = new_entry(own, **told)
    return made


def check_size(entries: Sequence[Any]) -> None:
    """Raises LorebookTooLarge."""
    if len(entries) > ENTRIES_MAX or len(orjson.dumps(list(entries))) > BOOK_BYTES_MAX:
        raise LorebookTooLarge(entries_max=ENTRIES_MAX, bytes_max=BOOK_BYTES_MAX)


def _stream(user_id: str, lorebook_id: str) -> Stream:
    return Stream(f"lore:{lorebook_id}", user_id)


def _line(conn: Connection, user_id: str, lorebook_id: str, version: int) -> tuple[Row, Row]:
    """The book and one line of its history. Raises NotFound."""
    row = store.book(conn, user_id, lorebook_id)
    if row is None:
        raise NotFound
    return row, store.BOOKS.line(conn, user_id, lorebook_id, version)


def _edits(
    tx: Transaction, row: Row, *, name: str | None, description: str | None, entries: dict[str, Entry | None]
) -> list[Any]:
    facts: list[Any] = []
    check_size(list(entries.values()))
    if row["entries"] + sum(one is not None for one in entries.values()) > 2 * ENTRIES_MAX:
        raise LorebookTooLarge(entries_max=ENTRIES_MAX, bytes_max=BOOK_BYTES_MAX)
    if name is not None and (wanted := checked_name(name)) != row["name"]:
        key, others = sort_key(wanted), tx.rows(store.names_select(row["owner_id"]))
        if any(one["name_key"] == key and one["id"] != row["id"] for one in others):
            raise LorebookNameTaken(name=wanted)
        facts.append(e.LorebookRenamed(row["id"], wanted, row["name"]))
    words = None if description is None else _description(description)
    if words == row["description"]:
        words = None
    if entries or words is not None:
        facts.append(e.LorebookChanged(row["id"], entries, words))
    return facts


def _description(text: str) -> str:
    if len(text) > DESCRIPTION_CHARS_MAX:
        raise InvalidInput("A lorebook's description has at most 20 000 characters.", field="description")
    return clean_text(text)


def _own(tx: Transaction, user_id: str, lorebook_id: str) -> Row:
    row = tx.get(lorebooks, lorebook_id)
    if row is None or row["owner_id"] != user_id:
        raise NotFound
    return row


def _live(tx: Transaction, user_id: str, lorebook_id: str) -> Row:
    row = _own(tx, user_id, lorebook_id)
    if row["deleted_at"] is not None:
        raise LorebookInTrash
    return row


def _append(tx: Transaction, user_id: str, lorebook_id: str, facts: Sequence[Any]) -> None:
    if facts:
        tx.append(_stream(user_id, lorebook_id), facts, by=By.user(user_id))

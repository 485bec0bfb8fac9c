"""Presets: use-cases, and files read in."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import PurePath
from typing import Any, Literal

import orjson
from sqlalchemy import Connection

from tavernai.config.presets import events as e
from tavernai.config.presets import store
from tavernai.config.presets.domain.kinds import KINDS, Kind, found_in
from tavernai.config.presets.domain.reading import kept, parsed
from tavernai.config.presets.domain.versions import State, changed_fields, differences, state_of
from tavernai.config.presets.errors import NotAPreset, PresetInTrash, PresetNameTaken, PresetTooLarge
from tavernai.config.presets.ports import Choices, NoChoices
from tavernai.config.presets.tables import presets
from tavernai.kernel.canonical import canonical_json
from tavernai.kernel.clock import rfc3339
from tavernai.kernel.errors import Conflict, InvalidInput, NotFound, TavernError
from tavernai.kernel.facts import By
from tavernai.kernel.ids import new_id
from tavernai.kernel.layout import given_back
from tavernai.kernel.paging import Page, decode_cursor, encode_cursor
from tavernai.kernel.text import clean_text
from tavernai.kernel.uses import Uses
from tavernai.ledger.domain import Stream
from tavernai.ledger.ports import Storage
from tavernai.ledger.transaction import Transaction
from tavernai.ledger.versioned import Against, compared, facts_of
from tavernai.storage.rows import Row

NAME_CHARS_MAX = 200
DATA_BYTES_MAX = 8 << 20
PRESETS_A_FILE_MAX = 500
FILENAME_CHARS_MAX = 255
DROPPED = "{field} was not kept: keys, passwords and addresses are entered anew."


@dataclass(frozen=True, slots=True)
class ImportedPreset:
    """What became of one preset of a file; a file may hold several."""

    filename: str
    status: Literal["imported", "duplicate", "refused"]
    preset_id: str | None = None
    kind: str | None = None
    name: str | None = None
    code: str | None = None
    message: str | None = None
    warnings: list[str] = field(default_factory=list)


def shown(row: Row) -> dict[str, Any]:
    """An item of a list: plain JSON values."""
    return {
        "id": row["id"], "kind": row["kind"], "name": row["name"], "created_at": rfc3339(row["created_at"]),
        "updated_at": rfc3339(row["updated_at"]), "version": row["version"], "deleted": row["deleted_at"] is not None,
    }  # fmt: skip


def detail(row: Row) -> dict[str, Any]:
    """Everything about one preset."""
    warnings = [DROPPED.format(**one) for one in orjson.loads(row["warnings"])]
    return shown(row) | {"data": data_of(row), "warnings": warnings}


def data_of(row: Row) -> dict[str, Any]:
    """A preset's data in the order in which they were written; what was added since stands last."""
    data: dict[str, Any] = orjson.loads(row["data"])
    if not row.get("written"):
        return data
    written = orjson.loads(row["written"])
    laid: dict[str, Any] = given_back(data, read=written, written=written)
    return laid


class PresetService:
    """A person's own presets."""

    def __init__(self, storage: Storage, *, choices: Choices | None = None) -> None:
        self._storage = storage
        self._choices = choices if choices is not None else NoChoices()

    async def list(
        self, user_id: str, *, kind: Kind | None, q: str, trash: bool = False, cursor: str | None, limit: int
    ) -> Page[Row]:
        """Presets by name, without their data."""
        told = decode_cursor(cursor, str, str) if cursor else None
        after = (told[0], told[1]) if told else None
        rows = await self._storage.read(
            lambda conn: store.page(conn, user_id, kind=kind, q=q, trash=trash, after=after, limit=limit + 1)
        )
        last = rows[limit - 1] if len(rows) > limit else None
        return Page(rows[:limit], encode_cursor(last["name_key"], last["id"]) if last else None)

    async def get(self, user_id: str, preset_id: str) -> Row:
        """One preset, in the trash or not. Raises NotFound."""

        def query(conn: Connection) -> Row:
            return {**_found(conn, user_id, preset_id), "written": store.written(conn, preset_id)}

        return await self._storage.read(query)

    async def create(self, user_id: str, kind: Kind, *, name: str, data: dict[str, Any]) -> Row:
        """A new preset; a name that is taken gets a number. Raises InvalidInput, PresetTooLarge."""
        told, dropped = _checked_data(data)
        written = orjson.dumps(told).decode()
        fact = e.PresetCreated(new_id(), kind, checked_name(name), told, dropped=dropped, written=written)
        await self._storage.commit(lambda tx: created_in(tx, user_id, fact, by=By.user(user_id)))
        return await self.get(user_id, fact.preset_id)

    async def change(
        self, user_id: str, preset_id: str, *, version: int, name: str | None, data: dict[str, Any] | None
    ) -> Row:
        """Another name or other data (the whole object).

        Raises NotFound, PresetInTrash, PresetNameTaken, Conflict (facts: current), InvalidInput, PresetTooLarge.
        """
        told = _checked_data(data)[0] if data is not None else None
        wanted = checked_name(name) if name is not None else None

        def unit(tx: Transaction) -> None:
            row = _live(tx, user_id, preset_id)
            if row["version"] != version:
                raise Conflict(current=detail(row))
            changed = changed_fields(orjson.loads(row["data"]), told)
            renamed = wanted if wanted != row["name"] else None
            if renamed is not None:
                _check_free(tx, row, renamed)
            if renamed is not None or changed:
                _append(tx, user_id, e.PresetChanged(preset_id, renamed, told if changed else None, changed))

        await self._storage.commit(unit)
        return await self.get(user_id, preset_id)

    async def delete(self, user_id: str, preset_id: str) -> None:
        """Into the trash; again is nothing. Raises NotFound."""

        def unit(tx: Transaction) -> None:
            if _own(tx, user_id, preset_id)["deleted_at"] is None:
                _append(tx, user_id, e.PresetDeleted(preset_id))

        await self._storage.commit(unit)

    async def restore(self, user_id: str, preset_id: str) -> Row:
        """Back from the trash, under another name when its own is taken. Raises NotFound."""

        def unit(tx: Transaction) -> None:
            row = _own(tx, user_id, preset_id)
            if row["deleted_at"] is None:
                return
            name = free_name(tx, user_id, row["kind"], name=row["name"])
            _append(tx, user_id, e.PresetRestored(preset_id))
            if name != row["name"]:
                _append(tx, user_id, e.PresetChanged(preset_id, name, None, []))

        await self._storage.commit(unit)
        return await self.get(user_id, preset_id)

    async def history(self, user_id: str, preset_id: str, *, cursor: str | None, limit: int) -> Page[Row]:
        """What was changed, newest first. Raises NotFound."""
        before = decode_cursor(cursor, int)[0] if cursor else None

        def query(conn: Connection) -> list[Row]:
            _found(conn, user_id, preset_id)
            return store.PRESETS.lines(conn, user_id, preset_id, before=before, limit=limit + 1)

        rows = await self._storage.read(query)
        return Page(rows[:limit], encode_cursor(rows[limit - 1]["version"]) if len(rows) > limit else None)

    async def export(self, user_id: str, preset_id: str) -> tuple[str, bytes]:
        """(name, bytes) of SillyTavern's file. Raises NotFound."""
        row = await self.get(user_id, preset_id)
        return row["name"], orjson.dumps(data_of(row), option=orjson.OPT_INDENT_2)

    async def version(self, user_id: str, preset_id: str, version: int, *, against: Against) -> dict[str, Any]:
        """One line of its history with what changed then, or how it was then against how it is now. Raises NotFound."""

        def query(conn: Connection) -> dict[str, Any]:
            row, line = _line(conn, user_id, preset_id, version)
            return compared(
                conn, _stream(user_id, preset_id).key, line, now=row["version"], against=against,
                state_of=state_of, differences=differences,
            )  # fmt: skip

        return await self._storage.read(query)

    async def bring_back(self, user_id: str, preset_id: str, *, version: int, to: int) -> Row:
        """Its data as they were at version `to`, by a new change; the name stays. `version` is the one the caller saw.

        Raises NotFound, PresetInTrash, Conflict (facts: current).
        """

        def query(conn: Connection) -> State:
            _line(conn, user_id, preset_id, to)
            return state_of(facts_of(conn, _stream(user_id, preset_id).key, versions=to))

        then = await self._storage.read(query)

        def unit(tx: Transaction) -> None:
            row = _live(tx, user_id, preset_id)
            if row["version"] != version:
                raise Conflict(current=detail(row))
            changed = changed_fields(orjson.loads(row["data"]), then.data)
            if changed:
                _append(tx, user_id, e.PresetChanged(preset_id, None, then.data, changed, to))

        await self._storage.commit(unit)
        return await self.get(user_id, preset_id)

    async def uses(self, user_id: str, preset_id: str) -> Uses:
        """Which layers choose it. Raises NotFound."""

        def query(conn: Connection) -> Uses:
            _found(conn, user_id, preset_id)
            return self._choices.uses(conn, user_id, preset_id=preset_id)

        return await self._storage.read(query)

    async def import_bytes(
        self, user_id: str, filename: str, data: bytes, *, kind: Kind | None = None
    ) -> Sequence[ImportedPreset]:
        """What became of every preset in a file; a file that holds none is refused by name."""
        filename = clean_text(filename)[:FILENAME_CHARS_MAX]
        try:
            facts = prepared(data, filename, kind=kind)
        except TavernError as error:
            return [ImportedPreset(filename, "refused", code=error.code, message=error.detail)]
        return await self._storage.commit(lambda tx: [imported_in(tx, user_id, fact) for fact in facts])


def prepared(data: bytes, filename: str, *, kind: Kind | None = None) -> list[e.PresetCreated]:
    """The facts a file's bytes will be told by. Raises PresetUnreadable, NotAPreset, PresetTooLarge."""
    if len(data) > DATA_BYTES_MAX:
        raise PresetTooLarge(bytes_max=DATA_BYTES_MAX)
    value, dropped = kept(parsed(data))
    found = found_in(value, kind=kind)
    if not found:
        raise NotAPreset
    stem = PurePath(filename.replace("\\", "/")).stem
    return [
        e.PresetCreated(
            new_id(), one.kind, _usable_name(one.name or stem, one.kind), one.data, filename,
            sha256(canonical_json([one.kind, one.data])).hexdigest(), dropped, orjson.dumps(one.data).decode(),
        )
        for one in found[:PRESETS_A_FILE_MAX]
    ]  # fmt: skip


def imported_in(tx: Transaction, user_id: str, fact: e.PresetCreated) -> ImportedPreset:
    """Record it, unless the same object made a preset already that nobody changed. For rooms above."""
    filename, warnings = fact.filename or "", [DROPPED.format(field=name) for name in fact.dropped or []]
    twins = tx.rows(store.twins_select(user_id, fact.content_hash or ""))
    if twins:
        return ImportedPreset(filename, "duplicate", twins[0]["id"], fact.kind, twins[0]["name"], warnings=warnings)
    made = created_in(tx, user_id, fact, by=By(f"user:{user_id}", "import"))
    row = tx.get(presets, made)
    assert row is not None
    return ImportedPreset(filename, "imported", made, fact.kind, row["name"], warnings=warnings)


def created_in(tx: Transaction, user_id: str, fact: e.PresetCreated, *, by: By) -> str:
    """Record a new preset under a free name; its id. For rooms above, inside their unit of work."""
    fact = replace(fact, name=free_name(tx, user_id, fact.kind, name=fact.name))
    tx.append(_stream(user_id, fact.preset_id), [fact], by=by)
    return fact.preset_id


def own_in(tx: Transaction, owner_id: str, preset_id: str) -> Row | None:
    """One of this person's presets outside the trash."""
    row = tx.get(presets, preset_id)
    if row is None or row["owner_id"] != owner_id or row["deleted_at"] is not None:
        return None
    return row


def free_name(tx: Transaction, user_id: str, kind: str, *, name: str) -> str:
    """The name, with a number behind it when another preset of this kind has it."""
    taken = {row["name_key"] for row in tx.rows(store.names_select(user_id, kind))}
    found, number = name, 1
    while store.name_key(found) in taken:
        number += 1
        found = f"{name[: NAME_CHARS_MAX - 8]} ({number})"
    return found


def checked_name(name: str) -> str:
    """A preset's name as it is kept. Raises InvalidInput."""
    name = " ".join(clean_text(name).split())
    if not name or len(name) > NAME_CHARS_MAX:
        raise InvalidInput("A preset's name has 1 to 200 characters.", field="name")
    return name


def _usable_name(name: str, kind: Kind) -> str:
    assert kind in KINDS
    return " ".join(clean_text(name).split())[:NAME_CHARS_MAX] or kind


def _checked_data(data: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    told, dropped = kept(data)
    if len(orjson.dumps(told)) > DATA_BYTES_MAX:
        raise PresetTooLarge(bytes_max=DATA_BYTES_MAX)
    return told, dropped


def _check_free(tx: Transaction, row: Row, name: str) -> None:
    key = store.name_key(name)
    if any(
        one["name_key"] == key and one["id"] != row["id"]
        for one in tx.rows(store.names_select(row["owner_id"], row["kind"]))
    ):
        raise PresetNameTaken(name=name)


def _stream(user_id: str, preset_id: str) -> Stream:
    return Stream(f"preset:{preset_id}", user_id)


def _line(conn: Connection, user_id: str, preset_id: str, version: int) -> tuple[Row, Row]:
    """The preset and one line of its history. Raises NotFound."""
    return _found(conn, user_id, preset_id), store.PRESETS.line(conn, user_id, preset_id, version)


def _found(conn: Connection, user_id: str, preset_id: str) -> Row:
    row = store.preset(conn, user_id, preset_id)
    if row is None:
        raise NotFound
    return row


def _own(tx: Transaction, user_id: str, preset_id: str) -> Row:
    row = tx.get(presets, preset_id)
    if row is None or row["owner_id"] != user_id:
        raise NotFound
    return row


def _live(tx: Transaction, user_id: str, preset_id: str) -> Row:
    row = _own(tx, user_id, preset_id)
    if row["deleted_at"] is not None:
        raise PresetInTrash
    return row


def _append(tx: Transaction, user_id: str, fact: Any) -> None:
    tx.append(_stream(user_id, fact.preset_id), [fact], by=By.user(user_id))

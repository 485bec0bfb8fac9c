"""Groups: use-cases."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from tavernai.characters.groups import events as e
from tavernai.characters.groups import store
from tavernai.characters.groups.domain.files import NAME_CHARS_MAX, group_file
from tavernai.characters.groups.domain.told import Member, State, Told, differences, state_of
from tavernai.characters.groups.errors import GroupInTrash
from tavernai.characters.groups.store import GROUPS, Face, told_of
from tavernai.characters.groups.tables import groups
from tavernai.characters.tables import characters
from tavernai.kernel.clock import rfc3339
from tavernai.kernel.errors import Conflict, InvalidInput, NotFound
from tavernai.kernel.facts import By
from tavernai.kernel.ids import new_id
from tavernai.kernel.paging import Page, decode_cursor, encode_cursor
from tavernai.kernel.text import clean_text
from tavernai.ledger.domain import Stream
from tavernai.ledger.ports import Storage
from tavernai.ledger.transaction import Transaction
from tavernai.ledger.versioned import Against, compared, facts_of
from tavernai.storage.rows import Row

Item = dict[str, Any]
NAMED_IN_A_NAME = 4
"""So many members' names make the name of a group that was given none."""


def shown(row: Row, faces: Mapping[str, Face]) -> Item:
    """A group as others see it: plain JSON values. Members are called as they are called now."""
    told = told_of(row)
    rules = {name: value for name, value in told.data().items() if name != "members"}
    return rules | {
        "id": row["id"], "members": [_member(one, faces) for one in told.members],
        "created_at": rfc3339(row["created_at"]), "updated_at": rfc3339(row["updated_at"]),
        "version": row["version"], "deleted": row["deleted_at"] is not None,
    }  # fmt: skip


class GroupService:
    """A person's own groups."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def list(
        self, user_id: str, *, q: str = "", trash: bool = False, cursor: str | None, limit: int
    ) -> Page[Item]:
        """Groups by name, or those in the trash."""
        place = decode_cursor(cursor, str, str) if cursor else None
        after = (place[0], place[1]) if place else None

        def query(conn: Connection) -> tuple[list[Row], list[Item]]:
            rows = store.page(conn, user_id, q=q, trash=trash, after=after, limit=limit + 1)
            return rows, _all_shown(conn, user_id, rows[:limit])

        rows, items = await self._storage.read(query)
        last = rows[limit - 1] if len(rows) > limit else None
        return Page(items, encode_cursor(last["name_key"], last["id"]) if last else None)

    async def get(self, user_id: str, group_id: str) -> Item:
        """One group, in the trash or not. Raises NotFound."""
        return await self._storage.read(lambda conn: _all_shown(conn, user_id, [_found(conn, user_id, group_id)])[0])

    async def create(self, user_id: str, given: Mapping[str, Any]) -> Item:
        """A new group of the person's characters. Raises InvalidInput."""
        group_id = new_id()

        def unit(tx: Transaction) -> None:
            members = _members(tx, user_id, given["members"], was=())
            name = " ".join(clean_text(given["name"]).split()) or _named_after(members)
            told = Told(**{**given, **_cleaned(given), "name": name, "members": members})
            created_in(tx, user_id, e.GroupCreated(group_id, told.data()), by=By.user(user_id))

        await self._storage.commit(unit)
        return await self.get(user_id, group_id)

    async def change(self, user_id: str, group_id: str, *, version: int, given: Mapping[str, Any]) -> Item:
        """Another name, other members (the whole list, in order), other rules; what is not given stays.

        Raises NotFound, GroupInTrash, Conflict (facts: current), InvalidInput.
        """

        def unit(tx: Transaction) -> None:
            row = _seen(tx, user_id, group_id, version)
            was = told_of(row)
            values: dict[str, Any] = {**given, **_cleaned(given)}
            if "members" in given:
                values["members"] = _members(tx, user_id, given["members"], was=was.members)
            if "name" in given:
                values["name"] = _checked_name(given["name"])
            _append_change(tx, user_id, row, replace(was, **values))

        await self._storage.commit(unit)
        return await self.get(user_id, group_id)

    async def delete(self, user_id: str, group_id: str) -> None:
        """Into the trash; again is nothing. Raises NotFound."""

        def unit(tx: Transaction) -> None:
            if _own(tx, user_id, group_id)["deleted_at"] is None:
                _append(tx, user_id, e.GroupDeleted(group_id))

        await self._storage.commit(unit)

    async def restore(self, user_id: str, group_id: str) -> Item:
        """Back from the trash. Raises NotFound."""

        def unit(tx: Transaction) -> None:
            if _own(tx, user_id, group_id)["deleted_at"] is not None:
                _append(tx, user_id, e.GroupRestored(group_id))

        await self._storage.commit(unit)
        return await self.get(user_id, group_id)

    async def history(self, user_id: str, group_id: str, *, cursor: str | None, limit: int) -> Page[Row]:
        """What was changed, newest first. Raises NotFound."""
        before = decode_cursor(cursor, int)[0] if cursor else None

        def query(conn: Connection) -> list[Row]:
            _found(conn, user_id, group_id)
            return GROUPS.lines(conn, user_id, group_id, before=before, limit=limit + 1)

        rows = await self._storage.read(query)
        return Page(rows[:limit], encode_cursor(rows[limit - 1]["version"]) if len(rows) > limit else None)

    async def version(self, user_id: str, group_id: str, version: int, *, against: Against) -> Item:
        """One line of its history with what changed then, or how it was then against how it is now. Raises NotFound."""

        def query(conn: Connection) -> Item:
            row = _found(conn, user_id, group_id)
            line = GROUPS.line(conn, user_id, group_id, version)
            return compared(
                conn, _stream(user_id, group_id).key, line, now=row["version"], against=against,
                state_of=state_of, differences=differences,
            )  # fmt: skip

        return await self._storage.read(query)

    async def bring_back(self, user_id: str, group_id: str, *, version: int, to: int) -> Item:
        """The group as it was at version `to`, by a new change. `version` is the one the caller saw.

        Raises NotFound, GroupInTrash, Conflict (facts: current).
        """

        def query(conn: Connection) -> State:
            _found(conn, user_id, group_id)
            GROUPS.line(conn, user_id, group_id, to)
            return state_of(facts_of(conn, _stream(user_id, group_id).key, versions=to))

        then = await self._storage.read(query)

        def unit(tx: Transaction) -> None:
            row = _seen(tx, user_id, group_id, version)
            if then.data:
                _append_change(tx, user_id, row, Told.of(then.data), brought_back=to)

        await self._storage.commit(unit)
        return await self.get(user_id, group_id)

    async def export(
        self,
        user_id: str,
        group_id: str,
        *,
        files: Mapping[str, str] | None = None,
        chats: Sequence[str] | None = None,
    ) -> tuple[str, bytes]:
        """(name, bytes) of SillyTavern's file; `files` and `chats` as in group_file. Raises NotFound."""

        def query(conn: Connection) -> tuple[str, bytes]:
            row = _found(conn, user_id, group_id)
            came_as = store.written(conn, group_id)
            told = group_file(told_of(row), came_as, made_at=row["created_at"], files=files, chats=chats)
            return row["name"], told.encode("utf-8", "surrogatepass")

        return await self._storage.read(query)


def created_in(tx: Transaction, owner_id: str, fact: e.GroupCreated, *, by: By, cause_id: str | None = None) -> str:
    """Record a new group; its id. For rooms above, inside their unit of work."""
    tx.append(_stream(owner_id, fact.group_id), [fact], by=by, cause_id=cause_id)
    return fact.group_id


def live_in(tx: Transaction, owner_id: str, group_id: str) -> Told:
    """The group, for who begins something with it. Raises NotFound, GroupInTrash."""
    return told_of(_live(tx, owner_id, group_id))


def _all_shown(conn: Connection, user_id: str, rows: Sequence[Row]) -> list[Item]:
    members = (one.character_id for row in rows for one in told_of(row).members)
    faces = store.faces(conn, user_id, {one for one in members if one is not None})
    return [shown(row, faces) for row in rows]


def _member(one: Member, faces: Mapping[str, Face]) -> Item:
    face = faces.get(one.character_id or "")
    return {
        "character_id": one.character_id if face else None, "name": face.name if face else one.name,
        "avatar_url": face.avatar_url if face else None, "is_muted": one.is_muted,
    }  # fmt: skip


def _members(
    tx: Transaction, user_id: str, given: Sequence[Mapping[str, Any]], *, was: Sequence[Member]
) -> tuple[Member, ...]:
    """The members as they are kept, each once; who is gone must have been there. Raises InvalidInput."""
    before = {one.character_id: one for one in was if one.character_id}
    named = {one["character_id"] for one in given}
    gone: dict[str, list[Member]] = {}
    for former in was:
        if former.character_id not in named:
            gone.setdefault(former.name, []).append(former)
    made: dict[str, Member] = {}
    for one in given:
        character_id, name = one["character_id"], one.get("name") or ""
        if character_id is not None:
            row = tx.get(characters, character_id)
            if row is None or row["owner_id"] != user_id or (row["deleted"] and character_id not in before):
                raise InvalidInput("There is no such character of yours.", field="members")
            file = before[character_id].file if character_id in before else None
            member = Member(character_id, row["name"], one["is_muted"], file)
        elif gone.get(name):
            member = replace(gone[name].pop(0), is_muted=one["is_muted"])
        else:
            raise InvalidInput("A new member is one of your characters.", field="members")
        made.setdefault(member.character_id or f"gone {len(made)}", member)
    return tuple(made.values())


def _named_after(members: Sequence[Member]) -> str:
    names = ", ".join(one.name for one in members[:NAMED_IN_A_NAME])
    return (f"{names} …" if len(members) > NAMED_IN_A_NAME else names)[:NAME_CHARS_MAX]


def _checked_name(name: str) -> str:
    name = " ".join(clean_text(name).split())
    if not name:
        raise InvalidInput("A group's name has 1 to 200 characters.", field="name")
    return name


def _cleaned(given: Mapping[str, Any]) -> dict[str, str]:
    return {name: clean_text(given[name]) for name in ("prefix", "suffix") if name in given}


def _append_change(tx: Transaction, user_id: str, row: Row, now: Told, *, brought_back: int | None = None) -> None:
    changed = now.changed_from(told_of(row))
    if changed:
        _append(tx, user_id, e.GroupChanged(row["id"], now.data(), changed, brought_back))


def _append(tx: Transaction, user_id: str, fact: Any) -> None:
    tx.append(_stream(user_id, fact.group_id), [fact], by=By.user(user_id))


def _stream(user_id: str, group_id: str) -> Stream:
    return Stream(f"group:{group_id}", user_id)


def _found(conn: Connection, user_id: str, group_id: str) -> Row:
    row = store.group(conn, user_id, group_id)
    if row is None:
        raise NotFound
    return row


def _own(tx: Transaction, user_id: str, group_id: str) -> Row:
    row = tx.get(groups, group_id)
    if row is None or row["owner_id"] != user_id:
        raise NotFound
    return row


def _live(tx: Transaction, user_id: str, group_id: str) -> Row:
    row = _own(tx, user_id, group_id)
    if row["deleted_at"] is not None:
        raise GroupInTrash
    return row


def _seen(tx: Transaction, user_id: str, group_id: str, version: int) -> Row:
    """The group's row, if it is still the version the caller saw."""
    row = _live(tx, user_id, group_id)
    if row["version"] != version:
        raise Conflict(current=shown(row, {}))
    return row

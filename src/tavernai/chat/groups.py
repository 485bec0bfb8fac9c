"""Conversations of several characters: who speaks in them, how one is opened, how it becomes a group of its own.

A conversation of a group says what the group says now; what it was when the conversation began stands beside, for one
whose group was never kept (imports of old) and for copies of it.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from sqlalchemy import Connection, bindparam, select

from tavernai.characters.groups import store as group_store
from tavernai.characters.groups.domain.told import Told
from tavernai.characters.groups.errors import NobodyInGroup
from tavernai.characters.groups.events import GroupCreated
from tavernai.characters.groups.service import created_in
from tavernai.characters.groups.store import Face
from tavernai.chat.errors import AlreadyAGroup, NotAGroup
from tavernai.chat.events import ConversationCreated, ConversationGrouped, MessageAdded
from tavernai.chat.ports import GREETINGS_MAX, Greeted, Greeter
from tavernai.chat.scene import Scene
from tavernai.chat.service import Opened
from tavernai.chat.tables import conversation_groups
from tavernai.kernel.errors import NotFound
from tavernai.kernel.facts import By
from tavernai.kernel.ids import new_id
from tavernai.kernel.text import clean_text
from tavernai.ledger.domain import Stream
from tavernai.ledger.transaction import Transaction
from tavernai.storage.queries import Query
from tavernai.storage.rows import Row
from tavernai.storage.unit import Unit

FACES_LISTED: Final = 4
"""Members that a list shows of a conversation's group."""

_g = conversation_groups.c
_GROUP = Query(select(conversation_groups).where(_g.conv_id == bindparam("of")))


@dataclass(frozen=True, slots=True)
class Greeting:
    """What one member says first: every text it might say, and which of them it says."""

    character_id: str
    name: str
    greeted: Greeted
    shown: int


def group_of(conn: Connection, owner_id: str, conversation_id: str) -> Mapping[str, Any] | None:
    """Who speaks there and how, now; None: one character, or none, or somebody else's."""
    row = _GROUP.first(conn, of=conversation_id)
    if row is None or row["owner_id"] != owner_id:
        return None
    held = None if row["group_id"] is None else group_store.present(conn, owner_id, row["group_id"])
    found: Mapping[str, Any] = orjson.loads(row["data"]) if held is None else _about(row["group_id"], held)
    return found


def copied(tx: Unit, conversation_id: str, *, copy_id: str) -> list[ConversationGrouped]:
    """The fact that makes a copy one of the same characters; none for a conversation without several."""
    row = tx.get(conversation_groups, conversation_id)
    return [] if row is None else [ConversationGrouped(copy_id, orjson.loads(row["data"]))]


def shown_of(
    conn: Connection, owner_id: str, conversations: Sequence[Row], *, listed: bool = True
) -> dict[str, dict[str, Any]]:
    """By conversation, its group as the API shows it; `listed`: only the first faces."""
    ids = [row["id"] for row in conversations if row["character_id"] is None]
    if not ids:
        return {}
    rows = [dict(row) for row in conn.execute(select(conversation_groups).where(_g.conv_id.in_(ids))).mappings()]
    told = {row["conv_id"]: _held(conn, owner_id, row) for row in rows}
    members = {one["character_id"] for data in told.values() for one in data["members"] if one["character_id"]}
    faces = group_store.faces(conn, owner_id, members)
    return {of: _shown(data, faces, limit=FACES_LISTED if listed else None) for of, data in told.items()}


def greetings(
    conn: Connection, greeter: Greeter | None, owner_id: str, group_id: str, *, conversation_id: str
) -> tuple[Told, list[Greeting]]:
    """A group and what each of its members says first, where they have anything to say. Raises NotFound."""
    told = group_store.present(conn, owner_id, group_id)
    if told is None:
        raise NotFound
    said = []
    most = max(1, GREETINGS_MAX // max(1, len(told.members)))
    for one in told.members:
        place: dict[str, Any] = {
            "character_id": one.character_id or "", "conversation_id": conversation_id, "most": most
        }  # fmt: skip
        greeted = greeter.greeted(conn, owner_id, **place, group=_about(group_id, told)) if greeter else None
        if greeted is not None and greeted.texts:
            shown = random.Random(f"{conversation_id} {one.character_id}").randrange(len(greeted.texts))
            said.append(Greeting(one.character_id or "", one.name, greeted, shown))
    return told, said


def member_name(tx: Unit, owner_id: str, conversation_id: str, character_id: str) -> str | None:
    """What a member of the conversation's group is called; None: it is none."""
    row = tx.get(conversation_groups, conversation_id)
    if row is None or row["owner_id"] != owner_id:
        return None
    group = None if row["group_id"] is None else tx.get(group_store.GROUPS.table, row["group_id"])
    members = orjson.loads((group or row)["data"])["members"]
    return next((str(one["name"]) for one in members if one["character_id"] == character_id), None)


def open_group(
    tx: Transaction,
    told: Told,
    said: Sequence[Greeting],
    *,
    group_id: str,
    conversation_id: str,
    owner_id: str,
    by: By,
    title: str | None = None,
) -> list[Opened]:
    """A conversation of this group, in which every member greets; each greeting as it was opened.

    Raises NobodyInGroup.
    """
    if not told.members:
        raise NobodyInGroup
    name = clean_text(title or "").strip() or told.name
    facts: list[Any] = [
        ConversationCreated(conversation_id, None, told.name, name),
        ConversationGrouped(conversation_id, _about(group_id, told)),
    ]
    above: MessageAdded | None = None
    opened = []
    for one in said:
        above = _greeting(one, above)
        facts.append(above)
        variant_ids = tuple(str(variant["id"]) for variant in above.variants)
        opened.append(Opened(conversation_id, above.message_id, name, 0, variant_ids))
    tx.append(Stream(key=f"conv:{conversation_id}", owner_id=owner_id), facts, by=by)
    return opened


def keep_group(tx: Transaction, conversation_id: str, *, owner_id: str, by: By) -> str:
    """Make a group of those who speak in a conversation that came without one; its id.

    Raises ConversationNotFound, ConversationInTrash, NotAGroup, AlreadyAGroup.
    """
    scene = Scene.of(tx, conversation_id, owner_id=owner_id, by=by)
    row = tx.get(conversation_groups, conversation_id)
    if row is None:
        raise NotAGroup
    if row["group_id"] is not None:
        raise AlreadyAGroup(group_id=row["group_id"])
    told = _read(orjson.loads(row["data"]), name=scene.conversation["character_name"])
    group_id = created_in(tx, owner_id, GroupCreated(new_id(), told.data()), by=by)
    scene.record(ConversationGrouped(conversation_id, _about(group_id, told)))
    return group_id


def _greeting(one: Greeting, above: MessageAdded | None) -> MessageAdded:
    return MessageAdded(
        message_id=new_id(),
        parent_id=None if above is None else above.message_id,
        parent_variant_id=None if above is None else above.variants[above.selected]["id"],
        role="character",
        name=one.name,
        character_id=one.character_id,
        status="complete",
        variants=[{"id": new_id(), "text": text.strip(), "kind": "original"} for text in one.greeted.texts],
        task_id=None,
        selected=one.shown,
        was_leaf_id=None if above is None else above.message_id,
        opens=above is not None,
    )


def _about(group_id: str, told: Told) -> dict[str, Any]:
    return {"group_id": group_id, **told.data()}


def _held(conn: Connection, owner_id: str, row: Row) -> dict[str, Any]:
    """The group of a conversation with everybody who is in it, there or gone."""
    held = None if row["group_id"] is None else group_store.group(conn, owner_id, row["group_id"])
    if held is None:
        return {"group_id": None, **orjson.loads(row["data"])}
    return {**_about(held["id"], group_store.told_of(held)), "in_trash": held["deleted_at"] is not None}


def _shown(data: Mapping[str, Any], faces: Mapping[str, Face], *, limit: int | None) -> dict[str, Any]:
    members = []
    for one in data["members"][:limit]:
        face = faces.get(one["character_id"] or "")
        members.append({
            "character_id": one["character_id"] if face else None, "name": face.name if face else one["name"],
            "avatar_url": face.avatar_url if face else None, "is_muted": bool(one.get("is_muted")),
        })  # fmt: skip
    return {
        "id": data["group_id"], "name": data.get("name") or "", "members": members,
        "member_count": len(data["members"]), "deleted": bool(data.get("in_trash")),
    }  # fmt: skip


def _read(data: Mapping[str, Any], *, name: str) -> Told:
    """What an imported conversation tells of its group."""
    known = {
        field: data[field] for field in ("strategy", "cards", "prefix", "suffix", "answers_itself") if field in data
    }
    members = [
        {"character_id": one.get("character_id"), "name": one.get("name") or "", "is_muted": bool(one.get("is_muted"))}
        for one in data.get("members", [])
    ]
    return Told.of({"name": data.get("name") or name, "members": members, **known})

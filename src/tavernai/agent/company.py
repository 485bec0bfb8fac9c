"""Conversations of several characters: who answers, and what a prompt knows of the others."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any, Final

from sqlalchemy import Connection as Reader
from sqlalchemy import bindparam, select

from tavernai.agent.domain import company as rules
from tavernai.agent.domain.company import Company, Member, Turn, company_from
from tavernai.agent.domain.keeping import kept_in
from tavernai.agent.ports import Stage
from tavernai.chat import store as chat_store
from tavernai.chat.errors import NotAMember
from tavernai.chat.groups import group_of
from tavernai.chat.tables import messages
from tavernai.prompting.domain.scene import Character, Group
from tavernai.prompting.domain.scene import Member as SceneMember
from tavernai.storage.queries import Query
from tavernai.storage.rows import Row

SPOKEN_MAX: Final = 200
"""Messages that are looked at for who has spoken since the person did."""

REPLY = Query(select(messages.c.role, messages.c.character_id, messages.c.name).where(messages.c.id == bindparam("of")))


@dataclass(frozen=True, slots=True)
class Speaking:
    """Who answers: a character, and the name it answers under."""

    character_id: str | None
    name: str


def answering(
    conn: Reader, stage: Stage, owner_id: str, conversation_id: str, *, turn: Turn | None, dice: random.Random
) -> tuple[Speaking, ...] | None:
    """Who answers a turn there, `turn` None: somebody must; None: the one the conversation is with."""
    told = group_of(conn, owner_id, conversation_id)
    if told is None:
        return None
    company = _known(conn, stage, owner_id, company_from(told))
    found = rules.somebody(company, dice=dice) if turn is None else rules.speakers(company, turn, dice=dice)
    return tuple(Speaking(one.character_id, one.name) for one in found)


def called(conn: Reader, owner_id: str, conversation_id: str, character_id: str) -> tuple[Speaking, ...]:
    """The member who is asked to speak, muted or not. Raises NotAMember."""
    told = group_of(conn, owner_id, conversation_id)
    members = company_from(told).members if told is not None else ()
    found = tuple(Speaking(one.character_id, one.name) for one in members if one.character_id == character_id)
    if not found:
        raise NotAMember
    return found[:1]


def speaking_next(
    conn: Reader, stage: Stage, owner_id: str, conversation_id: str, *, dice: random.Random
) -> tuple[Speaking, ...] | None:
    """Who speaks when nobody said anything new: by the group's rules, and somebody in any case."""
    found = answering(conn, stage, owner_id, conversation_id, turn=turn_of(conn, conversation_id), dice=dice)
    return found or answering(conn, stage, owner_id, conversation_id, turn=None, dice=dice)


def turn_of(conn: Reader, conversation_id: str) -> Turn:
    """What was said last, by whom, and who has spoken since the person did."""
    rows = chat_store.history(conn, conversation_id, limit=SPOKEN_MAX)
    if not rows:
        return Turn()
    spoken = [row.name for row in takewhile(lambda row: row.role != "user", rows) if row.role == "character"]
    return Turn(rows[0].text, rows[0].name if rows[0].role != "user" else None, frozenset(spoken))


def cast(conn: Reader, task: Row, conversation: Row) -> Row:
    """The conversation's row with whoever speaks in this task in place of its character."""
    if conversation["character_id"] is not None or not task["reply_message_id"]:
        return conversation
    told = group_of(conn, task["owner_id"], task["conversation_id"])
    if told is None:
        return conversation
    reply = REPLY.first(conn, of=task["reply_message_id"])
    if reply is not None and reply["role"] == "character":
        return {"character_id": reply["character_id"], "character_name": reply["name"]}
    [one] = rules.somebody(company_from(told), dice=random.Random(task["id"])) or [Member("")]
    return {"character_id": one.character_id, "character_name": one.name or conversation["character_name"]}


def group_in(conn: Reader, stage: Stage, task: Row, *, speaker: Character, is_free: bool) -> Group | None:
    """What the prompt knows of the others; None: nobody else is there."""
    told = group_of(conn, task["owner_id"], task["conversation_id"])
    if told is None:
        return None
    company = company_from(told)
    members = []
    for one in company.members:
        card: Mapping[str, Any] = {}
        if one.character_id == speaker.id:
            card = speaker.card
        elif one.character_id is not None:
            card = stage.card(conn, task["owner_id"], character_id=one.character_id) or {}
            card = card if is_free else kept_in(card)
        members.append(SceneMember(Character(one.name, card, one.character_id or ""), one.is_muted))
    return Group(members, company.cards, company.prefix, company.suffix)


def is_foreign(row: chat_store.HistoryRow, alone: Character) -> bool:
    """Whether somebody else says this in a chat that has one character alone, as SillyTavern's `/sendas` writes it."""
    if row.role != "character" or not alone.id:
        return False
    return row.name.strip() != alone.name.strip() or row.character_id not in (None, alone.id)


def named_in(told: Mapping[str, Any]) -> Group:
    """Who is there, for a text that only names them."""
    members = company_from(told).members
    return Group([SceneMember(Character(one.name, {}, one.character_id or ""), one.is_muted) for one in members])


def _known(conn: Reader, stage: Stage, owner_id: str, company: Company) -> Company:
    """The company with how much its members like to talk."""
    found = []
    for one in company.members:
        card = stage.card(conn, owner_id, character_id=one.character_id) if one.character_id else None
        told = ((card or {}).get("extensions") or {}).get("talkativeness")
        if isinstance(told, int | float) and not isinstance(told, bool):
            one = replace(one, talkativeness=float(told))
        found.append(one)
    return replace(company, members=tuple(found))

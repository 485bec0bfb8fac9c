"""Personas brought along from elsewhere: functions for rooms above, inside their unit of work."""

from collections.abc import Collection
from dataclasses import asdict
from typing import Any

from sqlalchemy import select

from tavernai.accounts.tables import users
from tavernai.characters.personas import events as e
from tavernai.characters.personas.placing import USUAL, Place
from tavernai.characters.personas.service import DESCRIPTION_CHARS_MAX, NAME_CHARS_MAX, own_in
from tavernai.characters.personas.store import others
from tavernai.characters.personas.tables import persona_defaults, personas
from tavernai.kernel.facts import By
from tavernai.kernel.text import clean_text
from tavernai.ledger.domain import Stream
from tavernai.ledger.transaction import Transaction

UNNAMED = "Persona"


def import_in(
    tx: Transaction,
    persona_id: str,
    *,
    owner_id: str,
    by: By,
    name: str,
    description: str,
    avatar: str | None,
    lorebook_id: str | None = None,
    place: Place = USUAL,
    cause_id: str | None = None,
) -> int:
    """A new persona with this picture (sha256, stored and seen to be one); its version. It is not chosen."""
    name = " ".join(clean_text(name).split())[:NAME_CHARS_MAX] or UNNAMED
    facts: list[Any] = [e.PersonaCreated(persona_id, name, clean_text(description)[:DESCRIPTION_CHARS_MAX])]
    if avatar is not None:
        facts.append(e.PersonaAvatarChanged(persona_id, avatar))
    if lorebook_id is not None:
        facts.append(e.PersonaLorebookChosen(persona_id, lorebook_id))
    if place != USUAL:
        facts.append(e.PersonaPlaced(persona_id, **asdict(place)))
    tx.append(Stream(f"persona:{persona_id}", owner_id), facts, by=by, cause_id=cause_id)
    row = tx.get(personas, persona_id)
    assert row is not None
    version: int = row["version"]
    return version


def choose_in(tx: Transaction, persona_id: str, *, owner_id: str, by: By) -> None:
    """Make it the default."""
    tx.append(Stream(f"persona:{persona_id}", owner_id), [e.PersonaChosen(persona_id)], by=by)


def default_id_in(tx: Transaction, owner_id: str) -> str | None:
    """The default persona's id, read by key."""
    found = tx.get(persona_defaults, owner_id)
    return found["persona_id"] if found is not None else None


def has_own_in(tx: Transaction, owner_id: str, *, besides: Collection[str]) -> bool:
    """Whether the person made themselves a persona: any but `besides`, and the account's first as it came."""
    user = tx.get(users, owner_id)
    blank = {"name": user["username"] if user is not None else "", "description": "", "avatar": None,
             "lorebook_id": None}  # fmt: skip
    query = select(personas).where(personas.c.owner_id == owner_id, personas.c.deleted_at.is_(None))
    own = [row for row in tx.rows(query) if row["id"] not in besides]
    return any(row[name] != value for row in own for name, value in blank.items())


def trash_in(tx: Transaction, persona_id: str, *, owner_id: str, by: By) -> bool:
    """Into the trash; False when it is the last one. The default goes to the oldest other."""
    if own_in(tx, owner_id, persona_id) is None:
        return True
    rest = tx.rows(others(owner_id, persona_id))
    if not rest:
        return False
    if default_id_in(tx, owner_id) == persona_id:
        choose_in(tx, rest[0]["id"], owner_id=owner_id, by=by)
    tx.append(Stream(f"persona:{persona_id}", owner_id), [e.PersonaDeleted(persona_id, to_trash=True)], by=by)
    return True

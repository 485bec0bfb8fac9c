"""From facts to personas. A new account's first persona is told by the account itself: it carries the username."""

from collections.abc import Callable
from typing import Any

from tavernai.accounts.events import UserAdded
from tavernai.characters.personas import events as e
from tavernai.characters.personas.tables import persona_defaults, personas
from tavernai.kernel.facts import Recorded
from tavernai.storage.unit import Unit


def _user_added(tx: Unit, recorded: Recorded, fact: UserAdded) -> None:
    # The fact's own id becomes the persona's: an id that a replay finds again.
    _insert(tx, recorded, persona_id=recorded.id, owner_id=fact.user_id, name=fact.username, description="")
    tx.insert(persona_defaults, {"owner_id": fact.user_id, "persona_id": recorded.id})


def _created(tx: Unit, recorded: Recorded, fact: e.PersonaCreated) -> None:
    _insert(
        tx, recorded,
        persona_id=fact.persona_id, owner_id=recorded.owner_id, name=fact.name, description=fact.description,
    )  # fmt: skip


def _insert(tx: Unit, recorded: Recorded, *, persona_id: str, owner_id: str, name: str, description: str) -> None:
    tx.insert(personas, {
        "id": persona_id, "owner_id": owner_id, "name": name, "description": description,
        "created_at": recorded.ts, "updated_at": recorded.ts, "version": 1, "avatar": None, "deleted_at": None,
        "lorebook_id": None, "position": None, "depth": None, "role": None,
    })  # fmt: skip


def _edited(tx: Unit, recorded: Recorded, fact: e.PersonaEdited) -> None:
    _change(tx, recorded, fact.persona_id, name=fact.name, description=fact.description)


def _chosen(tx: Unit, recorded: Recorded, fact: e.PersonaChosen) -> None:
    _change(tx, recorded, fact.persona_id)
    if tx.get(persona_defaults, recorded.owner_id) is None:
        tx.insert(persona_defaults, {"owner_id": recorded.owner_id, "persona_id": fact.persona_id})
    else:
        tx.update(persona_defaults, recorded.owner_id, persona_id=fact.persona_id)


def _avatar_changed(tx: Unit, recorded: Recorded, fact: e.PersonaAvatarChanged) -> None:
    _change(tx, recorded, fact.persona_id, avatar=fact.avatar)


def _lorebook_chosen(tx: Unit, recorded: Recorded, fact: e.PersonaLorebookChosen) -> None:
    _change(tx, recorded, fact.persona_id, lorebook_id=fact.lorebook_id)


def _placed(tx: Unit, recorded: Recorded, fact: e.PersonaPlaced) -> None:
    _change(tx, recorded, fact.persona_id, position=fact.position, depth=fact.depth, role=fact.role)


def _deleted(tx: Unit, recorded: Recorded, fact: e.PersonaDeleted) -> None:
    if fact.to_trash:
        _change(tx, recorded, fact.persona_id, deleted_at=recorded.ts)
    else:
        tx.delete(personas, fact.persona_id)


def _restored(tx: Unit, recorded: Recorded, fact: e.PersonaRestored) -> None:
    _change(tx, recorded, fact.persona_id, deleted_at=None)


def _change(tx: Unit, recorded: Recorded, persona_id: str, **values: str | int | None) -> None:
    row = tx.get(personas, persona_id)
    if row is not None:
        tx.update(personas, persona_id, **values, updated_at=recorded.ts, version=row["version"] + 1)


FOLDS: dict[type[Any], Callable[[Any, Recorded, Any], None]] = {
    UserAdded: _user_added,
    e.PersonaCreated: _created,
    e.PersonaEdited: _edited,
    e.PersonaChosen: _chosen,
    e.PersonaAvatarChanged: _avatar_changed,
    e.PersonaLorebookChosen: _lorebook_chosen,
    e.PersonaPlaced: _placed,
    e.PersonaDeleted: _deleted,
    e.PersonaRestored: _restored,
}

"""From facts to the table of users."""

from collections.abc import Callable
from typing import Any

from tavernai.accounts import events as e
from tavernai.accounts.tables import users
from tavernai.kernel.facts import Recorded
from tavernai.storage.unit import Unit


def _added(tx: Unit, recorded: Recorded, fact: e.UserAdded) -> None:
    row = {
        "id": fact.user_id, "username": fact.username, "username_key": fact.username_key, "role": fact.role,
        "version": 1, "created_at": recorded.ts, "removed_at": None,
    }  # fmt: skip
    tx.insert(users, row)


def _renamed(tx: Unit, recorded: Recorded, fact: e.UserRenamed) -> None:
    _change(tx, fact.user_id, username=fact.username, username_key=fact.username_key)


def _role_changed(tx: Unit, recorded: Recorded, fact: e.UserRoleChanged) -> None:
    _change(tx, fact.user_id, role=fact.role)


def _removed(tx: Unit, recorded: Recorded, fact: e.UserRemoved) -> None:
    _change(tx, fact.user_id, username_key=None, removed_at=recorded.ts)


def _change(tx: Unit, user_id: str, **values: Any) -> None:
    row = tx.get(users, user_id)
    if row is not None:
        tx.update(users, user_id, **values, version=row["version"] + 1)


FOLDS: dict[type[Any], Callable[[Any, Recorded, Any], None]] = {
    e.UserAdded: _added,
    e.UserRenamed: _renamed,
    e.UserRoleChanged: _role_changed,
    e.UserRemoved: _removed,
}

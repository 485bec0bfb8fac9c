"""Taking an import back: what it made goes to the trash, except what somebody changed since or uses elsewhere."""

from collections.abc import Sequence
from typing import Any

from tavernai.agent.branch import everywhere_in
from tavernai.agent.events import VariablesBrought
from tavernai.characters.assets import importing as assets
from tavernai.characters.personas import importing as personas
from tavernai.characters.personas.service import own_in
from tavernai.config.domain.fold import Op, Scope
from tavernai.config.service import commit_in
from tavernai.config.store import state_in
from tavernai.interop.importing import store
from tavernai.interop.importing.homes import HOMES, trash
from tavernai.interop.importing.makers.live import take_back_live
from tavernai.interop.importing.tables import import_items
from tavernai.kernel.facts import By
from tavernai.ledger.domain import Stream
from tavernai.ledger.transaction import Transaction
from tavernai.storage.rows import Row

TRASHED, CHANGED, IN_USE, LAST = "trashed", "changed", "in_use", "last_one"


def take_back(tx: Transaction, *, items: Sequence[Row], owner_id: str, by: By) -> None:
    """Items of one import, the last made first; several may be one object (branches of a conversation)."""
    for item in items:
        told = _taken_back(tx, item, owner_id=owner_id, by=by)
        tx.update(import_items, (item["import_id"], item["n"]), undone=told)


def _taken_back(tx: Transaction, item: Row, *, owner_id: str, by: By) -> str:
    home = HOMES.get(item["kind"])
    if home is None or item["object_id"] is None:
        return TRASHED
    if item["kind"] == "settings":
        return _untuned(tx, item, owner_id=owner_id, by=by)
    if item["kind"] == "sprite":
        assets.remove_in(tx, item["object_id"], item["about"].get("places", []), owner_id=owner_id, by=by)
        return TRASHED
    row = tx.get(home.table, item["object_id"])
    if row is None or row["owner_id"] != owner_id or not home.is_live(row):
        return TRASHED
    if home.counter is not None and row[home.counter] != item["object_version"]:
        return CHANGED
    if home.type == "character" and tx.rows(store.other_chats(owner_id, item["object_id"])):
        return IN_USE
    return TRASHED if trash(tx, item["kind"], item["object_id"], owner_id=owner_id, by=by) else LAST


def _untuned(tx: Transaction, item: Row, *, owner_id: str, by: By) -> str:
    """Every value that still is what the settings made it becomes what it was."""
    told = TRASHED
    for one in reversed(item["about"].get("applied", [])):
        scope = Scope(one["scope"], one["id"])
        values = state_in(tx, scope).values
        if one["path"] not in values or values[one["path"]] != one["value"]:
            told = CHANGED
            continue
        op: Op = {"op": "set", "path": one["path"], "value": one["was"]}
        commit_in(tx, owner_id, scope, [op if one["had"] else {"op": "unset", "path": one["path"]}], by=by)
    _unchoose(tx, item, owner_id=owner_id, by=by)
    if take_back_live(tx, item["about"].get("live", []), owner_id=owner_id, by=by):
        told = CHANGED
    return _without_variables(tx, item, owner_id=owner_id, by=by) or told


def _without_variables(tx: Transaction, item: Row, *, owner_id: str, by: By) -> str | None:
    """Variables that still are what the settings brought go; CHANGED when another was made of one meanwhile."""
    brought, there = item["about"].get("variables", {}), everywhere_in(tx, owner_id)
    gone = {name: None for name, value in brought.items() if name in there and there[name] == value}
    if gone:
        stream = Stream(f"import:{item['import_id']}", owner_id)
        tx.append(stream, [VariablesBrought(gone)], by=by)
    return CHANGED if any(name in there and name not in gone for name in brought) else None


def _unchoose(tx: Transaction, item: Row, *, owner_id: str, by: By) -> None:
    """Play the former persona again, unless this import made that one too: then another of its settings knows whose."""
    persona_id = item["about"].get("default_was")
    if not isinstance(persona_id, str) or own_in(tx, owner_id, persona_id) is None:
        return
    if not tx.rows(store.items_that_became(item["import_id"], persona_id)):
        personas.choose_in(tx, persona_id, owner_id=owner_id, by=by)


def kept_items(items: Sequence[Row]) -> list[dict[str, Any]]:
    """What stayed, and why: plain JSON."""
    return [
        {"n": item["n"], "kind": item["kind"], "name": item["name"], "why": item["undone"], "id": item["object_id"]}
        for item in items
    ]

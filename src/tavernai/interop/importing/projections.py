"""From facts to what is kept for objects that have no home here."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import bindparam, literal_column, update

from tavernai.interop.importing import events as e
from tavernai.interop.importing.tables import import_kept
from tavernai.kernel.facts import Recorded
from tavernai.storage.unit import Unit

FORGET = update(import_kept).where(import_kept.c.import_id == bindparam("of")).values(deleted=literal_column("1"))


def _kept(tx: Unit, recorded: Recorded, fact: e.ImportKept) -> None:
    tx.insert(import_kept, {
        "id": fact.kept_id, "owner_id": recorded.owner_id, "import_id": fact.import_id, "kind": fact.kind,
        "name": fact.name, "path": fact.path, "object_id": fact.object_id, "data": fact.data, "deleted": 0,
        "created_at": recorded.ts,
    })  # fmt: skip


def _undone(tx: Unit, recorded: Recorded, fact: e.ImportUndone) -> None:
    tx.later(FORGET, {"of": fact.import_id})


FOLDS: dict[type[Any], Callable[[Any, Recorded, Any], None]] = {
    e.ImportKept: _kept,
    e.ImportUndone: _undone,
}

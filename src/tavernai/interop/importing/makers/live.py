"""Presets that were in use in other words than their files have: they come as presets of their own, and are chosen."""

from contextlib import suppress
from typing import Any

import orjson

from tavernai.config.presets import service as presets
from tavernai.interop.importing.domain.found import PRESETS
from tavernai.interop.importing.domain.live import Live, differs, live_in
from tavernai.interop.importing.homes import trash
from tavernai.interop.importing.making import Run
from tavernai.kernel.errors import TavernError
from tavernai.kernel.facts import By
from tavernai.ledger.transaction import Transaction
from tavernai.storage.rows import Row


def bring_live(run: Run, tx: Transaction, item: Row, root: str) -> list[str]:
    """Make those that differ; their ids, for an undo. The folders know from then on what is to be chosen."""
    made: list[str] = []
    warnings: list[dict[str, Any]] = []
    run.folders.live = {}
    for live in live_in(run.folders.settings(root)):
        file_id = run.folders.preset_named(live.kind, live.name)
        row = presets.own_in(tx, run.owner, file_id) if file_id is not None else None
        file: dict[str, Any] = orjson.loads(row["data"]) if row is not None else {}
        # What cannot be read was never in use either.
        with suppress(TavernError, TypeError, ValueError, AttributeError):
            if not differs(live.kind, file, live.said):
                continue
            preset_id, is_new = _made(run, tx, live, file)
            run.folders.live[live.path] = preset_id
            made += [preset_id] if is_new else []
            name = f"“{live.name} (in use)”"
            message = f"“{live.name}” was in use in other words than its file has; these came along as {name}."
            warnings.append({"code": "in_use_differs", "field": live.path, "message": message})
    if warnings:
        run.warn(tx, item, *warnings)
    return made


def _made(run: Run, tx: Transaction, live: Live, file: dict[str, Any]) -> tuple[str, bool]:
    name = f"{live.name} (in use)"
    whole = {**file, **live.said} | ({} if live.kind == "chat_preset" else {"name": name})
    kind = PRESETS[live.kind]
    fact = presets.prepared(orjson.dumps(whole), f"{name}.json", kind=kind)[0]  # type: ignore[arg-type]
    told = presets.imported_in(tx, run.owner, fact)
    assert told.preset_id is not None
    return told.preset_id, told.status == "imported"


def take_back_live(tx: Transaction, ids: list[str], *, owner_id: str, by: By) -> bool:
    """Into the trash, all that nobody changed since; whether one was."""
    changed = False
    for preset_id in ids:
        row = presets.own_in(tx, owner_id, preset_id)
        if row is not None and row["version"] == 1:
            trash(tx, "context", preset_id, owner_id=owner_id, by=by)
        changed = changed or (row is not None and row["version"] > 1)
    return changed

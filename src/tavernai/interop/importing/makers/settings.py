"""Settings, at the very end: they name presets, books and characters."""

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

import orjson

from tavernai.agent.branch import everywhere_in, fits
from tavernai.agent.events import VariablesBrought
from tavernai.characters.personas import importing as personas
from tavernai.interop.importing import store
from tavernai.interop.importing.domain import keys
from tavernai.interop.importing.domain.here import VARIABLES_AT, variables_in
from tavernai.interop.importing.homes import counter_in
from tavernai.interop.importing.makers.live import bring_live
from tavernai.interop.importing.making import Outcome, Read, Run
from tavernai.interop.importing.tables import import_items
from tavernai.ledger.domain import Stream
from tavernai.ledger.transaction import Transaction
from tavernai.storage.rows import Row

YOURS: Final = "You have a variable of this name; yours stays."
TOO_MUCH: Final = "More variables than can be kept here."


class SettingsMaker:
    """Turns a folder's settings into config, and keeps them whole without their keys."""

    def __init__(self, run: Run) -> None:
        self._run = run

    async def read(self, items: Sequence[Row]) -> list[Read]:
        return [Read(item) for item in items]  # the folders know them already

    async def write(self, told: Sequence[Read]) -> None:
        for one in told:
            await self._run.folders.learn()
            await self._run.tools.storage.commit(partial(self._make, item=one.item))

    def _make(self, tx: Transaction, item: Row) -> None:
        run = self._run
        if (twin := run.earlier(item)) is not None:
            run.settle(tx, item, Outcome("duplicate", twin))
            return
        root = item["path"].removesuffix("settings.json")
        live = bring_live(run, tx, item, root)
        applied = self._applied(tx, root)
        brought = self._bring_variables(tx, item, root)
        chosen = self._choose_persona(tx, root)
        kept_id = run.keep(tx, "settings", item, keys.without_secrets(run.folders.settings(root), []))
        about: dict[str, Any] = {"applied": applied} | ({"default_was": chosen} if chosen else {})
        about |= {"variables": brought} if brought else {}
        about |= {"live": live} if live else {}
        run.settle(tx, item, Outcome("imported", kept_id, status="mapped", about=about))

    def _applied(self, tx: Transaction, root: str) -> list[dict[str, Any]]:
        """What became config, with what stood there before: for an undo."""
        applied: list[dict[str, Any]] = []
        for scope, ops in self._run.folders.settings_ops(tx, self._run.owner, root):
            before = self._run.folders.values_in(tx, scope)
            for op in self._run.tune(tx, scope, ops):
                was = before.get(op["path"])
                applied.append({"scope": scope.type, "id": scope.id, "path": op["path"], "value": op["value"],
                                "was": was, "had": op["path"] in before})  # fmt: skip
        return applied

    def _bring_variables(self, tx: Transaction, item: Row, root: str) -> dict[str, Any]:
        """The variables of all chats that the person does not have yet; of the others the report says: theirs stay."""
        run, told = self._run, variables_in(self._run.folders.settings(root))
        there = everywhere_in(tx, run.owner)
        fresh = {name: value for name, value in told.items() if name not in there}
        if fresh and fits(there, fresh):
            stream = Stream(f"import:{run.job['id']}", run.owner)
            tx.append(stream, [VariablesBrought(fresh)], by=run.by, cause_id=run.cause)
        else:
            fresh = {}
        stays = {f"{VARIABLES_AT}.{name}": YOURS if name in there else TOO_MUCH for name in told if name not in fresh}
        if stays:
            fields = [
                one | ({"status": "preserved", "why": stays[one["field"]]} if one["field"] in stays else {})
                for one in item["fields"]
            ]
            tx.update(import_items, (item["import_id"], item["n"]), fields=orjson.dumps(fields).decode())
        return fresh

    def _choose_persona(self, tx: Transaction, root: str) -> str | None:
        """Play the folder's default persona from now on, unless the person has one of their own; the one before."""
        run = self._run
        default = next((told.avatar for told in run.folders.personas(root).values() if told.is_default), None)
        persona = run.folders.persona_files.get(f"{root}{default}") if default else None
        was = personas.default_id_in(tx, run.owner)
        if persona is None or persona == was:
            return None
        if personas.has_own_in(tx, run.owner, besides=set(run.folders.persona_files.values())):
            return None
        personas.choose_in(tx, persona, owner_id=run.owner, by=run.by)
        # That was us, too: an undo must not take it for somebody's change.
        version = counter_in(tx, "persona", persona)
        for row in tx.rows(store.items_that_became(run.job["id"], persona)):
            tx.update(import_items, (row["import_id"], row["n"]), object_version=version)
        return was

"""From facts to the state of each scope."""

from collections.abc import Callable
from typing import Any

from tavernai.config.domain.fold import Scope
from tavernai.config.events import ConfigRevisionCommitted
from tavernai.config.presets.projections import FOLDS as PRESET_FOLDS
from tavernai.config.store import state_in, state_json, text_of
from tavernai.config.tables import config_revisions, config_scopes
from tavernai.kernel.facts import Recorded
from tavernai.storage.unit import Unit


def _committed(tx: Unit, recorded: Recorded, fact: ConfigRevisionCommitted) -> None:
    scope = Scope(fact.scope_type, fact.scope_id)  # type: ignore[arg-type]
    ops: list[Any] = fact.ops
    tx.insert(config_revisions, {
        "scope": scope.key, "n": fact.n, "id": fact.revision_id, "owner_id": recorded.owner_id,
        "ops": text_of(ops), "actor": recorded.actor, "created_at": recorded.ts,
    })  # fmt: skip
    state = state_in(tx, scope).after(ops)
    told = {"n": state.n, "state": state_json(state), "updated_at": recorded.ts}
    if tx.get(config_scopes, scope.key) is None:
        tx.insert(config_scopes, {"scope": scope.key, "owner_id": recorded.owner_id} | told)
    else:
        tx.update(config_scopes, scope.key, **told)


FOLDS: dict[type[Any], Callable[[Any, Recorded, Any], None]] = {ConfigRevisionCommitted: _committed, **PRESET_FOLDS}

"""What a branch goes on with: variables of macros and lore that stays awake, as its newest prompt left them.

    plan.made, variables.changed ─► branch_states (a row a variant) ─► read from the newest of a path that has one

A swipe begins where its siblings began, an older branch goes on with what it had: nothing has to be taken back.
What a person wrote leaves only what it changed: a reply that was still being made above it may leave more.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from sqlalchemy import Connection, bindparam, or_, select

from tavernai.agent.tables import branch_states, person_variables
from tavernai.chat.store import HistoryRow
from tavernai.storage.queries import Query
from tavernai.storage.rows import Row
from tavernai.storage.unit import Unit

AT_ONCE: Final = 16
LOOKED_AT_MAX: Final = 512
"""Messages without a state that are passed over: every reply carries on what there is."""
INTEGER_MAX: Final = 2**53 - 1
BYTES_MAX: Final = 1 << 20

_NAMES = tuple(f"v{number}" for number in range(AT_ONCE))
_s = branch_states.c
_STATES = Query(
    select(_s.variant_id, _s.timed, _s.local, _s.is_change).where(
        or_(*(_s.variant_id == bindparam(name) for name in _NAMES))
    )
)
_EVERYWHERE = Query(select(person_variables.c.everywhere).where(person_variables.c.owner_id == bindparam("owner")))


@dataclass(frozen=True, slots=True)
class Left:
    """What was left; `found` tells an empty state from none."""

    timed: Mapping[str, Any] = field(default_factory=dict)
    local: Mapping[str, Any] = field(default_factory=dict)
    found: bool = False


def left_on(conn: Connection, rows: Sequence[HistoryRow]) -> Left:
    """The state of the newest of these messages (oldest first) that has one, with what was changed below it."""
    changes: list[Row] = []
    newest = [row.variant_id for row in reversed(rows)][:LOOKED_AT_MAX]
    for start in range(0, len(newest), AT_ONCE):
        some = newest[start : start + AT_ONCE]
        found = states_of(conn, some)
        for one in some:
            if one in found and not found[one]["is_change"]:
                return _with(found[one], changes)
            changes += [found[one]] if one in found else []
    return _with(None, changes)


def states_of(conn: Connection, variant_ids: Sequence[str]) -> dict[str, Row]:
    """By variant what stands there; at most AT_ONCE variants."""
    asked = [*variant_ids, *[""] * (AT_ONCE - len(variant_ids))]
    return {row["variant_id"]: row for row in _STATES.all(conn, **dict(zip(_NAMES, asked, strict=True)))}


def _with(whole: Row | None, changes: Sequence[Row]) -> Left:
    """A whole state and what was changed after it, the newest change first."""
    if whole is None and not changes:
        return Left()
    local = orjson.loads(whole["local"]) if whole is not None else {}
    for change in reversed(changes):
        local |= orjson.loads(change["local"])
    timed = orjson.loads(whole["timed"]) if whole is not None else {}
    return Left(timed, {name: value for name, value in local.items() if value is not None}, found=True)


def everywhere_of(conn: Connection, owner_id: str) -> dict[str, Any]:
    """The variables that hold in all chats of a person."""
    told = _EVERYWHERE.value(conn, owner=owner_id)
    found: dict[str, Any] = orjson.loads(told) if told else {}
    return found


def everywhere_in(tx: Unit, owner_id: str) -> dict[str, Any]:
    """The same inside a unit of work."""
    row = tx.get(person_variables, owner_id)
    found: dict[str, Any] = orjson.loads(row["everywhere"]) if row is not None else {}
    return found


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """What became of variables: {name: value}, null for one that was taken away."""
    told = {name: value for name, value in after.items() if name not in before or before[name] != value}
    gone: dict[str, Any] = {name: None for name in before if name not in after}
    made: dict[str, Any] = storable(told | gone)
    return made


def storable(value: Any) -> Any:
    """The value as every engine keeps it: numbers JSON does not have become their words."""
    if isinstance(value, dict):
        return {str(name): storable(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [storable(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > INTEGER_MAX:
        return float(value)
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)


def fits(*told: Mapping[str, Any]) -> bool:
    """Whether variables are small enough to be written with every reply."""
    return sum(len(orjson.dumps(one)) for one in told) <= BYTES_MAX

"""From revisions to values: one scope is the fold of its revisions, the values in effect are the fold of the scopes.

    default <- global <- user <- character <- conversation      and what the global scope has locked wins over all

A revision is a list of ops, `set` and `unset`, and has a number: n counts a scope's revisions from 1. Unsetting gives
the value back to the layer below. All pure: the projection and every reader fold with the same three functions.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NotRequired, TypedDict

from tavernai.config.domain.paths import PATHS, ScopeType

PREFIXES: Final[dict[ScopeType, str]] = {"user": "user", "character": "char", "conversation": "conv"}


class Op(TypedDict):
    """One step of a revision, as the ledger keeps it. `lock` only in the global scope: nobody may say otherwise."""

    op: Literal["set", "unset"]
    path: str
    value: NotRequired[Any]
    lock: NotRequired[bool]


@dataclass(frozen=True, slots=True)
class Scope:
    """Where values stand: everybody, a person, one of their characters, one of their conversations."""

    type: ScopeType
    id: str = ""

    @property
    def key(self) -> str:
        """`global`, `user:<id>`, `char:<id>`, `conv:<id>`; the stream's key is `config:` and this."""
        return "global" if self.type == "global" else f"{PREFIXES[self.type]}:{self.id}"

    @classmethod
    def of_key(cls, key: str) -> "Scope":
        prefix, _, named = key.partition(":")
        types = {word: name for name, word in PREFIXES.items()}
        return cls("global") if prefix == "global" else cls(types[prefix], named)


@dataclass(frozen=True, slots=True)
class State:
    """One scope: its newest revision, the values it sets, at which revision each path changed last, what it locks."""

    n: int = 0
    values: Mapping[str, Any] = field(default_factory=dict)
    changed: Mapping[str, int] = field(default_factory=dict)
    locks: frozenset[str] = frozenset()

    def after(self, ops: Iterable[Op]) -> "State":
        """The state after the next revision."""
        n, values, changed, locks = self.n + 1, dict(self.values), dict(self.changed), set(self.locks)
        for op in ops:
            path = op["path"]
            changed[path] = n
            if op["op"] == "set":
                values[path] = op["value"]
            else:
                values.pop(path, None)
            (locks.add if op["op"] == "set" and op.get("lock") else locks.discard)(path)
        return State(n, values, changed, frozenset(locks))

    def changes(self, ops: Iterable[Op]) -> bool:
        """Whether these ops would change anything but the number."""
        after = self.after(ops)
        return (after.values, after.locks) != (dict(self.values), self.locks)

    def contested(self, paths: Iterable[str], *, base_n: int) -> list[str]:
        """Those of the paths that changed after revision `base_n`."""
        return sorted({path for path in paths if self.changed.get(path, 0) > base_n})


@dataclass(frozen=True, slots=True)
class Layer:
    """A scope and its state, one of several above each other."""

    scope: Scope
    state: State


@dataclass(frozen=True, slots=True)
class Effective:
    """The values in effect: every path, where each comes from, and the revisions they were read at."""

    values: Mapping[str, Any]
    sources: Mapping[str, Scope]
    """of paths that some layer sets; all others are the table's defaults"""
    layers: Sequence[Layer] = ()
    locked: frozenset[str] = frozenset()

    def __getitem__(self, path: str) -> Any:
        return self.values[path]

    @property
    def vector(self) -> dict[str, int]:
        """The newest revision of each scope that has any: {scope key: n}."""
        return {layer.scope.key: layer.state.n for layer in self.layers if layer.state.n}

    def rank(self, path: str) -> int:
        """How near to the conversation the layer is that sets this path: 0 is the default, the last layer the most."""
        source = self.sources.get(path)
        return next((rank for rank, layer in enumerate(self.layers, 1) if layer.scope == source), 0)


def fold(revisions: Iterable[Iterable[Op]]) -> State:
    """A scope's state from its revisions in order."""
    state = State()
    for ops in revisions:
        state = state.after(ops)
    return state


def effective(layers: Sequence[Layer]) -> Effective:
    """The values in effect of layers from below to above. Paths that this version does not know are left out."""
    values: dict[str, Any] = {path: row.default for path, row in PATHS.items()}
    sources: dict[str, Scope] = {}
    locked: dict[str, Scope] = {}
    for layer in layers:
        for path, value in layer.state.values.items():
            if path in values and path not in locked:
                values[path], sources[path] = value, layer.scope
        locked.update(dict.fromkeys(layer.state.locks & values.keys(), layer.scope))
    return Effective(values, sources, layers, frozenset(locked))

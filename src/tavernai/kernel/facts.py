"""The shape of a fact: a frozen dataclass with a kind (room.past_tense) and a version, and its envelope once recorded.

    @fact("message.edited")
    class MessageEdited:
        message_id: str
        text: str

A fact's fields are JSON values only. Facts are never rewritten: when one changes shape, raise `v` and register an
upcaster for the old version with `upcasts`.
"""

from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from typing import Any, TypeVar, dataclass_transform

Payload = dict[str, Any]
_known: dict[str, type[Any]] = {}
_upcasters: dict[tuple[str, int], Callable[[Payload], Payload]] = {}
_F = TypeVar("_F")


@dataclass_transform(frozen_default=True, kw_only_default=False)
def fact(kind: str, *, v: int = 1) -> Callable[[type[_F]], type[_F]]:
    """Make the class a fact of this kind, known by its kind when it is read back."""

    def make(cls: type[_F]) -> type[_F]:
        made: Any = dataclass(frozen=True, slots=True)(cls)
        # Not `kind`: a fact may have a field of that name.
        made.__fact_kind__, made.__fact_v__ = kind, v
        if kind in _known:
            raise TypeError(f"two facts of kind {kind}: {_known[kind]} and {made}")
        _known[kind] = made
        return made  # type: ignore[no-any-return]

    return make


def upcasts(kind: str, *, v: int) -> Callable[[Callable[[Payload], Payload]], Callable[[Payload], Payload]]:
    """Register the function that turns a payload of version `v` into one of version `v + 1`."""

    def add(turn: Callable[[Payload], Payload]) -> Callable[[Payload], Payload]:
        _upcasters[kind, v] = turn
        return turn

    return add


def kind_of(one: Any) -> str:
    """The kind of a fact or of its class: `message.added`."""
    kind: str = one.__fact_kind__  # set by @fact
    return kind


def version_of(one: Any) -> int:
    """The version of a fact's shape."""
    v: int = one.__fact_v__
    return v


def payload_of(one: Any) -> Payload:
    """The fact's fields as a JSON object."""
    return {name: getattr(one, name) for name in _field_names(type(one))}


def fact_from(kind: str, v: int, payload: Payload) -> Any | None:
    """The fact a payload tells of, upcast to today's version.

    None: this version does not know the kind, or the payload was erased and the fact cannot do without it.
    """
    cls = _known.get(kind)
    if cls is None or (not payload and _required(cls)):
        return None
    while v < version_of(cls):
        payload, v = _upcasters[kind, v](payload), v + 1
    names = _field_names(cls)
    return cls(**{name: value for name, value in payload.items() if name in names})


def _required(cls: type[Any]) -> bool:
    return any(field.default is MISSING and field.default_factory is MISSING for field in fields(cls))


_names: dict[type[Any], frozenset[str]] = {}


def _field_names(cls: type[Any]) -> frozenset[str]:
    names = _names.get(cls)
    if names is None:
        names = _names[cls] = frozenset(field.name for field in fields(cls))
    return names


@dataclass(frozen=True, slots=True)
class By:
    """Who did it, and how far to trust where it came from."""

    actor: str
    """user:<id> | worker:<id> | system"""
    origin: str
    """user | owner | model | tool:<name> | import | system"""

    @classmethod
    def user(cls, user_id: str) -> "By":
        return cls(f"user:{user_id}", "user")

    @classmethod
    def system(cls) -> "By":
        return cls("system", "system")


@dataclass(frozen=True, slots=True)
class Recorded:
    """A fact as the ledger holds it."""

    pos: int
    id: str
    stream: str
    seq: int
    kind: str
    v: int
    ts: int
    actor: str
    origin: str
    task_id: str | None
    cause_id: str | None
    payload: Payload
    hash: str
    owner_id: str = ""

"""What differs between two JSON objects, field by field and grouped as people think of it.

A list of objects that have an identity (a preset's prompts, a book's entries) is compared one by one and not by place:
each is a group of its own. What is left belongs to the object itself, the group without a place.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

IDENTITIES: Final = ("identifier", "uid", "id", "character_id")
TITLES: Final = ("comment", "name", "label", "scriptName", "title")
FIELDS_MAX: Final = 400

State = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class Field:
    """One value that is another now; None stands for one that is not there."""

    name: str
    before: Any
    after: Any


@dataclass(slots=True)
class Group:
    """The differences of one thing. `place`: names from the outside in, joined by `/`; empty: the object itself."""

    place: str = ""
    title: str = ""
    state: State = "changed"
    fields: list[Field] = field(default_factory=list)


def same(one: Any, other: Any) -> bool:
    """Whether two JSON values are one value; true is not 1, and 1.0 is."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[name]) for name, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def compared(
    before: Mapping[str, Any], after: Mapping[str, Any], *, usual: Mapping[str, Any] | None = None
) -> tuple[list[Group], int]:
    """(groups, how many fields beyond FIELDS_MAX were left out).

    usual: values that a thing which was added or taken out has anyway; they are not told.
    """
    own = Group()
    groups = [own, *_walked(own, "", before, after, usual=usual or {})]
    room, left_out, told = FIELDS_MAX, 0, []
    for group in groups:
        left_out += max(0, len(group.fields) - room)
        group.fields = group.fields[: max(0, room)]
        room -= len(group.fields)
        if group.fields or (group.place and group.state != "changed"):
            told.append(group)
    return told, left_out


def _walked(into: Group, place: str, before: Any, after: Any, *, usual: Mapping[str, Any]) -> Iterator[Group]:
    """Fields go into the group; each thing with an identity makes one more."""
    if same(before, after):
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in (*after, *(one for one in before if one not in after)):
            inside = f"{place}/{name}" if place else name
            yield from _walked(into, inside, before.get(name), after.get(name), usual=usual)
        return
    old, new = _identified(before), _identified(after)
    if old is None or new is None or not (old or new):
        into.fields.append(Field(place.removeprefix(f"{into.place}/") if into.place else place, before, after))
        return
    yield from _each(into, place, old, new, usual=usual)


def _each(
    into: Group, place: str, old: Mapping[str, Any], new: Mapping[str, Any], *, usual: Mapping[str, Any]
) -> Iterator[Group]:
    for name in (*new, *(one for one in old if one not in new)):
        was, now = old.get(name), new.get(name)
        if into.place:  # things inside of a thing are told with it
            yield from _walked(into, f"{place}/{name}", was or {}, now or {}, usual=usual)
            continue
        state: State = "added" if was is None else "removed" if now is None else "changed"
        group = Group(f"{place}/{name}", _title(now or was), state)
        # A new thing is compared with one that says nothing of its own.
        list(_walked(group, group.place, usual if was is None else was, usual if now is None else now, usual=usual))
        group.fields = [one for one in group.fields if state == "changed" or one.name not in IDENTITIES]
        yield group
    stayed = [[name for name in names if name in old and name in new] for names in (old, new)]
    if stayed[0] != stayed[1]:
        into.fields.append(Field(place, stayed[0], stayed[1]))


def _identified(value: Any) -> dict[str, Any] | None:
    """The things of a list by what tells them apart; None when something in it has nothing that does."""
    if not isinstance(value, list):
        return {} if value is None else None
    for identity in IDENTITIES:
        if all(isinstance(one, dict) and one.get(identity) is not None for one in value):
            named = {str(one[identity]): one for one in value}
            return named if len(named) == len(value) else None
    return None


def _title(thing: Any) -> str:
    found = (thing.get(name) for name in TITLES)
    return next((text.strip() for text in found if isinstance(text, str) and text.strip()), "")

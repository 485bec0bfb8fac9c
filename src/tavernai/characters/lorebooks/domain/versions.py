"""What a book was at a version, told by its first facts; and what makes it so again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tavernai.characters.lorebooks import events as e
from tavernai.characters.lorebooks.domain.entries import NEW_ENTRY, Entry
from tavernai.kernel.differences import Group, compared, same


@dataclass(slots=True)
class State:
    """A book as it was. `brought_back`: the version that the last change made it like again."""

    name: str = ""
    description: str = ""
    fields: dict[str, Any] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    brought_back: int | None = None

    def after(self, fact: Any) -> None:
        """One more fact. One whose text was erased changes nothing."""
        self.brought_back = None
        if isinstance(fact, e.LorebookCreated):
            self.name, self.description, self.fields = fact.name, fact.description, dict(fact.fields)
            self.entries = {one["uid"]: one["entry"] for one in fact.entries}
        elif isinstance(fact, e.LorebookRenamed):
            self.name = fact.name
        elif isinstance(fact, e.LorebookChanged):
            self._change(fact)

    def _change(self, fact: e.LorebookChanged) -> None:
        self.brought_back = fact.brought_back
        if fact.description is not None:
            self.description = fact.description
        if fact.fields is not None:
            self.fields = dict(fact.fields)
        for uid, entry in fact.entries.items():
            if entry is None:
                self.entries.pop(uid, None)
            else:
                self.entries[uid] = entry


def state_of(facts: Iterable[Any]) -> State:
    """The book that these facts tell."""
    state = State()
    for fact in facts:
        state.after(fact)
    return state


def differences(before: State, after: State) -> tuple[list[Group], int]:
    """(what differs, entry by entry; how many fields more there were)."""
    return compared(_told(before), _told(after), usual=NEW_ENTRY)


def again(lorebook_id: str, now: State, then: State, *, version: int) -> list[Any]:
    """The facts that make a book what it was at a version; none: it is that already. Its name is left alone."""
    gone: dict[str, Entry | None] = {uid: None for uid in now.entries if uid not in then.entries}
    entries = gone | {uid: told for uid, told in then.entries.items() if not same(now.entries.get(uid), told)}
    words = then.description if then.description != now.description else None
    fields = then.fields if not same(now.fields, then.fields) else None
    if not entries and words is None and fields is None:
        return []
    return [e.LorebookChanged(lorebook_id, entries, words, fields, version)]


def _told(state: State) -> Mapping[str, Any]:
    entries = [{**entry, "uid": uid} for uid, entry in state.entries.items()]
    return {"name": state.name, "description": state.description, "fields": state.fields, "entries": entries}

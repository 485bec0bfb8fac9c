"""What a preset was at a version, told by its first facts."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tavernai.config.presets import events as e
from tavernai.kernel.differences import Group, compared, same


@dataclass(slots=True)
class State:
    """A preset as it was. `brought_back`: the version that the last change made it like again."""

    name: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    brought_back: int | None = None

    def after(self, fact: Any) -> None:
        """One more fact. One whose text was erased changes nothing."""
        self.brought_back = None
        if isinstance(fact, e.PresetCreated):
            self.name, self.data = fact.name, fact.data
        elif isinstance(fact, e.PresetChanged):
            self.brought_back = fact.brought_back
            self.name = self.name if fact.name is None else fact.name
            self.data = self.data if fact.data is None else fact.data


def state_of(facts: Iterable[Any]) -> State:
    """The preset that these facts tell."""
    state = State()
    for fact in facts:
        state.after(fact)
    return state


def differences(before: State, after: State) -> tuple[list[Group], int]:
    """(what differs, prompt by prompt; how many fields more there were)."""
    return compared({"name": before.name, "data": before.data}, {"name": after.name, "data": after.data})


def changed_fields(old: dict[str, Any], new: dict[str, Any] | None) -> list[str]:
    """The names of what is another now; None: nothing was said."""
    if new is None:
        return []
    return sorted(name for name in old.keys() | new.keys() if not same(old.get(name, ...), new.get(name, ...)))

"""A group as facts tell it. Pure; what it may hold is a table."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal

from tavernai.characters.groups import events as e
from tavernai.kernel.differences import Group as Differing
from tavernai.kernel.differences import compared, same

Strategy = Literal["natural", "list", "manual", "pooled"]
Cards = Literal["speaker", "unmuted", "all"]
STRATEGIES: Final[tuple[Strategy, ...]] = ("natural", "list", "manual", "pooled")
CARDS: Final[tuple[Cards, ...]] = ("speaker", "unmuted", "all")
"""SillyTavern's numbers of strategies and of generation modes are the places here."""
MEMBERS_MAX: Final = 100
"""More do not speak in one conversation."""
AUTO_SECONDS_USUAL: Final = 5
AUTO_SECONDS_MAX: Final = 3_600


@dataclass(frozen=True, slots=True)
class Member:
    """One of them. `file`: what the card was called where the group came from; without a character it is gone."""

    character_id: str | None
    name: str
    is_muted: bool = False
    file: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A group and its rules; members in the order in which they speak where order counts."""

    name: str
    members: tuple[Member, ...] = ()
    strategy: Strategy = "natural"
    cards: Cards = "speaker"
    prefix: str = ""
    suffix: str = ""
    answers_itself: bool = False
    auto_seconds: int = AUTO_SECONDS_USUAL

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Told":
        """What `data()` gave."""
        return cls(**{**data, "members": tuple(Member(**one) for one in data["members"])})

    def data(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {**asdict(self), "members": [asdict(one) for one in self.members]}

    def changed_from(self, was: "Told") -> list[str]:
        """The names of what is another now."""
        before, now = was.data(), self.data()
        return sorted(name for name in now if not same(before[name], now[name]))


@dataclass(slots=True)
class State:
    """A group as it was. `brought_back`: the version that the last change made it like again."""

    data: dict[str, Any] = field(default_factory=dict)
    brought_back: int | None = None

    def after(self, fact: Any) -> None:
        """One more fact. One whose text was erased changes nothing."""
        self.brought_back = None
        if isinstance(fact, e.GroupCreated | e.GroupChanged):
            self.data = fact.group
        if isinstance(fact, e.GroupChanged):
            self.brought_back = fact.brought_back


def state_of(facts: Iterable[Any]) -> State:
    """The group that these facts tell."""
    state = State()
    for fact in facts:
        state.after(fact)
    return state


def differences(before: State, after: State) -> tuple[list[Differing], int]:
    """(what differs, member by member; how many fields more there were)."""
    return compared(_ordered(before.data), _ordered(after.data))


def _ordered(data: Mapping[str, Any]) -> dict[str, Any]:
    """Members are compared one by one, so their order is told beside them."""
    return {**data, "order": [one["name"] for one in data.get("members", [])]} if data else {}

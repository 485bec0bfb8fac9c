"""Where a persona's description stands in a prompt, and SillyTavern's numbers for it. Tables; source: contract 4.1."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

Position = Literal["in_prompt", "note_top", "note_bottom", "in_chat", "after_card", "none"]
Role = Literal["system", "user", "assistant"]

POSITIONS: Final[Mapping[int, Position]] = {
    0: "in_prompt", 1: "after_card", 2: "note_top", 3: "note_bottom", 4: "in_chat", 9: "none",
}  # fmt: skip
"""`after_card` is what very old settings say: the description stands only where a text names it by its macro."""
ROLES: Final[Mapping[int, Role]] = dict(enumerate(get_args(Role)))
DEPTH_MAX: Final = 1_000


@dataclass(frozen=True, slots=True)
class Place:
    """Depth and role count where the position is `in_chat`."""

    position: Position = "in_prompt"
    depth: int = 2
    role: Role = "system"

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Place":
        """What a row says; nothing there is the usual place."""
        return USUAL if row["position"] is None else cls(row["position"], row["depth"], row["role"])


USUAL: Final = Place()


def place_from(told: Mapping[str, Any]) -> Place:
    """The place as SillyTavern's settings tell it; what cannot be read is as usual."""
    return Place(
        POSITIONS.get(_whole(told.get("position"), 0), USUAL.position),
        min(max(_whole(told.get("depth"), USUAL.depth), 0), DEPTH_MAX),
        ROLES.get(_whole(told.get("role"), 0), USUAL.role),
    )


def numbers_of(place: Mapping[str, Any]) -> dict[str, int]:
    """A place in SillyTavern's numbers."""
    position = next(number for number, name in POSITIONS.items() if name == place["position"])
    role = next(number for number, name in ROLES.items() if name == place["role"])
    return {"position": position, "depth": place["depth"], "role": role}


def _whole(value: Any, otherwise: int) -> int:
    if isinstance(value, bool):
        return otherwise
    try:
        return int(float(value))
    except (TypeError, ValueError, OverflowError):
        return otherwise

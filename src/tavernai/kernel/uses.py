"""Where a thing of a person's is used, for a page that leads there."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

USES_SHOWN_MAX: Final = 100
ORDER: Final = ("global", "user", "persona", "character", "conversation")

Place = Literal["global", "user", "persona", "character", "conversation"]
By = Literal["choice", "card"]


@dataclass(frozen=True, slots=True)
class Use:
    """One place. `user`: all chats; `global`: everybody's. `by`: somebody chose it there, or the card names it."""

    type: Place
    id: str = ""
    name: str = ""
    by: By = "choice"


@dataclass(slots=True)
class Uses:
    """How many places, and the first USES_SHOWN_MAX of them: the widest first, then by name."""

    count: int = 0
    places: list[Use] = field(default_factory=list)


def uses_of(found: Iterable[Use]) -> Uses:
    """Each place once, in order."""
    once: dict[tuple[str, str], Use] = {}
    for use in found:
        once.setdefault((use.type, use.id), use)
    places = sorted(once.values(), key=lambda use: (ORDER.index(use.type), use.name.casefold(), use.id))
    return Uses(len(places), places[:USES_SHOWN_MAX])

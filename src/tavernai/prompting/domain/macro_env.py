"""What macros can see while one prompt is made, and how much they may produce."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol

from tavernai.kernel.clock import Clock
from tavernai.prompting.domain.scene import HistoryMessage, Rewriter, Scene

PRODUCED_CHARS_MAX: Final = 4_000_000
"""Characters all macros of one prompt may produce together: doubling a variable forty times stops here."""


class Unfit(Exception):  # a signal inside the engine, never seen outside
    """This call cannot be answered; its source text stays."""


@dataclass(frozen=True, slots=True)
class CardFields:
    """Texts of card, chat and persona with their macros expanded. All empty while they are being expanded."""

    description: str = ""
    personality: str = ""
    scenario: str = ""
    persona: str = ""
    examples: str = ""
    system_prompt: str = ""
    post_history: str = ""
    depth_prompt: str = ""
    creator_notes: str = ""
    version: str = ""
    greetings: tuple[str, ...] = ()


@dataclass(slots=True)
class Allowance:
    """What is left of PRODUCED_CHARS_MAX."""

    characters: int = PRODUCED_CHARS_MAX

    def spend(self, count: int) -> None:
        """Raises Unfit when it is used up; from then on always, so that nothing more is even tried."""
        if count > self.characters:
            self.characters = 0
            raise Unfit
        self.characters -= count

    def drain(self, count: int) -> None:
        """As `spend`, for what is used up already: it only keeps others from following."""
        self.characters = max(0, self.characters - count)


class RandomSource(Protocol):
    """Numbers in [0, 1), as `random.Random` gives them."""

    def random(self) -> float: ...


@dataclass(slots=True)
class Env:
    """One prompt in the making, as macros see it. Variables are copies; the caller stores them afterwards."""

    scene: Scene
    clock: Clock
    random: RandomSource
    user: str
    char: str
    local: dict[str, Any]
    everywhere: dict[str, Any]
    fields: CardFields = CardFields()
    outlets: Mapping[str, str] = field(default_factory=dict)
    group_names: tuple[str, ...] = ()
    group_unmuted: tuple[str, ...] = ()
    hears_muted: bool = True
    main_prompt: str = ""
    allowance: Allowance = field(default_factory=Allowance)
    extra: Mapping[str, str] = field(default_factory=dict)
    rewriter: Rewriter | None = None

    @classmethod
    def of(cls, scene: Scene, *, clock: Clock, random: RandomSource) -> "Env":
        """The view of a scene, its card fields still empty."""
        members = scene.group.members if scene.group else ()
        return cls(
            scene=scene,
            clock=clock,
            random=random,
            user=scene.persona.name,
            char=scene.character.name,
            local=dict(scene.variables.local),
            everywhere=dict(scene.variables.everywhere),
            group_names=tuple(member.character.name for member in members),
            group_unmuted=tuple(member.character.name for member in members if not member.is_muted),
        )

    def speaking_as(self, char: str) -> "Env":
        """The same view with another current character; variables and allowance stay shared."""
        return self if char == self.char else replace(self, char=char)

    def without_muted(self) -> "Env":
        """The same view where `{{group}}` leaves muted members out, as in the prompts of a preset."""
        return replace(self, hears_muted=False) if self.group_names else self

    @property
    def last_message(self) -> HistoryMessage | None:
        return self.scene.history[-1] if self.scene.history else None


@dataclass(slots=True)
class Call:
    """One macro being answered: in which complete text it stands, and where (in code points)."""

    env: Env
    whole: str
    offset: int

"""Where woken lore goes: sorted, grouped by position, ready to be placed. The scan that wakes it is another subject.

Entries of higher `order` stand lower; entries of the same order in reverse of the order in which they woke. Outlets are
the exception and read from high to low. Source: shared contract 2.4, step 17.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tavernai.prompting.domain.scene import LoreHit
from tavernai.prompting.domain.words import Role


@dataclass(slots=True)
class LorePlan:
    """Woken entries by place, each list in reading order."""

    before: list[LoreHit] = field(default_factory=list)
    after: list[LoreHit] = field(default_factory=list)
    note_top: list[LoreHit] = field(default_factory=list)
    note_bottom: list[LoreHit] = field(default_factory=list)
    examples_top: list[LoreHit] = field(default_factory=list)
    examples_bottom: list[LoreHit] = field(default_factory=list)
    in_chat: dict[tuple[int, Role], list[LoreHit]] = field(default_factory=dict)
    outlets: dict[str, str] = field(default_factory=dict)


def lore_plan(hits: Sequence[LoreHit]) -> LorePlan:
    """Sort the woken entries (given in the order in which they woke) into their places; empty ones fall away."""
    plan = LorePlan()
    outlets: dict[str, list[str]] = {}
    for hit in sorted(hits, key=lambda one: -one.order):
        if not hit.content or hit.position == "none" or (hit.position == "outlet" and not hit.outlet):
            continue
        if hit.position == "outlet":
            outlets.setdefault(hit.outlet, []).append(hit.content)
        elif hit.position == "in_chat":
            plan.in_chat.setdefault((hit.depth, hit.role), []).insert(0, hit)
        else:
            _list(plan, hit).insert(0, hit)
    plan.outlets = {name: "\n".join(texts) for name, texts in outlets.items()}
    return plan


def _list(plan: LorePlan, hit: LoreHit) -> list[LoreHit]:
    return {
        "before": plan.before,
        "after": plan.after,
        "note_top": plan.note_top,
        "note_bottom": plan.note_bottom,
        "examples_top": plan.examples_top,
        "examples_bottom": plan.examples_bottom,
    }[hit.position]

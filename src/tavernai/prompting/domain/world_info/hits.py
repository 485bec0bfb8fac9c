"""From woken entries to texts with a place. Source: shared contract 2.4, step 17."""

from collections.abc import Sequence

from tavernai.prompting.domain.scene import LoreHit, Rewriter
from tavernai.prompting.domain.world_info.scan import Woken


def hits_of(woken: Sequence[Woken], *, rewriter: Rewriter | None) -> list[LoreHit]:
    """What is placed, in the order in which it woke; scripts for lore are applied, depths count only in the chat."""
    return [_hit(one, rewriter) for one in woken]


def _hit(one: Woken, rewriter: Rewriter | None) -> LoreHit:
    entry, content = one.entry, one.content
    if rewriter is not None:
        content = rewriter(content, placement="lore", depth=entry.depth if entry.position == "in_chat" else None)
    return LoreHit(
        id=entry.id, content=content, position=entry.position, depth=entry.depth, role=entry.role, order=entry.order,
        outlet=entry.outlet, title=entry.title or entry.id, why=one.why,
    )  # fmt: skip

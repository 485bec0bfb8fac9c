"""How a scan works in general. Source: shared contract 2.3."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from tavernai.prompting.domain.world_info.entries import flag, whole

Strategy = Literal["together", "character_first", "everywhere_first"]
STRATEGIES: Final[tuple[Strategy, ...]] = ("together", "character_first", "everywhere_first")
BUDGET_PERCENT_DEFAULT: Final = 25


@dataclass(frozen=True, slots=True)
class ScanSettings:
    """Depths in messages, `budget_percent` of the prompt's budget, `budget_cap` in tokens (0: none)."""

    depth: int = 2
    activations_min: int = 0
    depth_max: int = 0
    budget_percent: int = BUDGET_PERCENT_DEFAULT
    budget_cap: int = 0
    has_names: bool = True
    is_recursive: bool = False
    is_case_sensitive: bool = False
    is_whole_word: bool = False
    strategy: Strategy = "character_first"
    is_scored: bool = False
    steps_max: int = 0

    def budget(self, prompt_tokens: int) -> int:
        """Tokens that lore may take of a prompt of this size: at least one."""
        share = (self.budget_percent * prompt_tokens + 50) // 100 or 1
        return min(share, self.budget_cap) if self.budget_cap > 0 else share


DEFAULT_SETTINGS: Final = ScanSettings()


def settings_from(raw: Mapping[str, Any]) -> ScanSettings:
    """From the `world_info_*` keys of SillyTavern's settings."""
    percent = whole(raw.get("world_info_budget"), BUDGET_PERCENT_DEFAULT)
    strategy = whole(raw.get("world_info_character_strategy"), 1)
    return ScanSettings(
        depth=whole(raw.get("world_info_depth"), 2),
        activations_min=whole(raw.get("world_info_min_activations")),
        depth_max=whole(raw.get("world_info_min_activations_depth_max")),
        # Old files held tokens here; SillyTavern puts what is no percentage back to its default.
        budget_percent=percent if 0 <= percent <= 100 else BUDGET_PERCENT_DEFAULT,
        budget_cap=max(0, whole(raw.get("world_info_budget_cap"))),
        has_names=flag(raw.get("world_info_include_names", True)),
        is_recursive=flag(raw.get("world_info_recursive")),
        is_case_sensitive=flag(raw.get("world_info_case_sensitive")),
        is_whole_word=flag(raw.get("world_info_match_whole_words")),
        strategy=STRATEGIES[strategy] if 0 <= strategy < len(STRATEGIES) else "character_first",
        is_scored=flag(raw.get("world_info_use_group_scoring")),
        steps_max=max(0, whole(raw.get("world_info_max_recursion_steps"))),
    )

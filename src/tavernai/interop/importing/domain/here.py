"""What a chat says of itself, and how it goes on with it here: texts in place of the card's, chance, variables, lore.

Source: shared contract 3.2, 4.1 and 5.4.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tavernai.agent.branch import INTEGER_MAX, fits, storable
from tavernai.agent.events import VariablesChanged
from tavernai.config.domain.paths import PATHS
from tavernai.kernel.text import clean_json, clean_text
from tavernai.prompting.domain.macro_random import cyrb53
from tavernai.prompting.domain.macro_values import as_text
from tavernai.prompting.domain.world_info.timed import timed_from

SAID_HERE: Final = {
    "scenario": "/card/scenario", "mes_example": "/card/examples", "system_prompt": "/card/system_prompt",
}  # fmt: skip
SEED: Final = "/macros/pick_seed"
REROLL: Final = "/macros/pick_reroll"
VARIABLE_CHARS_MAX: Final = 100_000
VARIABLES_AT: Final = "extension_settings.variables.global"


def said_here(metadata: Mapping[str, Any], *, named: str) -> Iterator[tuple[str, Any]]:
    """Config of the conversation: (path, value). `named`: the chat's name, from which its chance begins."""
    for name, path in SAID_HERE.items():
        value = metadata.get(name)
        if isinstance(value, str) and value.strip():
            yield path, clean_text(value)[: PATHS[path].length]
    seed = metadata.get("chat_id_hash")
    if isinstance(seed, int) and not isinstance(seed, bool) and 0 < seed <= INTEGER_MAX:
        yield SEED, seed
    elif named:
        parent = metadata.get("main_chat")
        yield SEED, cyrb53(parent if isinstance(parent, str) and parent else named)
    reroll = metadata.get("pick_reroll_seed")
    if isinstance(reroll, str | int | float) and not isinstance(reroll, bool) and reroll:
        yield REROLL, clean_text(str(reroll))[: PATHS[REROLL].length]


def variables_in(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The variables that held in all chats, by name."""
    extensions = settings.get("extension_settings")
    told = extensions.get("variables") if isinstance(extensions, Mapping) else None
    given = told.get("global") if isinstance(told, Mapping) else None
    return _plain(given)


def _plain(given: Any) -> dict[str, Any]:
    """Variables as they are kept here: plain values, short enough."""
    told = {
        str(name)[:200]: value if isinstance(value, str | int | float | bool) else as_text(value)[:VARIABLE_CHARS_MAX]
        for name, value in (given.items() if isinstance(given, Mapping) else ())
        if value is not None
    }
    kept: dict[str, Any] = clean_json(storable(told))
    return kept


def left_in(metadata: Mapping[str, Any], *, variant_id: str | None) -> VariablesChanged | None:
    """The variables and the running effects of lore with which the chat goes on after its last message."""
    local, timed = _plain(metadata.get("variables")), timed_from(metadata.get("timedWorldInfo")).told()
    if variant_id is None or not (local or any(timed.values())) or not fits(local, timed):
        return None
    return VariablesChanged(variant_id, local, {}, clean_json(timed), is_whole=True)

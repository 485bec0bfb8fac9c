"""Presets as they were in use: settings keep their own copy, which may say other than the file. Pure. Source: 6.3."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tavernai.prompting.domain.presets import preset_from_sillytavern
from tavernai.prompting.domain.templates import context_from, instruct_from, reasoning_from

CHAT_FIELDS: Final = (
    "prompts", "prompt_order", "new_chat_prompt", "new_group_chat_prompt", "new_example_chat_prompt",
    "continue_nudge_prompt", "impersonation_prompt", "group_nudge_prompt", "wi_format", "scenario_format",
    "personality_format", "names_behavior", "continue_prefill", "continue_postfix", "send_if_empty",
    "squash_system_messages", "custom_prompt_post_processing",
)  # fmt: skip
BESIDE: Final = ("always_force_name2", "single_line", "trim_sentences")
"""What stood beside the context template before it stood inside."""


@dataclass(frozen=True, slots=True)
class Live:
    """A preset in use: of which kind, called what, and what the settings say of it."""

    kind: str
    path: str
    """where config says which one is chosen"""
    name: str
    said: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Row:
    kind: str
    path: str
    place: tuple[str, ...]
    name: str
    means: Callable[[Mapping[str, Any]], Any]
    is_for: Callable[[str], bool]
    """by the API that was in use"""


def _is_text(api: str) -> bool:
    return bool(api) and api != "openai"


def _system_prompt(told: Mapping[str, Any]) -> Any:
    return told.get("content") or "", told.get("post_history") or "", told.get("enabled") is not False


_ROWS: Final = (
    _Row("chat_preset", "/preset/chat", ("oai_settings",), "preset_settings_openai", preset_from_sillytavern,
         lambda api: api == "openai"),
    _Row("context", "/template/context", ("power_user", "context"), "preset", context_from, _is_text),
    _Row("instruct", "/template/instruct", ("power_user", "instruct"), "preset", instruct_from, _is_text),
    _Row("system_prompt", "/template/system_prompt", ("power_user", "sysprompt"), "name", _system_prompt, _is_text),
    _Row("reasoning", "/template/reasoning", ("power_user", "reasoning"), "name", reasoning_from, bool),
)  # fmt: skip
_MEANS: Final = {row.kind: row.means for row in _ROWS}


def live_in(settings: Mapping[str, Any]) -> Iterator[Live]:
    """The presets that were in use, as the settings have them."""
    api, power = str(settings.get("main_api") or ""), settings.get("power_user")
    for row in _ROWS:
        block: Any = settings
        for name in row.place:
            block = block.get(name) if isinstance(block, Mapping) else None
        if not isinstance(block, Mapping) or not row.is_for(api):
            continue
        wanted = CHAT_FIELDS if row.kind == "chat_preset" else [one for one in block if one != row.name]
        said = {name: block[name] for name in wanted if name in block}
        if row.kind == "context" and isinstance(power, Mapping):
            said = {name: power[name] for name in BESIDE if name in power} | said
        if said:
            yield Live(row.kind, row.path, str(block.get(row.name) or "SillyTavern"), said)


def differs(kind: str, file: Mapping[str, Any], said: Mapping[str, Any]) -> bool:
    """Whether prompts would notice the difference between a preset's file and what was in use."""
    means = _MEANS[kind]
    return bool(means(file) != means({**file, **said}))

"""Presets of a chat completion: which prompts stand where. The built-in one, as a table.

A preset holds *prompts* (texts, or markers for content from elsewhere) and an *order* that says which of them
take part. Missing built-ins are filled in; entries of the order without a prompt are dropped.
Source: shared contract 4.5.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, TypeVar

_T = TypeVar("_T")

NamesBehaviour = Literal["none", "default", "field", "content"]
PostProcessing = Literal[
    "", "merge", "merge_tools", "semi", "semi_tools", "strict", "strict_tools", "single"
]  # fmt: skip

ROLES: Final[dict[Any, Literal["system", "user", "assistant"]]] = {
    0: "system", 1: "user", 2: "assistant", "system": "system", "user": "user", "assistant": "assistant",
}  # fmt: skip
POST_PROCESSING_NAMES: Final[dict[Any, PostProcessing]] = {
    "": "", "claude": "merge", "merge": "merge", "merge_tools": "merge_tools", "semi": "semi",
    "semi_tools": "semi_tools", "strict": "strict", "strict_tools": "strict_tools", "single": "single",
}  # fmt: skip
NAMES_BEHAVIOURS: Final[dict[Any, NamesBehaviour]] = {-1: "none", 0: "default", 1: "field", 2: "content"}


@dataclass(frozen=True, slots=True)
class PromptEntry:
    """One prompt of a preset. `in_chat` ones stand at a depth of the chat, the others where the order says."""

    identifier: str
    name: str = ""
    role: Literal["system", "user", "assistant"] = "system"
    content: str = ""
    is_builtin: bool = False
    is_marker: bool = False
    in_chat: bool = False
    depth: int = 4
    order: int = 100
    triggers: frozenset[str] = frozenset()
    forbid_overrides: bool = False


@dataclass(frozen=True, slots=True)
class OrderEntry:
    """Place and switch of one prompt."""

    identifier: str
    enabled: bool = True


MAIN_PROMPT: Final = "Write {{char}}'s next reply in a fictional chat between {{char}} and {{user}}."

BUILTINS: Final[tuple[PromptEntry, ...]] = (
    PromptEntry("main", "Main prompt", content=MAIN_PROMPT, is_builtin=True),
    PromptEntry("nsfw", "Auxiliary prompt", is_builtin=True),
    PromptEntry("jailbreak", "Post-history instructions", is_builtin=True),
    PromptEntry(
        "enhanceDefinitions",
        "Enhance definitions",
        content="If you have more knowledge of {{char}}, add to the character's lore and personality to enhance them "
        "but keep the Character Sheet's definitions absolute.",
        is_builtin=True,
    ),
    PromptEntry("worldInfoBefore", "Lore before the card", is_builtin=True, is_marker=True),
    PromptEntry("worldInfoAfter", "Lore after the card", is_builtin=True, is_marker=True),
    PromptEntry("charDescription", "Description", is_builtin=True, is_marker=True),
    PromptEntry("charPersonality", "Personality", is_builtin=True, is_marker=True),
    PromptEntry("scenario", "Scenario", is_builtin=True, is_marker=True),
    PromptEntry("personaDescription", "Persona", is_builtin=True, is_marker=True),
    PromptEntry("dialogueExamples", "Example messages", is_builtin=True, is_marker=True),
    PromptEntry("chatHistory", "Chat history", is_builtin=True, is_marker=True),
)

DEFAULT_ORDER: Final[tuple[OrderEntry, ...]] = (
    OrderEntry("main"),
    OrderEntry("worldInfoBefore"),
    OrderEntry("personaDescription"),
    OrderEntry("charDescription"),
    OrderEntry("charPersonality"),
    OrderEntry("scenario"),
    OrderEntry("enhanceDefinitions", enabled=False),
    OrderEntry("nsfw"),
    OrderEntry("worldInfoAfter"),
    OrderEntry("dialogueExamples"),
    OrderEntry("chatHistory"),
    OrderEntry("jailbreak"),
)


@dataclass(frozen=True, slots=True)
class Preset:
    """Prompts, their order and the texts around them."""

    name: str = "Default"
    prompts: Mapping[str, PromptEntry] = field(default_factory=lambda: {entry.identifier: entry for entry in BUILTINS})
    order: tuple[OrderEntry, ...] = DEFAULT_ORDER
    new_chat_prompt: str = "[Start a new Chat]"
    new_group_chat_prompt: str = "[Start a new group chat. Group members: {{group}}]"
    new_example_chat_prompt: str = "[Example Chat]"
    continue_nudge_prompt: str = "[Continue your last message without repeating its original content.]"
    impersonation_prompt: str = (
        "[Write your next reply from the point of view of {{user}}, using the chat history so far as a guideline for "
        "the writing style of {{user}}. Don't write as {{char}} or system. Don't describe actions of {{char}}.]"
    )
    group_nudge_prompt: str = "[Write the next reply only as {{char}}.]"
    wi_format: str = "{0}"
    scenario_format: str = "{{scenario}}"
    personality_format: str = "{{personality}}"
    names_behaviour: NamesBehaviour = "default"
    continue_prefill: bool = False
    continue_postfix: str = " "
    send_if_empty: str = ""
    squash_system_messages: bool = False
    post_processing: PostProcessing = ""


DEFAULT_PRESET: Final = Preset()

OLD_TEXTS: Final = {"main_prompt": "main", "nsfw_prompt": "nsfw", "jailbreak_prompt": "jailbreak"}
IN_CHAT: Final = 1
GLOBAL_ORDER: Final = 100_001
ENTRY_FLAGS: Final = {"system_prompt": "is_builtin", "marker": "is_marker", "forbid_overrides": "forbid_overrides"}
TEXTS: Final = (
    "new_chat_prompt", "new_group_chat_prompt", "new_example_chat_prompt", "continue_nudge_prompt",
    "impersonation_prompt", "group_nudge_prompt", "wi_format", "scenario_format", "personality_format",
    "continue_postfix", "send_if_empty",
)  # fmt: skip


def preset_from_sillytavern(settings: Mapping[str, Any], *, name: str = "Default") -> Preset:
    """A chat completion preset as SillyTavern stores it; what is missing or of the wrong kind takes its default.

    Those of 2023 keep the three built-in prompts, and whether names go along, under names of their own.
    """
    values: dict[str, Any] = {key: settings[key] for key in TEXTS if isinstance(settings.get(key), str)}
    return Preset(
        name=name,
        prompts=_with_old_texts(_prompts(settings.get("prompts")), settings),
        order=_order(settings.get("prompt_order")),
        names_behaviour=_names(settings),
        continue_prefill=settings.get("continue_prefill") is True,
        squash_system_messages=settings.get("squash_system_messages") is True,
        post_processing=_known(POST_PROCESSING_NAMES, settings.get("custom_prompt_post_processing"), ""),
        **values,
    )


def _prompts(stored: Any) -> dict[str, PromptEntry]:
    given = [_entry(one) for one in stored or [] if isinstance(one, Mapping) and isinstance(one.get("identifier"), str)]
    # Of prompts with the same identifier the first one counts.
    prompts = {entry.identifier: entry for entry in reversed(given)}
    return prompts | {entry.identifier: entry for entry in BUILTINS if entry.identifier not in prompts}


def _with_old_texts(prompts: dict[str, PromptEntry], settings: Mapping[str, Any]) -> dict[str, PromptEntry]:
    if isinstance(settings.get("prompts"), list):
        return prompts
    told = {ours: settings.get(theirs) for theirs, ours in OLD_TEXTS.items()}
    return prompts | {
        name: replace(prompts[name], content=text) for name, text in told.items() if isinstance(text, str)
    }


def _names(settings: Mapping[str, Any]) -> NamesBehaviour:
    if "names_behavior" not in settings and settings.get("names_in_completion") is True:
        return "field"
    return _known(NAMES_BEHAVIOURS, settings.get("names_behavior"), "default")


def _entry(stored: Mapping[str, Any]) -> PromptEntry:
    flags = {ours: stored.get(theirs) is True for theirs, ours in ENTRY_FLAGS.items()}
    triggers = stored.get("injection_trigger")
    return PromptEntry(
        identifier=stored["identifier"],
        name=str(stored.get("name") or ""),
        role=_known(ROLES, stored.get("role"), "system"),
        content=str(stored.get("content") or ""),
        in_chat=stored.get("injection_position") == IN_CHAT,
        depth=_number(stored.get("injection_depth"), 4),
        order=_number(stored.get("injection_order"), 100),
        triggers=frozenset(map(str, triggers)) if isinstance(triggers, list) else frozenset(),
        **flags,
    )


def _order(stored: Any) -> tuple[OrderEntry, ...]:
    """Only the order kept for all characters counts; the one numbered 100000 is a leftover."""
    for one in stored if isinstance(stored, list) else []:
        if isinstance(one, Mapping) and one.get("character_id") == GLOBAL_ORDER and isinstance(one.get("order"), list):
            return tuple(
                OrderEntry(str(entry.get("identifier")), entry.get("enabled") is True)
                for entry in one["order"]
                if isinstance(entry, Mapping)
            )
    return DEFAULT_ORDER


def _known(table: Mapping[Any, _T], value: Any, default: _T) -> _T:
    return table.get(value, default) if isinstance(value, str | int) else default


def _number(value: Any, default: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else default

"""What a person may start from: templates of the common formats and a preset, in the form in which they are stored.

Written by us from the public facts of the formats. Nothing here is chosen by itself; a copy becomes the person's own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from tavernai.prompting.domain.builtin_templates import CONTEXT, FITS, INSTRUCT
from tavernai.prompting.domain.presets import DEFAULT_PRESET, MAIN_PROMPT, Preset, PromptEntry
from tavernai.prompting.domain.templates import INSTRUCT_TEXTS

Kind = Literal["chat", "context", "instruct", "system_prompt", "reasoning"]
GLOBAL: Final = 100_001

BLANK: Final[Mapping[str, Any]] = dict.fromkeys(INSTRUCT_TEXTS, "") | {"skip_examples": False}
CONTEXT_USUAL: Final[Mapping[str, Any]] = {
    "story_string_depth": 1, "story_string_role": 0, "always_force_name2": True, "trim_sentences": False,
    "single_line": False,
}  # fmt: skip
TITLES: Final[Mapping[str, str]] = {
    "chatml": "ChatML", "llama3": "Llama 3", "llama2": "Llama 2 Chat", "gemma": "Gemma", "mistral": "Mistral",
    "mistral_v7": "Mistral V7", "alpaca": "Alpaca", "vicuna": "Vicuna", "phi": "Phi", "command_r": "Command R",
    "glm4": "GLM-4", "plain": "Plain text",
}  # fmt: skip

SYSTEM_PROMPTS: Final[Mapping[str, str]] = {
    "Plain": MAIN_PROMPT,
    "Role-play": (
        "You play {{char}} in a story told together with {{user}}. Stay in the part: speak, act and feel as {{char}} "
        "would, keep to what was established, and let the story move on with every reply. Never decide what {{user}} "
        "says, does or thinks."
    ),
    "Novelist": (
        "Write the next passage of a novel in which {{char}} and {{user}} meet. Third person, past tense; show places "
        "through the senses, let people talk in their own voices, and end where {{user}} may want to act."
    ),
    "Text adventure": (
        "You tell an adventure that {{user}} plays. Describe what {{user}} meets and what comes of each deed, honestly "
        "and with consequences, in the second person. Offer no lists of choices; end with the situation."
    ),
    "Assistant": "You are {{char}}, who helps {{user}}. Answer correctly and to the point; say when you do not know.",
}
REASONING: Final[Mapping[str, tuple[str, str]]] = {
    "Think tags": ("<think>\n", "\n</think>"),
    "Thought tags": ("<thought>\n", "\n</thought>"),
    "Reasoning tags": ("<reasoning>\n", "\n</reasoning>"),
    "Magistral": ("[THINK]", "[/THINK]"),
}


@dataclass(frozen=True, slots=True)
class Starter:
    """One of them; `name` is what a copy is called."""

    kind: Kind
    name: str
    data: Mapping[str, Any]


def starters() -> Iterator[Starter]:
    """All of them, kind by kind."""
    yield Starter("chat", "Default", stored(DEFAULT_PRESET))
    for slug, title in TITLES.items():
        yield Starter("context", title, {"name": title, **CONTEXT_USUAL, **CONTEXT[slug]})
    for slug, title in TITLES.items():
        pattern = f"/{FITS[slug]}/i" if slug in FITS else ""
        yield Starter("instruct", title, {"name": title, **BLANK, **INSTRUCT[slug], "activation_regex": pattern})
    for title, content in SYSTEM_PROMPTS.items():
        yield Starter("system_prompt", title, {"name": title, "content": content, "post_history": ""})
    for title, (prefix, suffix) in REASONING.items():
        told = {"name": title, "prefix": prefix, "suffix": suffix, "separator": "\n\n"}
        yield Starter("reasoning", title, told)


def stored(preset: Preset) -> dict[str, Any]:
    """A preset of a chat as SillyTavern's object; reading it gives the same preset."""
    order = [{"identifier": one.identifier, "enabled": one.enabled} for one in preset.order]
    return {
        "temperature": 1, "top_p": 1, "names_behavior": 0, "wi_format": preset.wi_format,
        "scenario_format": preset.scenario_format, "personality_format": preset.personality_format,
        "new_chat_prompt": preset.new_chat_prompt, "new_group_chat_prompt": preset.new_group_chat_prompt,
        "new_example_chat_prompt": preset.new_example_chat_prompt, "group_nudge_prompt": preset.group_nudge_prompt,
        "continue_nudge_prompt": preset.continue_nudge_prompt, "continue_prefill": preset.continue_prefill,
        "continue_postfix": preset.continue_postfix, "impersonation_prompt": preset.impersonation_prompt,
        "send_if_empty": preset.send_if_empty, "squash_system_messages": preset.squash_system_messages,
        "custom_prompt_post_processing": preset.post_processing,
        "prompts": [_prompt(one) for one in preset.prompts.values()],
        "prompt_order": [{"character_id": GLOBAL, "order": order}],
    }  # fmt: skip


def _prompt(one: PromptEntry) -> dict[str, Any]:
    told = {"identifier": one.identifier, "name": one.name, "system_prompt": one.is_builtin, "marker": one.is_marker}
    if one.is_marker:
        return told
    return {
        **told, "role": one.role, "content": one.content, "injection_position": int(one.in_chat),
        "injection_depth": one.depth, "injection_order": one.order, "forbid_overrides": one.forbid_overrides,
    }  # fmt: skip

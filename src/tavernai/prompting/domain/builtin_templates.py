"""Templates everybody has, in the form in which they are stored: one a family of models. Written by us.

`plain` has no sequences at all: names and lines, for models that were not taught to take turns.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

STORY: Final = (
    "{{#if anchorBefore}}{{anchorBefore}}\n{{/if}}"
    "{{#if system}}{{system}}\n{{/if}}"
    "{{#if wiBefore}}{{wiBefore}}\n{{/if}}"
    "{{#if description}}{{description}}\n{{/if}}"
    "{{#if personality}}{{char}}'s personality: {{personality}}\n{{/if}}"
    "{{#if scenario}}Scenario: {{scenario}}\n{{/if}}"
    "{{#if wiAfter}}{{wiAfter}}\n{{/if}}"
    "{{#if persona}}{{persona}}\n{{/if}}"
    "{{#if anchorAfter}}{{anchorAfter}}\n{{/if}}{{trim}}"
)


def _context(**told: Any) -> dict[str, Any]:
    usual = {"story_string": STORY, "chat_start": "", "example_separator": "", "story_string_position": 0}
    return {**usual, "names_as_stop_strings": True, "use_stop_strings": False, **told}


def _instruct(**told: Any) -> dict[str, Any]:
    usual = {"enabled": True, "wrap": False, "macro": True, "names_behavior": "force", "stop_sequence": ""}
    return {**usual, "sequences_as_stop_strings": True, "system_same_as_user": False, **told}


def _turns(before: str, after: str, *, user: str, assistant: str, system: str | None, **told: Any) -> dict[str, Any]:
    """Every turn between the same two marks, which name who speaks."""
    words = {"input": user, "output": assistant, "system": system or user}
    sequences = {f"{name}_sequence": before.format(word) for name, word in words.items()}
    suffixes = {f"{name}_suffix": after for name in words}
    story = {"story_string_prefix": before.format(system or user), "story_string_suffix": after}
    return _instruct(**sequences, **suffixes, **story, system_same_as_user=system is None, **told)


INSTRUCT: Final[Mapping[str, Mapping[str, Any]]] = {
    "chatml": _turns(
        "<|im_start|>{}\n", "<|im_end|>\n", user="user", assistant="assistant", system="system",
        stop_sequence="<|im_end|>",
    ),
    "llama3": _turns(
        "<|start_header_id|>{}<|end_header_id|>\n\n", "<|eot_id|>", user="user", assistant="assistant",
        system="system", stop_sequence="<|eot_id|>",
    ),
    "gemma": _turns(
        "<start_of_turn>{}\n", "<end_of_turn>\n", user="user", assistant="model", system=None,
        stop_sequence="<end_of_turn>",
    ),
    "mistral": _instruct(
        input_sequence="[INST] ", input_suffix="[/INST]", output_sequence=" ", output_suffix="</s>",
        story_string_prefix="[INST] ", story_string_suffix="[/INST] Understood.</s>", system_same_as_user=True,
        stop_sequence="</s>",
    ),
    "alpaca": _instruct(
        input_sequence="### Instruction:\n", input_suffix="\n\n", output_sequence="### Response:\n",
        output_suffix="\n\n", system_sequence="### Input:\n", system_suffix="\n\n", story_string_suffix="\n\n",
    ),
    "mistral_v7": _instruct(
        input_sequence="[INST]", input_suffix="[/INST]", output_suffix="</s>", system_sequence="[SYSTEM_PROMPT]",
        system_suffix="[/SYSTEM_PROMPT]", story_string_prefix="[SYSTEM_PROMPT]", story_string_suffix="[/SYSTEM_PROMPT]",
        stop_sequence="</s>",
    ),
    "llama2": _instruct(
        input_sequence="[INST] ", input_suffix=" [/INST]", output_sequence=" ", output_suffix=" </s>",
        first_input_sequence="", story_string_prefix="[INST] <<SYS>>\n", story_string_suffix="\n<</SYS>>\n\n",
        system_same_as_user=True, stop_sequence="</s>", user_alignment_message="Begin.",
    ),
    "vicuna": _instruct(
        input_sequence="USER: ", input_suffix="\n", output_sequence="ASSISTANT: ", output_suffix="</s>\n",
        system_sequence="SYSTEM: ", system_suffix="\n", story_string_suffix="\n", stop_sequence="</s>",
    ),
    "phi": _turns(
        "<|{}|>\n", "<|end|>\n", user="user", assistant="assistant", system="system", stop_sequence="<|end|>"
    ),
    "command_r": _turns(
        "<|START_OF_TURN_TOKEN|><|{}_TOKEN|>", "<|END_OF_TURN_TOKEN|>", user="USER", assistant="CHATBOT",
        system="SYSTEM", stop_sequence="<|END_OF_TURN_TOKEN|>",
    ),
    "glm4": _turns(
        "<|{}|>\n", "\n", user="user", assistant="assistant", system="system", stop_sequence="<|endoftext|>"
    ),
    "plain": _instruct(enabled=False),
}  # fmt: skip

CONTEXT: Final[Mapping[str, Mapping[str, Any]]] = {
    **{name: _context() for name in INSTRUCT},
    "plain": _context(chat_start="***", example_separator="***"),
}

FITS: Final[Mapping[str, str]] = {
    "chatml": "chatml|hermes|dolphin|mag[-_ ]?mell|qwen",
    "llama3": "llama[-_. ]?3",
    "mistral_v7": r"mi[sx]tral.*(241[0-2]|25\d\d|v7)|magistral",
    "llama2": "llama[-_. ]?2[-_. ].*chat",
    "gemma": "gemma",
    "vicuna": "vicuna|wizardlm",
    "phi": "phi[-_ ]?3|phi[-_ ]?4[-_ ]mini",
    "command_r": "command[-_ ]?[ra]",
    "glm4": "glm[-_ ]?4",
    "alpaca": "alpaca|mytho|tiefighter|airoboros",
}
"""Expressions that fit names of models; those of SUGGESTED are asked from top to bottom."""

SUGGESTED: Final = tuple(
    (re.compile(FITS[name], re.IGNORECASE), name)
    for name in ("gemma", "mistral_v7", "llama2", "vicuna", "phi", "command_r", "glm4")
)
"""What a model's name says that the gateway's own guess does not know."""


def suggested(model: str) -> str | None:
    """The template only this table knows for a model's name."""
    return next((name for pattern, name in SUGGESTED if pattern.search(model)), None)

"""Templates of text completion as SillyTavern stores them, turned into options; old files are read as it migrates them.

What is missing or of the wrong kind takes the default of the field. Source: shared contract 4.8.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final, Literal, cast

from tavernai.prompting.domain.presets import MAIN_PROMPT, ROLES
from tavernai.prompting.domain.scene import Context, Instruct, Options, ReasoningOptions
from tavernai.prompting.domain.world_info.entries import flag, whole

Names = Literal["none", "force", "always"]

INSTRUCT_TEXTS: Final = tuple(one.name for one in fields(Instruct) if one.type in (str, "str"))
INSTRUCT_FLAGS: Final = ("wrap", "macro", "skip_examples", "system_same_as_user", "sequences_as_stop_strings")
ANCHOR_BEFORE: Final = "{{#if anchorBefore}}{{anchorBefore}}\n{{/if}}"
ANCHOR_AFTER: Final = "{{#if anchorAfter}}\n{{anchorAfter}}{{/if}}"
TRIM: Final = "{{trim}}"


@dataclass(frozen=True, slots=True)
class Templates:
    """What a person chose, each SillyTavern's object; None: the built-in one."""

    context: Mapping[str, Any] | None = None
    instruct: Mapping[str, Any] | None = None
    system_prompt: Mapping[str, Any] | None = None
    reasoning: Mapping[str, Any] | None = None


def options_from(templates: Templates, base: Options) -> Options:
    """The options with what was chosen; what was not chosen stays as it is in `base`."""
    options = base
    if templates.context is not None:
        options = replace(options, context=context_from(templates.context))
    if templates.instruct is not None:
        options = replace(options, instruct=instruct_from(templates.instruct))
    if templates.system_prompt is not None:
        told = templates.system_prompt
        options = replace(
            options,
            system_prompt=_text(told.get("content")),
            post_history=_text(told.get("post_history")),
            system_prompt_enabled=told.get("enabled") is not False,
        )
    elif not options.system_prompt:
        options = replace(options, system_prompt=MAIN_PROMPT)
    if templates.reasoning is not None:
        options = replace(options, reasoning=reasoning_from(templates.reasoning))
    return options


def instruct_from(raw: Mapping[str, Any]) -> Instruct:
    """An instruct template; those of 2023 name some things otherwise."""
    values: dict[str, Any] = {name: raw[name] for name in INSTRUCT_TEXTS if isinstance(raw.get(name), str)}
    values |= {name: flag(raw[name]) for name in INSTRUCT_FLAGS if raw.get(name) is not None}
    if "output_suffix" not in raw and isinstance(raw.get("separator_sequence"), str):
        values["output_suffix"] = raw["separator_sequence"]
    return Instruct(enabled=raw.get("enabled") is not False, names_behavior=_names(raw), **values)


def context_from(raw: Mapping[str, Any]) -> Context:
    """A context template; one from before story strings had a position gets places for notes around it."""
    story = _text(raw.get("story_string"))
    return Context(
        story_string=story if "story_string_position" in raw else anchored(story),
        chat_start=_text(raw.get("chat_start")),
        example_separator=_text(raw.get("example_separator")),
        story_position="in_chat" if whole(raw.get("story_string_position")) == 1 else "in_prompt",
        story_depth=max(0, whole(raw.get("story_string_depth"), 1)),
        story_role=ROLES.get(whole(raw.get("story_string_role")), "system"),
        frames_as_stop_strings=flag(raw.get("use_stop_strings")),
        names_as_stop_strings=flag(raw.get("names_as_stop_strings", True)),
        always_names_reply=flag(raw.get("always_force_name2", True)),
        is_single_line=flag(raw.get("single_line")),
    )


def reasoning_from(raw: Mapping[str, Any]) -> ReasoningOptions:
    """A reasoning template; whether thoughts go back into the prompt stands in it only when a person put it there."""
    usual = ReasoningOptions()
    told = {name: _text(raw[name]) for name in ("prefix", "suffix", "separator") if isinstance(raw.get(name), str)}
    return replace(
        usual,
        add_to_prompts=flag(raw.get("add_to_prompts")),
        max_additions=max(0, whole(raw.get("max_additions"), usual.max_additions)),
        **cast(dict[str, Any], told),
    )


def anchored(story: str) -> str:
    """The story string with places for what stands before and after it, where it has none."""
    if not story:
        return story
    if "{{anchorBefore}}" not in story:
        at = max(0, story.find("{{"))
        story = story[:at] + ANCHOR_BEFORE + story[at:]
    if "{{anchorAfter}}" not in story:
        body = story.rstrip()
        ends = body.endswith(TRIM)
        body = body.removesuffix(TRIM) if ends else body
        at = body.rfind("}}") + 2 if "}}" in body else len(body)
        story = body[:at] + ANCHOR_AFTER + body[at:] + (TRIM if ends else story[len(story.rstrip()) :])
    return story


def _names(raw: Mapping[str, Any]) -> Names:
    told = raw.get("names_behavior")
    if told in ("none", "force", "always"):
        return cast(Names, told)
    if "names" in raw or "names_force_groups" in raw:
        if flag(raw.get("names")):
            return "always"
        return "force" if flag(raw.get("names_force_groups")) else "none"
    return "force"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""

"""What kind of preset a file holds, told by what stands in it: RULES is asked from top to bottom.

A master export holds several in one file; a list may hold many scripts. Source: shared contract 6.2, 6.5 and 6.6.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

Kind = Literal[
    "chat", "text", "kobold", "novel", "context", "instruct", "system_prompt", "reasoning", "script", "quick_reply",
    "theme", "background",
]  # fmt: skip
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """One preset in a file; `name` is empty where the file says none."""

    kind: Kind
    name: str
    data: Data


def _has(*names: str) -> Callable[[Data], bool]:
    return lambda data: all(name in data for name in names)


def _is_chat(data: Data) -> bool:
    listed = isinstance(data.get("prompts"), list) or isinstance(data.get("prompt_order"), list)
    return listed or "openai_max_context" in data or "openai_model" in data or "temp_openai" in data


def _is_novel(data: Data) -> bool:
    return data.get("presetVersion") == 3 or "tail_free_sampling" in data or "repetition_penalty_slope" in data


def _is_kobold(data: Data) -> bool:
    return all(name in data for name in ("sampler_order", "rep_pen", "tfs")) and "temperature_last" not in data


def _is_text(data: Data) -> bool:
    return sum(name in data for name in ("temp", "top_k", "top_p", "rep_pen")) >= 3


def _is_quick_reply(data: Data) -> bool:
    return isinstance(data.get("qrList"), list) or isinstance(data.get("quickReplySlots"), list)


RULES: Final[tuple[tuple[Kind, Callable[[Data], bool]], ...]] = (
    ("script", _has("findRegex")),
    ("quick_reply", _is_quick_reply),
    ("instruct", _has("input_sequence", "output_sequence")),
    ("context", _has("story_string")),
    ("chat", _is_chat),
    ("system_prompt", _has("name", "content")),
    ("kobold", _is_kobold),
    ("novel", _is_novel),
    ("text", _is_text),
    ("reasoning", _has("prefix", "suffix", "separator")),
    ("theme", _has("main_text_color")),
    ("theme", _has("blur_tint_color")),
)
"""Kind, and how it is known; the first that fits is it."""

SECTIONS: Final[dict[str, Kind]] = {
    "instruct": "instruct", "context": "context", "sysprompt": "system_prompt", "preset": "text",
    "reasoning": "reasoning",
}  # fmt: skip
"""Sections of a master export."""

NAMES: Final = ("name", "scriptName")


def found_in(value: Any, *, kind: Kind | None = None) -> list[Found]:
    """Every preset in a file's value; none: this is no preset. `kind` overrides the guess for a lone object."""
    if isinstance(value, list):
        return [one for item in value for one in found_in(item, kind=kind)]
    if not isinstance(value, dict):
        return []
    if kind is not None:
        return [Found(kind, name_of(value), value)]
    sections = list(_sections(value))
    if sections:
        return sections
    managed = _managed(value)
    if managed is not None:
        return [managed]
    guess = next((kind for kind, fits in RULES if fits(value)), None)
    return [] if guess is None else [Found(guess, name_of(value), value)]


def name_of(data: Mapping[str, Any]) -> str:
    """The name a preset says itself."""
    return next((data[name].strip() for name in NAMES if isinstance(data.get(name), str)), "")


def _sections(value: Data) -> Iterator[Found]:
    """A master export: sections with a preset each. What else stands there belongs to none of them."""
    if "prompts" in value or "input_sequence" in value:
        return
    for section, kind in SECTIONS.items():
        told = value.get(section)
        if isinstance(told, dict) and told:
            yield Found(kind, name_of(told), told)


def _managed(value: Data) -> Found | None:
    """An export of the prompt manager alone: {version, type, data: {prompts, prompt_order}}."""
    data = value.get("data")
    if value.get("type") in ("full", "character") and isinstance(data, dict) and isinstance(data.get("prompts"), list):
        return Found("chat", name_of(value), data)
    return None

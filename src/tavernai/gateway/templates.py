"""Messages as one prompt, for servers that complete text: a table of the common formats, and which one a model's name
suggests. Pure.

This is the plain road, for requests that bring messages only; a request with a rendered `prompt` goes as it is.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tavernai.gateway.wire import text_of

DEFAULT = "chatml"


@dataclass(frozen=True, slots=True)
class Template:
    """How each role's words are wrapped. `reply` opens the answer; `stops` end it.

    is_merged: system words have no place of their own and join the person's next turn.
    """

    system: tuple[str, str]
    user: tuple[str, str]
    assistant: tuple[str, str]
    stops: tuple[str, ...]
    is_merged: bool = False

    @property
    def reply(self) -> str:
        return self.assistant[0]


def _chatml(role: str) -> tuple[str, str]:
    return f"<|im_start|>{role}\n", "<|im_end|>\n"


def _llama3(role: str) -> tuple[str, str]:
    return f"<|start_header_id|>{role}<|end_header_id|>\n\n", "<|eot_id|>"


TEMPLATES: dict[str, Template] = {
    "chatml": Template(
        _chatml("system"), _chatml("user"), _chatml("assistant"), ("<|im_end|>", "<|im_start|>", "<|endoftext|>")
    ),
    "llama3": Template(
        _llama3("system"),
        _llama3("user"),
        _llama3("assistant"),
        ("<|eot_id|>", "<|start_header_id|>", "<|end_of_text|>"),
    ),
    "mistral": Template(("", "\n\n"), ("[INST] ", "[/INST]"), (" ", "</s>"), ("</s>", "[INST]"), is_merged=True),
    "alpaca": Template(
        ("", "\n\n"),
        ("### Instruction:\n", "\n\n"),
        ("### Response:\n", "\n\n"),
        ("\n### Instruction:", "\n### Input:"),
    ),
    "plain": Template(("", "\n\n"), ("User: ", "\n"), ("Assistant: ", "\n"), ("\nUser:",)),
}

GUESSES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), name)
    for pattern, name in (
        (r"llama[-_. ]?3|stheno|lunaris|euryale|llama[-_. ]?4", "llama3"),
        (r"mag[-_ ]?mell|dolphin|hermes|chatml", "chatml"),
        (r"mi[sx]tral|ministral|magistral|nemo\b|cydonia|rocinante|codestral", "mistral"),
        (r"alpaca|mytho|tiefighter|airoboros|noromaid|llama[-_. ]?2|fimbulvetr", "alpaca"),
        (r"qwen|yi[-_]|smollm|internlm|deepseek|phi|olmo|granite", "chatml"),
        (r"gpt2|pythia|base\b", "plain"),
    )
)
"""The first pattern found in a model's name decides."""


def guessed(model: str) -> str:
    """The template a model's name suggests; `DEFAULT` where it suggests none."""
    return next((name for pattern, name in GUESSES if pattern.search(model)), DEFAULT)


def chosen(template: str, model: str) -> Template:
    """The template of this name; where there is none, the one the model's name suggests."""
    return TEMPLATES.get(template) or TEMPLATES[guessed(model)]


def render(messages: Sequence[Mapping[str, Any]], template: Template) -> str:
    """One prompt that ends where the answer begins; a last message of the assistant is gone on from."""
    turns = _turns(messages, template)
    goes_on = bool(turns) and turns[-1][0] == "assistant"
    pieces = [_wrapped(template, role, text) for role, text in (turns[:-1] if goes_on else turns)]
    pieces.append(template.reply + turns[-1][1] if goes_on else template.reply)
    return "".join(pieces).rstrip(" ") if not goes_on else "".join(pieces)


def _turns(messages: Sequence[Mapping[str, Any]], template: Template) -> list[tuple[str, str]]:
    """(role, text), each role's neighbours joined."""
    turns: list[tuple[str, str]] = []
    for message in messages:
        role, text = _role(message), text_of(message.get("content")).strip()
        if template.is_merged and role == "system":
            role = "user"
        if not text:
            continue
        if turns and turns[-1][0] == role:
            turns[-1] = role, f"{turns[-1][1]}\n\n{text}"
        else:
            turns.append((role, text))
    return turns


def _role(message: Mapping[str, Any]) -> str:
    """Examples come as system messages that name whose words they are."""
    named = {"example_user": "user", "example_assistant": "assistant"}
    role = named.get(str(message.get("name") or ""), message.get("role"))
    return role if role in ("system", "assistant") else "user"


def _wrapped(template: Template, role: str, text: str) -> str:
    before, after = {"system": template.system, "assistant": template.assistant}.get(role, template.user)
    return f"{before}{text}{after}"

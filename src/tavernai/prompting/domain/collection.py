"""The prompts of a preset with their texts: which take part, in which order, with what content.

The preset's order is walked once (A); contents that come from elsewhere fill their markers or, when the order lacks the
marker, stand at the end (B); card texts replace the main prompt and the post-history instructions (C).
Source: shared contract 4.6, A to C, and 4.2.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from tavernai.prompting.domain.account import Line, Piece, Source
from tavernai.prompting.domain.injections import lore_text
from tavernai.prompting.domain.lore import LorePlan
from tavernai.prompting.domain.macro_env import Env
from tavernai.prompting.domain.macros import expand
from tavernai.prompting.domain.presets import BUILTINS, PromptEntry
from tavernai.prompting.domain.scene import LoreHit
from tavernai.prompting.domain.words import Role

ORIGINAL: Final = re.compile(r"\{\{\s*original\s*\}\}", re.IGNORECASE)
SOURCES: Final[dict[str, Source]] = {
    "main": "main",
    "jailbreak": "post_history",
    "charDescription": "character",
    "charPersonality": "character",
    "scenario": "character",
    "personaDescription": "persona",
    "bias": "control",
    "worldInfoBefore": "lore",
    "worldInfoAfter": "lore",
}
TITLES: Final = {entry.identifier: entry.name for entry in BUILTINS} | {"bias": "Start of the reply"}


@dataclass(slots=True)
class Slot:
    """A place in the prompt. `pieces` is its own text, `lines` what came to stand there in the end."""

    entry: PromptEntry
    pieces: tuple[Piece, ...] = ()
    lines: list[Line] = field(default_factory=list)
    is_enabled: bool = True


def collect(env: Env, lore: LorePlan) -> dict[str, Slot]:
    """The slots of this prompt by identifier, in order."""
    slots: dict[str, Slot] = {}
    skipped: set[str] = set()
    inner = env.without_muted()
    preset, generation = env.scene.preset, env.scene.generation
    for place in preset.order:
        entry = preset.prompts.get(place.identifier)
        if entry is None:
            continue
        if place.enabled and (not entry.triggers or generation in entry.triggers):
            slots[entry.identifier] = Slot(entry, _own(entry, expand(entry.content, inner)))
        elif entry.identifier == "main":
            slots["main"] = Slot(entry, is_enabled=False)
        else:
            skipped.add(entry.identifier)
    for identifier, pieces in _system_values(env, lore):
        if identifier in slots:
            slots[identifier].pieces = pieces
        elif identifier not in skipped:
            role: Role = "assistant" if identifier == "bias" else "system"
            slots[identifier] = Slot(PromptEntry(identifier, TITLES[identifier], role), pieces)
    _override(slots.get("main"), env.fields.system_prompt)
    _override(slots.get("jailbreak"), env.fields.post_history)
    return slots


def _own(entry: PromptEntry, text: str) -> tuple[Piece, ...]:
    title = TITLES.get(entry.identifier) or entry.name or entry.identifier
    return (Piece(SOURCES.get(entry.identifier, "preset"), entry.identifier, title, text),) if text else ()


def _system_values(env: Env, lore: LorePlan) -> Iterator[tuple[str, tuple[Piece, ...]]]:
    preset, fields = env.scene.preset, env.fields
    yield "worldInfoBefore", _formatted_lore(env, lore.before, preset.wi_format)
    yield "worldInfoAfter", _formatted_lore(env, lore.after, preset.wi_format)
    yield "charDescription", _value("charDescription", fields.description)
    yield "charPersonality", _value("charPersonality", _formatted(env, fields.personality, preset.personality_format))
    yield "scenario", _value("scenario", _formatted(env, fields.scenario, preset.scenario_format))
    yield "bias", _value("bias", expand(env.scene.options.reply_start, env))
    if env.scene.persona.position == "in_prompt":
        yield "personaDescription", _value("personaDescription", fields.persona)


def _value(identifier: str, text: str) -> tuple[Piece, ...]:
    return (Piece(SOURCES[identifier], identifier, TITLES[identifier], text),) if text.strip() else ()


def _formatted(env: Env, text: str, form: str) -> str:
    return expand(form, env) if text and form.strip() else text


def _formatted_lore(env: Env, hits: list[LoreHit], form: str) -> tuple[Piece, ...]:
    """The entries joined by newlines, inside the preset's frame; `{0}` marks where they go."""
    if not lore_text(hits) or not form.strip():
        return lore_text(hits)
    first, *others = [expand(text, env) for text in form.split("{0}")]
    if not others:
        return (Piece("preset", "wi_format", "Frame of the lore", first),)
    pieces: list[Piece] = []
    for before, after in zip([first, *[""] * len(others)], others, strict=False):
        lore = lore_text(hits)
        lore[0].before = before
        pieces += [*lore, *([Piece("preset", "wi_format", "Frame of the lore", after)] if after else [])]
    return tuple(pieces)


def _override(slot: Slot | None, text: str) -> None:
    """Let the card replace a prompt; the first `{{original}}` in it becomes the text that is replaced."""
    if slot is None or not slot.is_enabled or slot.entry.forbid_overrides or not text:
        return
    waiting = ["".join([piece.text for piece in slot.pieces])]
    replaced = ORIGINAL.sub(lambda _: waiting.pop() if waiting else "", text)
    identifier = slot.entry.identifier
    slot.pieces = (Piece(SOURCES[identifier], identifier, f"{TITLES[identifier]} (from the card)", replaced),)

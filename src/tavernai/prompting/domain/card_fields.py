"""The texts a card, a chat and a persona give to the prompt, macros expanded. Source: shared contract 4.1, step 2."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from re import compile as pattern
from typing import Any, Final

from tavernai.prompting.domain.examples import MARK
from tavernai.prompting.domain.macro_env import CardFields, Env
from tavernai.prompting.domain.macros import expand
from tavernai.prompting.domain.presets import ROLES
from tavernai.prompting.domain.scene import Character
from tavernai.prompting.domain.words import Role

NEWLINES: Final = pattern(r"\n+")
DEPTH_DEFAULT: Final = 4


@dataclass(frozen=True, slots=True)
class DepthPrompt:
    """The note a card keeps at a depth of the chat."""

    text: str
    depth: int
    role: Role


def card_fields(env: Env) -> CardFields:
    """All texts of the scene's character, chat and persona. In groups, the cards that take part are joined."""
    scene, overrides, options = env.scene, env.scene.overrides, env.scene.options
    data = card_data(scene.character.card)

    def own(name: str) -> str:
        return _field(data.get(name), env)

    def joined(name: str, label: str, *, override: str = "") -> str:
        return _field(override, env) or _joined(env, name, label=label) or ("" if _joins(env) else own(name))

    return CardFields(
        description=joined("description", "Description"),
        personality=joined("personality", "Personality"),
        scenario=joined("scenario", "Scenario", override=overrides.scenario),
        persona=_field(scene.persona.description, env),
        examples=joined("mes_example", "Example Messages", override=overrides.examples),
        system_prompt=_field(overrides.system_prompt or data.get("system_prompt"), env)
        if options.prefer_card_prompt
        else "",
        post_history=own("post_history_instructions") if options.prefer_card_post_history else "",
        depth_prompt=_field(_depth_prompt(data).get("prompt"), env),
        creator_notes=own("creator_notes"),
        version=own("character_version"),
        greetings=_greetings(data, env),
    )


def _greetings(data: Mapping[str, Any], env: Env) -> tuple[str, ...]:
    """What a macro may name of them. They set no variables here: they did when one of them was said."""
    aside = replace(env, local=dict(env.local), everywhere=dict(env.everywhere))
    return tuple(_field(text, aside) for text in (data.get("first_mes"), *_texts(data.get("alternate_greetings"))))


def depth_prompts(env: Env) -> list[DepthPrompt]:
    """The depth notes that take part: the speaker's, or those of every member whose card stands in the prompt."""
    if not _joins(env) or env.scene.group is None:
        return _depth_notes(env, env.scene.character)
    notes: list[DepthPrompt] = []
    for member in env.scene.group.members:
        if not member.is_muted:
            notes.extend(_depth_notes(env.speaking_as(member.character.name), member.character))
    return notes


def card_data(card: Mapping[str, Any]) -> Mapping[str, Any]:
    """The `data` of a card object, or the object itself."""
    data = card.get("data")
    return data if isinstance(data, Mapping) else card


def _depth_notes(env: Env, character: Character) -> list[DepthPrompt]:
    stored = _depth_prompt(card_data(character.card))
    text = _field(stored.get("prompt"), env)
    if not text:
        return []
    return [DepthPrompt(text, _whole(stored.get("depth")), ROLES.get(_hashable(stored.get("role")), "system"))]


def _depth_prompt(data: Mapping[str, Any]) -> Mapping[str, Any]:
    extensions = data.get("extensions")
    stored = extensions.get("depth_prompt") if isinstance(extensions, Mapping) else None
    return stored if isinstance(stored, Mapping) else {}


def _whole(value: Any) -> int:
    """A depth as cards write it: a number, a numeric text, or rubbish."""
    try:
        return max(0, int(value))
    except (TypeError, ValueError, OverflowError):
        return DEPTH_DEFAULT


def _hashable(value: Any) -> str | int | None:
    return value if isinstance(value, str | int) else None


def _texts(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _field(value: Any, env: Env) -> str:
    return _told(str(value).strip(), env) if value and isinstance(value, str | int | float) else ""


def _told(text: str, env: Env) -> str:
    text = expand(text, env).replace("\r", "")
    return NEWLINES.sub("\n", text) if env.scene.options.collapse_newlines else text


def _joins(env: Env) -> bool:
    return env.scene.group is not None and env.scene.group.cards != "speaker"


def _joined(env: Env, name: str, *, label: str) -> str:
    """One field of all cards that take part, each between prefix and suffix, joined by newlines."""
    group = env.scene.group
    if group is None or not _joins(env):
        return ""
    speaker = env.scene.character.name
    parts = []
    for member in group.members:
        character = member.character
        if member.is_muted and group.cards != "all" and character.name != speaker:
            continue
        value = str(card_data(character.card).get(name) or "").strip()
        if not value:
            continue
        if name == "mes_example" and not value.startswith(MARK):
            value = f"{MARK}\n{value}"
        whole = _labelled(group.prefix, label) + _labelled(value, label) + _labelled(group.suffix, label)
        # Not trimmed: line breaks at the ends of prefix and suffix set the cards apart.
        parts.append(_told(whole, env.speaking_as(character.name)))
    return "\n".join(parts)


def _labelled(text: str, label: str) -> str:
    return text.replace("<FIELDNAME>", label)

"""What of SillyTavern's settings.json becomes config here: tables from their names to our paths. Source: contract 6.3.

A path that this version does not know, or a value it does not take, is preserved: the whole file is kept without its
secrets, and given back by exports.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from tavernai.config.domain.paths import PATHS
from tavernai.kernel.text import clean_text

Turn = Callable[[Any], Any]


def number(value: Any) -> Any:
    """A number, also when it was kept as text."""
    return float(value) if isinstance(value, str) else value


def whole(value: Any) -> Any:
    found = number(value)
    return int(found) if isinstance(found, float | int) and not isinstance(found, bool) else found


def flag(value: Any) -> Any:
    return bool(value)


def _one_of(*words: str) -> Turn:
    def turn(value: Any) -> str:
        return words[int(value)]

    return turn


def seed(value: Any) -> Any:
    """Theirs says −1 for none."""
    found = whole(value)
    if found < 0:
        raise ValueError
    return found


def texts(value: Any) -> Any:
    """A JSON list, also as text."""
    if isinstance(value, str):
        value = orjson.loads(value)
    if not isinstance(value, list):
        raise TypeError
    return [one for one in value if isinstance(one, str)]


@dataclass(frozen=True, slots=True)
class Row:
    """One setting: where it stands in their file, which path it becomes."""

    name: str
    path: str
    turn: Turn = number
    off: Any = None
    """the value that means nothing was chosen: it is not set here"""


_SAMPLERS: Final = (
    Row("temp", "/generation/temperature"), Row("top_p", "/generation/top_p"), Row("top_k", "/generation/top_k", whole),
    Row("min_p", "/generation/min_p"), Row("typical_p", "/generation/typical_p"), Row("top_a", "/generation/top_a"),
    Row("tfs", "/generation/tfs"), Row("rep_pen", "/generation/repetition_penalty"),
    Row("rep_pen_range", "/generation/repetition_penalty_range", whole),
    Row("freq_pen", "/generation/frequency_penalty"), Row("presence_pen", "/generation/presence_penalty"),
    Row("mirostat_mode", "/generation/mirostat_mode", whole), Row("mirostat_tau", "/generation/mirostat_tau"),
    Row("mirostat_eta", "/generation/mirostat_eta"), Row("dry_multiplier", "/generation/dry_multiplier"),
    Row("dry_base", "/generation/dry_base"), Row("dry_allowed_length", "/generation/dry_allowed_length", whole),
    Row("dry_sequence_breakers", "/generation/dry_sequence_breakers", texts),
    Row("xtc_threshold", "/generation/xtc_threshold"), Row("xtc_probability", "/generation/xtc_probability"),
    Row("smoothing_factor", "/generation/smoothing_factor"), Row("seed", "/generation/seed", seed, -1),
)  # fmt: skip
_ENDS: Final = (
    Row("amount_gen", "/generation/reply_tokens", whole), Row("max_context", "/generation/context_tokens", whole),
)  # fmt: skip

ACTIVE: Final[Mapping[str, tuple[tuple[str, tuple[Row, ...]], ...]]] = {
    "openai": (("oai_settings", (
        Row("temp_openai", "/generation/temperature"), Row("top_p_openai", "/generation/top_p"),
        Row("top_k_openai", "/generation/top_k", whole), Row("min_p_openai", "/generation/min_p"),
        Row("top_a_openai", "/generation/top_a"), Row("freq_pen_openai", "/generation/frequency_penalty"),
        Row("pres_pen_openai", "/generation/presence_penalty"),
        Row("repetition_penalty_openai", "/generation/repetition_penalty"),
        Row("openai_max_context", "/generation/context_tokens", whole),
        Row("openai_max_tokens", "/generation/reply_tokens", whole), Row("seed", "/generation/seed", seed, -1),
        Row("reasoning_effort", "/generation/reasoning_effort", str, "auto"),
    )),),
    "textgenerationwebui": (("textgenerationwebui_settings", _SAMPLERS), ("", _ENDS)),
    "kobold": (("kai_settings", (*_SAMPLERS, Row("typical", "/generation/typical_p"))), ("", _ENDS)),
    "koboldhorde": (("kai_settings", _SAMPLERS), ("", _ENDS)),
    "novel": (("nai_settings", (
        Row("temperature", "/generation/temperature"), Row("top_p", "/generation/top_p"),
        Row("top_k", "/generation/top_k", whole), Row("min_p", "/generation/min_p"),
        Row("typical_p", "/generation/typical_p"), Row("top_a", "/generation/top_a"),
        Row("repetition_penalty", "/generation/repetition_penalty"),
    )), ("", _ENDS)),
}  # fmt: skip
"""By the API that was in use: its block of settings, and the paths its values become."""

LORE: Final = (
    Row("world_info_depth", "/lore/depth", whole), Row("world_info_budget", "/lore/budget_percent", whole),
    Row("world_info_budget_cap", "/lore/budget_cap", whole),
    Row("world_info_min_activations", "/lore/activations_min", whole),
    Row("world_info_min_activations_depth_max", "/lore/depth_max", whole),
    Row("world_info_max_recursion_steps", "/lore/steps_max", whole),
    Row("world_info_recursive", "/lore/recursive", flag), Row("world_info_include_names", "/lore/names", flag),
    Row("world_info_case_sensitive", "/lore/case_sensitive", flag),
    Row("world_info_match_whole_words", "/lore/whole_words", flag),
    Row("world_info_character_strategy", "/lore/strategy", _one_of("together", "character_first", "everywhere_first")),
    Row("world_info_use_group_scoring", "/lore/group_scoring", flag),
)  # fmt: skip


def stops(value: Any) -> Any:
    """The stop strings people typed as a JSON list: those that fit."""
    row = PATHS["/generation/stop"]
    found = [one for one in texts(value) if one and len(one) <= row.length][: row.items]
    if not found:
        raise ValueError
    return found


def words(value: Any) -> str:
    return clean_text(str(value))[: PATHS["/prompt/reply_start"].length]


POWER: Final = (
    Row("user_prompt_bias", "/prompt/reply_start", words, ""),
    Row("custom_stopping_strings", "/generation/stop", stops, ""),
    Row("collapse_newlines", "/prompt/collapse_newlines", flag, False),
    Row("pin_examples", "/prompt/pin_examples", flag, False),
    Row("strip_examples", "/prompt/strip_examples", flag, False),
    Row("trim_sentences", "/prompt/trim_sentences", flag, False),
    Row("prefer_character_prompt", "/prompt/card_prompt", flag, True),
    Row("prefer_character_jailbreak", "/prompt/card_post_history", flag, True),
    Row("token_padding", "/prompt/padding_tokens", whole, 64),
)
"""What somebody decided for all prompts."""

NOTE_PLACES: Final = _one_of("after_main", "in_chat", "before_main")
NOTE_ROLES: Final = _one_of("system", "user", "assistant")
NOTE: Final = (
    Row("note_prompt", "/note/text", str), Row("note_interval", "/note/every", whole),
    Row("note_position", "/note/position", NOTE_PLACES), Row("note_depth", "/note/depth", whole),
    Row("note_role", "/note/role", NOTE_ROLES),
)  # fmt: skip
"""An author's note as chats carry it; the defaults of settings are renamed to these names first."""
NOTE_SEARCHED: Final = (Row("allowWIScan", "/note/searched", flag, False),)
DEFAULT_NOTE: Final = {
    "default": "note_prompt", "defaultInterval": "note_interval", "defaultPosition": "note_position",
    "defaultDepth": "note_depth", "defaultRole": "note_role",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tuned:
    """A value that becomes config; `field` is where it stood."""

    field: str
    path: str
    value: Any


@dataclass(frozen=True, slots=True)
class Untaken:
    """A value that does not, and why."""

    field: str
    why: str


def tuned_by(rows: tuple[Row, ...], block: Any, *, at: str) -> Iterator[Tuned | Untaken]:
    """What a block of settings becomes, row by row; rows it lacks are left out."""
    if not isinstance(block, Mapping):
        return
    for row in rows:
        if row.name not in block or block[row.name] is None or block[row.name] == row.off:
            continue
        field = f"{at}.{row.name}" if at else row.name
        try:
            yield Tuned(field, row.path, row.turn(block[row.name]))
        except (ValueError, TypeError, IndexError, OverflowError):
            yield Untaken(field, "Its value cannot be read.")


def tuned(settings: Mapping[str, Any]) -> Iterator[Tuned | Untaken]:
    """Everything of a settings.json that becomes config of the person."""
    for name, rows in ACTIVE.get(str(settings.get("main_api")), ()):
        yield from tuned_by(rows, settings.get(name) if name else settings, at=name)
    # Up to 1.9 the same names stood at the top.
    lore = settings.get("world_info_settings")
    yield from tuned_by(LORE, lore if isinstance(lore, Mapping) else settings, at="world_info_settings" if lore else "")
    yield from tuned_by(POWER, settings.get("power_user"), at="power_user")
    note = _inside(settings, "extension_settings", "note")
    yield from note_of(note, at="extension_settings.note")
    yield from tuned_by(NOTE_SEARCHED, note, at="extension_settings.note")


def note_of(block: Any, *, at: str) -> Iterator[Tuned | Untaken]:
    """An author's note, when it says anything."""
    if not isinstance(block, Mapping):
        return
    told = {DEFAULT_NOTE.get(str(name), str(name)): value for name, value in block.items()}
    if told.get("note_prompt"):
        yield from tuned_by(NOTE, told, at=at)


def _inside(value: Any, *names: str) -> Any:
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


@dataclass(frozen=True, slots=True)
class PersonaTold:
    """A persona as settings tell of it; its identity is the picture's file name."""

    avatar: str
    name: str
    description: str
    is_default: bool
    lorebook: str
    connections: tuple[str, ...]
    """files of the cards it is locked to"""
    rest: Mapping[str, Any]
    """position, depth, role, title"""


def player_of(settings: Mapping[str, Any]) -> str:
    """The name under which the person plays: the one shown last, else that of the persona in use; "" without any."""
    told = settings.get("username")
    if isinstance(told, str) and told.strip():
        return told.strip()
    personas = personas_of(settings)
    used = personas.get(str(settings.get("user_avatar"))) or next(
        (one for one in personas.values() if one.is_default), None
    )
    return used.name if used is not None and used.name != UNNAMED_PERSONA else ""


def personas_of(settings: Mapping[str, Any]) -> dict[str, PersonaTold]:
    """Personas by picture. Source: contract 6.4."""
    power = settings.get("power_user", settings)
    power = power if isinstance(power, Mapping) else {}
    names = power.get("personas")
    told = power.get("persona_descriptions")
    names, told = (one if isinstance(one, Mapping) else {} for one in (names, told))
    # Without a default SillyTavern goes on with the one in use (contract 6.4), and so do we.
    wanted = (power.get("default_persona"), settings.get("user_avatar"))
    default = next((one for one in wanted if isinstance(one, str) and (one in names or one in told)), None)
    return {
        str(avatar): _persona(str(avatar), names.get(avatar), told.get(avatar), default)
        for avatar in [*names, *(avatar for avatar in told if avatar not in names)]
    }


def _persona(avatar: str, name: Any, told: Any, default: Any) -> PersonaTold:
    told = told if isinstance(told, Mapping) else {}
    links = told.get("connections")
    cards = [
        str(link.get("id"))
        for link in (links if isinstance(links, list) else [])
        if isinstance(link, Mapping) and link.get("type") == "character"
    ]
    rest = {key: told[key] for key in ("position", "depth", "role", "title") if told.get(key) not in (None, "")}
    return PersonaTold(
        avatar, str(name or "") or UNNAMED_PERSONA, str(told.get("description") or ""), avatar == default,
        str(told.get("lorebook") or ""), tuple(cards), rest,
    )  # fmt: skip


UNNAMED_PERSONA: Final = "[Unnamed Persona]"


def tag_names(settings: Mapping[str, Any]) -> dict[str, str]:
    """What tags are called, by their ids."""
    listed = settings.get("tags")
    return {
        str(tag.get("id")): str(tag.get("name"))
        for tag in (listed if isinstance(listed, list) else [])
        if isinstance(tag, Mapping) and tag.get("name")
    }


def with_tag_names(entry: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """A lorebook's entry whose filter says tags by their names, too: their ids mean something over there only."""
    chosen = entry.get("characterFilter")
    tags = chosen.get("tags") if isinstance(chosen, Mapping) else None
    known = [names[str(tag)] for tag in tags if str(tag) in names] if isinstance(tags, list) else []
    further = [name for name in dict.fromkeys(known) if name not in (tags or [])]
    return entry | {"characterFilter": {**chosen, "tags": [*(tags or []), *further]}} if further and chosen else entry


def tags_of(settings: Mapping[str, Any]) -> dict[str, list[str]]:
    """Tags by card file."""
    names, used = tag_names(settings), settings.get("tag_map")
    if not isinstance(used, Mapping):
        return {}
    return {
        str(card): [names[str(tag)] for tag in tags if str(tag) in names]
        for card, tags in used.items()
        if isinstance(tags, list)
    }


def scripts_of(settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The person's own regex scripts."""
    found = _inside(settings, "extension_settings", "regex")
    return [dict(one) for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def global_books(settings: Mapping[str, Any]) -> list[str]:
    """Names of the lorebooks that are read in every chat."""
    found = _inside(settings, "world_info_settings", "world_info", "globalSelect")
    if found is None:
        found = _inside(settings, "world_info", "globalSelect")
    return [str(one) for one in found] if isinstance(found, list) else []


def books_of_cards(settings: Mapping[str, Any]) -> dict[str, list[str]]:
    """Further lorebooks of a character, by its file without the ending."""
    for place in (("world_info_settings", "world_info", "charLore"), ("world_info", "charLore")):
        found = _inside(settings, *place)
        if isinstance(found, list):
            return {
                str(one.get("name")): [str(book) for book in one.get("extraBooks") or []]
                for one in found
                if isinstance(one, Mapping)
            }
    return {}


PLACES: Final = ("replace", "before", "after")


def card_notes(settings: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The notes of characters that join a chat's own, as config, by the card's file without its ending."""
    found = _inside(settings, "extension_settings", "note", "chara")
    return {
        str(one.get("name")): {
            "/note/character_text": clean_text(str(one["prompt"]))[: PATHS["/note/character_text"].length],
            "/note/character_place": PLACES[one["position"]] if one.get("position") in (0, 1, 2) else PLACES[0],
        }
        for one in (found if isinstance(found, list) else [])
        if isinstance(one, Mapping) and one.get("useChara") and one.get("prompt")
    }


CHOSEN: Final = (
    ("chat_preset", "/preset/chat", ("oai_settings", "preset_settings_openai")),
    ("context", "/template/context", ("power_user", "context", "preset")),
    ("instruct", "/template/instruct", ("power_user", "instruct", "preset")),
    ("system_prompt", "/template/system_prompt", ("power_user", "sysprompt", "name")),
    ("reasoning", "/template/reasoning", ("power_user", "reasoning", "name")),
)
"""Presets and templates that were in use, by name."""
SAMPLED: Final = {
    "kobold": ("kobold_preset", "/preset/text", ("kai_settings", "preset_settings")),
    "koboldhorde": ("kobold_preset", "/preset/text", ("kai_settings", "preset_settings")),
    "novel": ("novel_preset", "/preset/text", ("nai_settings", "preset_settings_novel")),
}
"""By the API that was in use: its preset of sampling values; any other has SAMPLED_USUALLY."""
SAMPLED_USUALLY: Final = ("text_preset", "/preset/text", ("textgenerationwebui_settings", "preset"))


def chosen(settings: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """(kind, path, name, field) of the presets in use."""
    for kind, path, place in (*CHOSEN, SAMPLED.get(str(settings.get("main_api")), SAMPLED_USUALLY)):
        name = _inside(settings, *place)
        if isinstance(name, str) and name:
            yield kind, path, name, ".".join(place)

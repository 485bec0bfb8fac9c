"""The kind of a JSON file by what stands in it: for files that lie in no folder which tells. Source: contract 6.2."""

from collections.abc import Callable, Mapping
from typing import Any, Final

Told = Mapping[str, Any]


def _has(*names: str) -> Callable[[Told], bool]:
    return lambda told: all(name in told for name in names)


def _any(*names: str) -> Callable[[Told], bool]:
    return lambda told: any(name in told for name in names)


def _is_card(told: Told) -> bool:
    data = told.get("data")
    spec = str(told.get("spec") or "")
    if spec.startswith("chara_card"):
        return True
    if isinstance(data, dict) and "name" in data and ("first_mes" in data or "description" in data):
        return True
    return "char_name" in told or ("name" in told and ("first_mes" in told or "personality" in told))


def _is_lorebook(told: Told) -> bool:
    if str(told.get("spec") or "").startswith("lorebook") or "lorebookVersion" in told:
        return True
    return isinstance(told.get("entries"), dict | list) or told.get("type") == "risu" or told.get("kind") == "memory"


def _is_kobold(told: Told) -> bool:
    return {"sampler_order", "rep_pen", "tfs"} <= told.keys() and "temperature_last" not in told


def _is_chat_preset(told: Told) -> bool:
    if "openai_model" in told or {"temperature", "openai_max_context"} <= told.keys():
        return True
    return isinstance(told.get("prompts"), list) or told.get("type") in ("full", "character")


NOVEL: Final = frozenset({"tail_free_sampling", "repetition_penalty_slope"})
RULES: Final[tuple[tuple[str, Callable[[Told], bool]], ...]] = (
    ("settings", _has("power_user", "main_api")),
    ("secret", lambda told: any(str(name).startswith("api_key_") for name in told)),
    ("character", _is_card),
    ("group", _has("members", "activation_strategy")),
    ("personas", _has("personas", "persona_descriptions")),
    ("lorebook", _is_lorebook),
    ("script", _has("findRegex")),
    ("quick_reply", _any("qrList", "quickReplySlots")),
    ("theme", _any("main_text_color", "blur_tint_color")),
    ("chat", lambda told: _is_foreign_chat(told)),
    ("chat_preset", _is_chat_preset),
    ("instruct", _has("name", "input_sequence", "output_sequence")),
    ("context", _has("story_string")),
    ("system_prompt", _has("name", "content")),
    ("kobold_preset", _is_kobold),
    ("novel_preset", lambda told: told.get("presetVersion") == 3 or bool(NOVEL & told.keys())),
    ("text_preset", _has("temp", "top_k", "top_p", "rep_pen")),
    ("reasoning", _has("prefix", "suffix", "separator")),
)
"""Asked from top to bottom; the first that fits is it."""


def _is_foreign_chat(told: Told) -> bool:
    if told.get("type") == "risuChat" or "histories" in told or "savedsettings" in told:
        return True
    return any(isinstance(told.get(name), list) for name in ("data_visible", "messages", "visible", "turns"))


def kind_of_json(value: Any) -> str:
    """A kind of object, or `unknown`."""
    if isinstance(value, list):
        first = value[0] if value and isinstance(value[0], dict) else {}
        if "findRegex" in first:
            return "script"
        if "role" in first and "content" in first:
            return "chat"
        return "character" if _is_card(first) else "unknown"
    if not isinstance(value, dict):
        return "unknown"
    return next((kind for kind, fits in RULES if fits(value)), "unknown")

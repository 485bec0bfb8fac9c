"""Sampling values of SillyTavern's presets under our names. Pure; tables.

A value that does nothing in SillyTavern's terms is left out, so that it leaves the matter to the connection.
"""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from tavernai.config.domain.paths import GENERATION, PATHS

_SAME: Final = (
    "top_k", "top_a", "min_p", "top_p", "mirostat_mode", "mirostat_tau", "mirostat_eta", "dry_multiplier", "dry_base",
    "dry_allowed_length", "xtc_threshold", "xtc_probability", "smoothing_factor", "typical_p", "tfs",
)  # fmt: skip
TEXT: Final[dict[str, str]] = {
    **{name: name for name in _SAME},
    "temp": "temperature", "rep_pen": "repetition_penalty", "rep_pen_range": "repetition_penalty_range",
    "freq_pen": "frequency_penalty", "presence_pen": "presence_penalty", "genamt": "reply_tokens",
    "max_length": "context_tokens",
}  # fmt: skip
_CHAT: Final = (
    "temperature", "frequency_penalty", "presence_penalty", "top_p", "top_k", "top_a", "min_p", "repetition_penalty",
)  # fmt: skip
CHAT: Final[dict[str, str]] = {
    # Settings name them so, preset files without the ending.
    "temp_openai": "temperature", "freq_pen_openai": "frequency_penalty", "pres_pen_openai": "presence_penalty",
    **{f"{name}_openai": name for name in ("top_p", "top_k", "top_a", "min_p", "repetition_penalty")},
    **{name: name for name in _CHAT},
    "seed": "seed", "openai_max_tokens": "reply_tokens", "openai_max_context": "context_tokens",
}  # fmt: skip


def values_of(data: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """{our name: value} of a preset; what does not fit our range is left out."""
    found: dict[str, Any] = {}
    for theirs, ours in names.items():
        value = _number(data.get(theirs))
        path = PATHS[GENERATION + ours]
        if value is None or path.minimum is None or path.maximum is None:
            continue
        if path.minimum <= value <= path.maximum:
            found[ours] = int(value) if path.kind == "integer" else value
    if names is TEXT and (breakers := _breakers(data.get("dry_sequence_breakers"))):
        found["dry_sequence_breakers"] = breakers
    return found


def _number(value: Any) -> float | int | None:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _breakers(value: Any) -> list[str]:
    """A list, or one written out."""
    if isinstance(value, str):
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            return []
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []

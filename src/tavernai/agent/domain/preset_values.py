"""Sampling values of SillyTavern's presets under our names, for every kind of preset that holds some. Pure; tables.

    preset ─► values   what a path of config stands for as well: a slider, told with its layer
           ─► further  samplers that only presets speak of (gateway.samplers.FURTHER)
           ─► unused   fields that would do something and that nothing here reads: kept, and named in the account

Source: shared contract 6.2.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
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
KOBOLD: Final[dict[str, str]] = {
    **{name: name for name in ("top_k", "top_a", "min_p", "top_p", "tfs", "mirostat_tau", "mirostat_eta")},
    "temp": "temperature", "rep_pen": "repetition_penalty", "rep_pen_range": "repetition_penalty_range",
    "typical": "typical_p", "mirostat": "mirostat_mode", "genamt": "reply_tokens", "max_length": "context_tokens",
}  # fmt: skip
NOVEL: Final[dict[str, str]] = {
    **{name: name for name in ("temperature", "top_k", "top_a", "top_p", "min_p", "typical_p", "mirostat_tau")},
    "repetition_penalty": "repetition_penalty", "repetition_penalty_range": "repetition_penalty_range",
    "repetition_penalty_frequency": "frequency_penalty", "repetition_penalty_presence": "presence_penalty",
    "tail_free_sampling": "tfs", "mirostat_lr": "mirostat_eta", "max_length": "reply_tokens",
    "max_context": "context_tokens",
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
NAMES: Final[Mapping[str, Mapping[str, str]]] = {"chat": CHAT, "text": TEXT, "kobold": KOBOLD, "novel": NOVEL}
"""By kind of preset: their name → ours."""

Turn = Callable[[Any], Any]


def _number(value: Any) -> float | int | None:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _lines(value: Any) -> list[str] | None:
    """Texts, one a line; some servers take them in quotation marks."""
    listed = value.splitlines() if isinstance(value, str) else value if isinstance(value, list) else []
    return [one.strip().strip('"') for one in listed if isinstance(one, str) and one.strip().strip('"')] or None


def _numbers(value: Any) -> list[int] | None:
    listed = value if isinstance(value, list) else []
    return [one for one in listed if isinstance(one, int) and not isinstance(one, bool)] or None


def _words(value: Any) -> list[str] | None:
    return [one for one in value if isinstance(one, str)] or None if isinstance(value, list) else None


def _biases(value: Any) -> list[list[Any]] | None:
    """[[text, bias]] of theirs [{text, value}]."""
    listed = [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []
    return [[one["text"], one["value"]] for one in listed if one.get("text") and one.get("value")] or None


def _object(value: Any) -> dict[str, Any] | None:
    return value if isinstance(value, dict) and value else None


@dataclass(frozen=True, slots=True)
class Row:
    """A field that no slider stands for: our name, how it is read, and the value at which it does nothing."""

    name: str
    turn: Turn = _number
    off: Any = 0


_BANS: Final = {"banned_tokens": Row("banned_texts", _lines, None), "logit_bias": Row("logit_bias", _biases, None)}
FURTHER: Final[Mapping[str, Mapping[str, Row]]] = {
    "chat": {},
    "text": {
        **_BANS,
        "rep_pen_slope": Row("repetition_penalty_slope", off=1), "smoothing_curve": Row("smoothing_curve", off=1),
        "nsigma": Row("nsigma"), "dry_penalty_last_n": Row("dry_penalty_last_n"), "min_length": Row("reply_tokens_min"),
        "no_repeat_ngram_size": Row("no_repeat_ngram_size"), "epsilon_cutoff": Row("epsilon_cutoff"),
        "eta_cutoff": Row("eta_cutoff"), "encoder_rep_pen": Row("encoder_repetition_penalty", off=1),
        "penalty_alpha": Row("penalty_alpha"), "guidance_scale": Row("guidance_scale", off=1),
        "negative_prompt": Row("negative_prompt", _text, None), "grammar_string": Row("grammar", _text, None),
        "json_schema": Row("json_schema", _object, None), "sampler_order": Row("sampler_order", _numbers, None),
        "samplers": Row("samplers", _words, None), "sampler_priority": Row("sampler_priority", _words, None),
        "ban_eos_token": Row("ban_eos", _flag, False), "add_bos_token": Row("add_bos", _flag, True),
        "skip_special_tokens": Row("skip_special", _flag, True),
        "temperature_last": Row("temperature_last", _flag, False),
    },
    "kobold": {
        "rep_pen_slope": Row("repetition_penalty_slope", off=1), "grammar": Row("grammar", _text, None),
        "sampler_order": Row("sampler_order", _numbers, None),
        "use_default_badwordsids": Row("default_bans", _flag, False),
    },
    "novel": {
        **_BANS,
        "repetition_penalty_slope": Row("repetition_penalty_slope", off=0),
        "min_length": Row("reply_tokens_min", off=1),
    },
}  # fmt: skip

UNREAD: Final[Mapping[str, Mapping[str, tuple[Any, ...]]]] = {
    "chat": {},
    "text": {
        "rep_pen_decay": (0,), "skew": (0,), "num_beams": (1,), "length_penalty": (1,), "do_sample": (True,),
        "early_stopping": (False,), "min_keep": (0,), "adaptive_target": (-0.01,), "adaptive_decay": (0.9,),
        "ignore_eos_token": (False,), "spaces_between_special_tokens": (True,), "speculative_ngram": (False,),
        "n": (1,),
    },
    "kobold": {},
    "novel": {
        "math1_temp": (1, 0), "math1_quad": (0,), "math1_quad_entropy_scale": (0,), "phrase_rep_pen": ("", "off"),
        "prefix": ("", "vanilla"), "order": ([],), "cfg_scale": (1,), "cfg_uc": ("",), "top_g": (0,),
    },
}  # fmt: skip
"""Fields that nothing here reads, with the values at which they do nothing."""


@dataclass(frozen=True, slots=True)
class Values:
    """What a preset says of sampling."""

    values: Mapping[str, Any] = field(default_factory=dict)
    further: Mapping[str, Any] = field(default_factory=dict)
    unused: tuple[str, ...] = ()


def read(kind: str, data: Mapping[str, Any]) -> Values:
    """All of a preset of this kind (NAMES)."""
    told = _inside(kind, data)
    further = {
        row.name: value
        for theirs, row in FURTHER[kind].items()
        if (value := row.turn(told.get(theirs))) is not None and value != row.off
    }
    unused = [name for name, off in UNREAD[kind].items() if told.get(name) is not None and told[name] not in off]
    values, ranged = values_of(told, NAMES[kind]), _temperature_range(told) if kind == "text" else {}
    return Values(values, further | ranged, tuple(unused))


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


def _inside(kind: str, data: Mapping[str, Any]) -> Mapping[str, Any]:
    """NovelAI's own files keep everything under `parameters`."""
    inner = data.get("parameters")
    return inner if kind == "novel" and isinstance(inner, Mapping) else data


def _temperature_range(told: Mapping[str, Any]) -> dict[str, Any]:
    """A temperature that moves between two, where that is on."""
    low, high = _number(told.get("min_temp")), _number(told.get("max_temp"))
    if told.get("dynatemp") is not True or low is None or high is None or high <= low:
        return {}
    exponent = _number(told.get("dynatemp_exponent"))
    return {"temperature_range": [low, high, 1 if exponent is None else exponent]}


def _breakers(value: Any) -> list[str]:
    """A list, or one written out."""
    if isinstance(value, str):
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            return []
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []

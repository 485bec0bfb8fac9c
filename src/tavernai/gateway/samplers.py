"""Samplers by canonical name, and what each kind of server calls them. Tables; docs/reference/samplers.md is printed
from them.

Whoever builds a request uses the canonical names alone. A kind gets those it knows, under its own names; the others are
left out and named (`ignored`), so that nobody wonders why a slider does nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from tavernai.gateway.domain import ChatRequest

NEUTRAL: dict[str, Any] = {
    "temperature": None,
    "top_p": 1,
    "top_k": 0,
    "min_p": 0,
    "typical_p": 1,
    "top_a": 0,
    "tfs": 1,
    "repetition_penalty": 1,
    "repetition_penalty_range": None,
    "frequency_penalty": 0,
    "presence_penalty": 0,
    "mirostat_mode": 0,
    "mirostat_tau": None,
    "mirostat_eta": None,
    "dry_multiplier": 0,
    "dry_base": None,
    "dry_allowed_length": None,
    "dry_sequence_breakers": None,
    "xtc_threshold": None,
    "xtc_probability": 0,
    "smoothing_factor": 0,
    "seed": -1,
    "reasoning_effort": "auto",
}
"""Each sampler and the value at which it does nothing; None: it always does something."""

CANONICAL = tuple(NEUTRAL)

SWITCHES: dict[str, str] = {
    "mirostat_tau": "mirostat_mode",
    "mirostat_eta": "mirostat_mode",
    "dry_base": "dry_multiplier",
    "dry_allowed_length": "dry_multiplier",
    "dry_sequence_breakers": "dry_multiplier",
    "xtc_threshold": "xtc_probability",
    "repetition_penalty_range": "repetition_penalty",
}
"""A sampler that means nothing while another one is off."""


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


_DRY = _same("dry_multiplier", "dry_base", "dry_allowed_length", "dry_sequence_breakers")
_XTC = _same("xtc_threshold", "xtc_probability")
_PENALTIES = _same("frequency_penalty", "presence_penalty")
_MIROSTAT = {"mirostat_mode": "mirostat", "mirostat_tau": "mirostat_tau", "mirostat_eta": "mirostat_eta"}
_REPEAT = {"repetition_penalty": "repeat_penalty", "repetition_penalty_range": "repeat_last_n"}
_NUCLEUS = _same("temperature", "top_p", "top_k", "min_p", "typical_p")

WIRE: dict[str, dict[str, str]] = {
    "demo": _same("seed"),
    "openai": {
        **_same("temperature", "top_p", "top_k", "min_p", "top_a", "repetition_penalty"),
        **_PENALTIES,
        **_same("seed", "reasoning_effort"),
    },
    "anthropic": {**_same("temperature", "top_p", "top_k"), "reasoning_effort": "thinking"},
    "gemini": {
        "temperature": "temperature",
        "top_p": "topP",
        "top_k": "topK",
        "frequency_penalty": "frequencyPenalty",
        "presence_penalty": "presencePenalty",
        "seed": "seed",
        "reasoning_effort": "thinkingConfig",
    },
    "ollama": {**_NUCLEUS, **_REPEAT, **_PENALTIES, **_MIROSTAT, **_same("seed"), "reasoning_effort": "think"},
    "llamacpp": {**_NUCLEUS, **_REPEAT, **_PENALTIES, **_MIROSTAT, **_DRY, **_XTC, **_same("seed")},
    "koboldcpp": {
        **_same("temperature", "top_p", "top_k", "min_p"),
        "typical_p": "typical",
        **_same("top_a", "tfs"),
        "repetition_penalty": "rep_pen",
        "repetition_penalty_range": "rep_pen_range",
        **_same("presence_penalty"),
        **_MIROSTAT,
        **_DRY,
        **_XTC,
        **_same("smoothing_factor"),
        "seed": "sampler_seed",
    },
    "text": {
        **_NUCLEUS,
        **_same("top_a", "tfs", "repetition_penalty", "repetition_penalty_range"),
        **_PENALTIES,
        **_same("mirostat_mode", "mirostat_tau", "mirostat_eta"),
        **_DRY,
        **_XTC,
        **_same("smoothing_factor", "seed"),
    },
}
"""Kind → canonical name → the server's name. Where the server wants another shape, its adapter makes it."""

FURTHER: dict[str, dict[str, str]] = {
    "repetition_penalty_slope": {"koboldcpp": "rep_pen_slope"},
    "sampler_order": {"koboldcpp": "sampler_order"},
    "samplers": {"llamacpp": "samplers"},
    "sampler_priority": {"text": "sampler_priority"},
    "temperature_last": {"text": "temperature_last"},
    "default_bans": {"koboldcpp": "use_default_badwordsids"},
    "banned_texts": {"koboldcpp": "banned_tokens", "text": "banned_strings"},
    "logit_bias": {"llamacpp": "logit_bias"},
    "ban_eos": {"koboldcpp": "ban_eos_token", "llamacpp": "ignore_eos", "text": "ban_eos_token"},
    "add_bos": {"text": "add_bos_token"},
    "skip_special": {"text": "skip_special_tokens"},
    "grammar": {"koboldcpp": "grammar", "llamacpp": "grammar", "text": "grammar_string"},
    "json_schema": {"llamacpp": "json_schema", "text": "json_schema"},
    "smoothing_curve": {"text": "smoothing_curve"},
    "nsigma": {"koboldcpp": "nsigma", "llamacpp": "top_n_sigma", "text": "top_n_sigma"},
    "dry_penalty_last_n": {"koboldcpp": "dry_penalty_last_n", "llamacpp": "dry_penalty_last_n", "text": "dry_range"},
    "reply_tokens_min": {"text": "min_tokens"},
    "no_repeat_ngram_size": {"text": "no_repeat_ngram_size"},
    "epsilon_cutoff": {"text": "epsilon_cutoff"},
    "eta_cutoff": {"text": "eta_cutoff"},
    "encoder_repetition_penalty": {"text": "encoder_repetition_penalty"},
    "penalty_alpha": {"text": "penalty_alpha"},
    "guidance_scale": {"text": "guidance_scale"},
    "negative_prompt": {"text": "negative_prompt"},
    "temperature_range": {"koboldcpp": "dynatemp_range", "llamacpp": "dynatemp_range", "text": "dynamic_temperature"},
}
"""Samplers that no slider stands for, only presets made for such servers: name → kind → the server's name."""

OPENAI_HOSTS = frozenset({"api.openai.com"})
OPENAI_OWN = frozenset({"temperature", "top_p", "frequency_penalty", "presence_penalty", "seed", "reasoning_effort"})
"""OpenAI's own servers refuse what its imitators added."""

STARTS_NEUTRAL = frozenset({"openai", "anthropic", "gemini"})
"""Kinds whose servers do nothing unless told: neutral values are not sent. The others have defaults of their own, which
a neutral value must switch off."""


def known_to(kind: str, base_url: str = "") -> dict[str, str]:
    """What a server of this kind at this address knows: canonical name → its own."""
    names = WIRE.get(kind, {})
    if kind == "openai" and urlsplit(base_url).hostname in OPENAI_HOSTS:
        return {name: wire for name, wire in names.items() if name in OPENAI_OWN}
    return names


def asked_for(request: ChatRequest) -> dict[str, Any]:
    """The samplers of a request by canonical name: own fields, `samplers`, then `extra` of plain clients."""
    asked = {name: request.extra[name] for name in NEUTRAL if request.extra.get(name) is not None}
    asked |= {name: value for name, value in request.samplers.items() if name in NEUTRAL and value is not None}
    if request.temperature is not None:
        asked["temperature"] = request.temperature
    if request.top_p is not None:
        asked["top_p"] = request.top_p
    return {name: value for name, value in asked.items() if _matters(name, asked)}


def wired(kind: str, request: ChatRequest, *, base_url: str = "") -> dict[str, Any]:
    """What to send to a server of this kind: its own names and the values."""
    asked, known = asked_for(request), known_to(kind, base_url)
    quiet = kind in STARTS_NEUTRAL
    told = {
        known[name]: value for name, value in asked.items() if name in known and not (quiet and is_neutral(name, value))
    }
    further = {name: value for name, value in request.samplers.items() if kind in FURTHER.get(name, {})}
    moving = further.pop("temperature_range", None)
    told |= {FURTHER[name][kind]: value for name, value in further.items()}
    return told if moving is None else told | _moving(kind, moving)


def _moving(kind: str, told: Sequence[float]) -> dict[str, Any]:
    """A temperature that moves: [lowest, highest, exponent]; two kinds want its middle and how far it goes."""
    low, high, exponent = told
    if kind == "text":
        ends = {"dynatemp_low": low, "dynatemp_high": high, "dynatemp_exponent": exponent}
        return {"dynamic_temperature": True, **ends}
    middle = {"temperature": (low + high) / 2, "dynatemp_range": (high - low) / 2}
    return {**middle, "dynatemp_exponent": exponent}


def ignored(kind: str, samplers: Mapping[str, Any], *, base_url: str = "") -> list[str]:
    """Samplers that were asked for, would do something, and are unknown to this kind."""
    given = {name: value for name, value in samplers.items() if value is not None}
    known = known_to(kind, base_url)
    return [
        name
        for name, value in given.items()
        if name in NEUTRAL and name not in known and not is_neutral(name, value) and _matters(name, given)
    ]


def unknown_to(kind: str, further: Mapping[str, Any]) -> list[str]:
    """Those of FURTHER that this kind does not know."""
    return [name for name in further if kind not in FURTHER.get(name, {})]


def is_neutral(name: str, value: Any) -> bool:
    """Whether a sampler does nothing at this value."""
    if name == "seed":
        return not isinstance(value, int) or value < 0
    return bool(value == NEUTRAL[name])


def _matters(name: str, given: Mapping[str, Any]) -> bool:
    if name == "seed":
        return not is_neutral(name, given[name])
    switch = SWITCHES.get(name)
    return switch is None or (switch in given and not is_neutral(switch, given[switch]))

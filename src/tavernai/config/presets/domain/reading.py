"""Bytes of a stranger's preset file to inert values, without what must not be kept: addresses, passwords, headers."""

import codecs
import math
import re
from typing import Any, Final
from urllib.parse import urlsplit

import orjson

from tavernai.config.presets.errors import PresetUnreadable
from tavernai.kernel.json_bounds import holds_too_much
from tavernai.kernel.text import clean_text, loose_json

DEPTH_MAX: Final = 60
INTEGER_MAX: Final = 2**53 - 1
SECRET: Final = re.compile(
    r"api_?key|password|passwd|secret|bearer|authorization|^reverse_proxy$|^proxy|include_headers|include_body"
    r"|exclude_body|horde_settings|^vertexai_(?!model$)|^azure_(?!openai_model$)",
    re.IGNORECASE,
)
"""Names whose values are dropped: keys, and where they would be sent. A model's name is neither."""


def parsed(data: bytes) -> Any:
    """The value of a JSON file. Raises PresetUnreadable."""
    if holds_too_much(data):
        raise PresetUnreadable("This file holds too many values.")
    try:
        return loose_json(data.removeprefix(codecs.BOM_UTF8))
    except orjson.JSONDecodeError as error:
        raise PresetUnreadable(f"This file is not readable JSON: {error.msg}.") from None


def kept(value: Any) -> tuple[Any, list[str]]:
    """The value as every engine can keep it, and the names of what was dropped. Raises PresetUnreadable."""
    dropped: list[str] = []
    return _kept(value, dropped, 0), sorted(set(dropped))


def _kept(value: Any, dropped: list[str], depth: int) -> Any:
    if depth > DEPTH_MAX:
        raise PresetUnreadable("This file is nested too deeply.")
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        made = {}
        for name, item in value.items():
            if _is_secret(str(name), item):
                dropped.append(clean_text(str(name)))
            else:
                made[clean_text(str(name))] = _kept(item, dropped, depth + 1)
        return made
    if isinstance(value, list):
        return [_kept(item, dropped, depth + 1) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        raise PresetUnreadable("This file holds a number that is none.")
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > INTEGER_MAX:
        return float(value)
    return value


def _is_secret(name: str, value: Any) -> bool:
    """Empty ones stay: they tell nothing, and an export gives them back."""
    if not value or isinstance(value, bool):
        return False
    return bool(SECRET.search(name)) or (isinstance(value, str) and _has_credentials(value))


def _has_credentials(text: str) -> bool:
    """Whether a text is one address with a name and password in it."""
    if not text.startswith(("http://", "https://")) or " " in text[:2_000]:
        return False
    try:
        return "@" in urlsplit(text).netloc
    except ValueError:
        return False

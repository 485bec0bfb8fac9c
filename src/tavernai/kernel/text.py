"""Text at the door: what one engine takes and another refuses is replaced before it gets in."""

from typing import Any

import orjson


def clean_text(text: str) -> str:
    """The text with NUL and lone surrogates replaced by U+FFFD: storable as UTF-8 on every engine."""
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def clean_json(value: Any) -> Any:
    """The same value with every text in it cleaned, keys included."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        return {clean_text(str(key)): clean_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean_json(item) for item in value]
    return value


def loose_json(data: bytes) -> Any:
    """The value of JSON bytes; those that are no UTF-8 become U+FFFD. Raises orjson.JSONDecodeError."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return orjson.loads(data.decode("utf-8", "replace"))

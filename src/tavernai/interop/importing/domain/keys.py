"""Keys and passwords in files of others: their names may be told, their values go nowhere. Source: contract 6.7."""

import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

SECRET_NAME: Final = re.compile(
    r"key|token(?!s|izer|_|ization)|password|passwd|secret|prox(y|ies)|horde_settings|include_headers|authorization|cookie"
    r"|credential",
    re.IGNORECASE,
)
PLAIN_NAMES: Final = frozenset({
    "key", "keysecondary", "keys", "secondary_keys", "keywords", "max_tokens", "token_count", "token_padding",
    "openai_max_tokens", "banned_tokens", "add_bos_token", "ban_eos_token", "ignore_eos_token", "skip_special_tokens",
    "spaces_between_special_tokens", "global_banned_tokens", "send_banned_tokens", "include_reasoning",
    "request_token_probabilities", "message_token_count_enabled", "show_hidden_keys", "enable_md_hotkeys",
    "world_info_key", "use_key", "hotkeys", "sampler_priority_key",
})  # fmt: skip
"""Names that only look like those of secrets: keywords of lore, counts of tokens."""

ADDRESS: Final = re.compile(r"https?://[^\s\"']+")
NAMES_MAX: Final = 100
NAME_CHARS_MAX: Final = 80
PROVIDERS: Final = re.compile(r"^api_key_?|_?api_?key$|_key$", re.IGNORECASE)


def is_secret(name: str, value: Any) -> bool:
    """Whether what stands under this name may be a secret: told by the name, or by an address that carries one."""
    if isinstance(value, bool | int | float) or value is None:
        return False
    if name.lower() not in PLAIN_NAMES and SECRET_NAME.search(name):
        return True
    return isinstance(value, str) and any(_carries_secret(found.group()) for found in ADDRESS.finditer(value))


def without_secrets(value: Any, dropped: list[str], *, path: str = "") -> Any:
    """The value without anything that may be a secret; the paths of those that held something go to `dropped`."""
    if isinstance(value, dict):
        kept = {}
        for name, inner in value.items():
            where = f"{path}.{name}" if path else str(name)
            if is_secret(str(name), inner):
                if _holds_any(inner) and len(dropped) < NAMES_MAX:
                    dropped.append(where[:200])
            else:
                kept[name] = without_secrets(inner, dropped, path=where)
        return kept
    if isinstance(value, list):
        return [
            without_secrets(inner, dropped, path=f"{path}[{index}]")
            for index, inner in enumerate(value)
            if not is_secret("", inner)
        ]
    return value


def _holds_any(value: Any) -> bool:
    """Whether there was a secret at all: SillyTavern writes empty proxies into every settings.json."""
    if isinstance(value, dict):
        return any(_holds_any(inner) for name, inner in value.items() if is_secret(str(name), inner) or name == "url")
    if isinstance(value, list):
        return any(_holds_any(inner) for inner in value)
    return bool(value)


def names_in(secrets: Any) -> Iterator[str]:
    """Names of the keys in a secrets.json that hold something: `openai`, `claude`. Never their values."""
    if not isinstance(secrets, dict):
        return
    for name, value in list(secrets.items())[:NAMES_MAX]:
        if value and not str(name).startswith("_"):
            told = re.sub(r"[^\w .-]", "", str(name))[:NAME_CHARS_MAX]
            yield PROVIDERS.sub("", told) or told


def _carries_secret(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return True
    return "@" in parts.netloc or re.search(r"(key|token|secret|password)=", parts.query, re.IGNORECASE) is not None

"""Addresses in a chat's lines: those that could run something or read another file are left out."""

import re
from typing import Any, Final

from tavernai.characters.domain.repairs import Repairs

TEXTS: Final = ("image", "video")
LISTS: Final = ("image_swipes",)
OBJECTS: Final = ("file",)
OBJECT_LISTS: Final = ("files", "media")
SAFE_SCHEMES: Final = frozenset({"http", "https", "data"})

_SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]*):")
_SAFE_DATA = re.compile(r"\s*data:(image|video|audio)/(?!svg)", re.IGNORECASE)


def is_safe(url: Any) -> bool:
    """Whether a link can be kept: a path below the user's folder, a web address, or an inline picture."""
    if not isinstance(url, str):
        return False
    scheme = _SCHEME.match(url)
    if scheme is None:
        return ".." not in re.split(r"[/\\]", url)
    kind = scheme[1].lower()
    return kind in SAFE_SCHEMES and (kind != "data" or _SAFE_DATA.match(url) is not None)


def without_unsafe(line: dict[str, Any], warnings: Repairs, where: str) -> dict[str, Any]:
    """The line without links that must not be followed; the same object when there are none."""
    made = line
    if "force_avatar" in line and line["force_avatar"] and not is_safe(line["force_avatar"]):
        made = {key: value for key, value in line.items() if key != "force_avatar"}
    extra = line.get("extra")
    if isinstance(extra, dict) and (kept := _safe_extra(extra)) is not extra:
        made = {**made, "extra": kept}
    if made is not line:
        warnings.add("link_dropped", where)
    return made


def _safe_extra(extra: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in extra.items() if not (key in TEXTS and value and not is_safe(value))}
    for key in LISTS:
        if isinstance(kept.get(key), list):
            kept[key] = [url for url in kept[key] if is_safe(url)]
    for key in OBJECT_LISTS:
        if isinstance(kept.get(key), list):
            kept[key] = [one for one in kept[key] if _is_safe_object(one)]
    for key in OBJECTS:
        if key in kept and not _is_safe_object(kept[key]):
            del kept[key]
    return extra if kept == extra else kept


def _is_safe_object(value: Any) -> bool:
    return isinstance(value, dict) and (not value.get("url") or is_safe(value["url"]))

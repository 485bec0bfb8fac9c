"""Pictures that come with a card: emotions, backgrounds, further icons. Told by their bytes, never by a name.

Where a card names a picture by address, only what lies in the same file is looked at: no other file is opened and
nothing is fetched. An asset is read when somebody keeps it, so that a large pack does not lie in memory.
"""

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tavernai.characters.domain.png import from_base64
from tavernai.characters.domain.repairs import Repairs

ASSET_BYTES_MAX: Final = 64 * 1024 * 1024
ASSETS_MAX: Final = 2_000
NAME_CHARS_MAX: Final = 200

MAGIC: Final[tuple[tuple[bytes, int, str], ...]] = (
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"WEBP", 8, "image/webp"),
    (b"GIF87a", 0, "image/gif"),
    (b"GIF89a", 0, "image/gif"),
    (b"ftypavif", 4, "image/avif"),
    (b"ftypavis", 4, "image/avif"),
    (b"BM", 0, "image/bmp"),
)
KINDS: Final = {"expression": "emotion"}
"""Other words for a kind."""

RISU_LISTS: Final = (("emotions", "emotion"), ("additionalAssets", "other"))


class AssetRefused(ValueError):
    """The asset cannot be read; the message is the code of the repair."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where an asset's bytes lie: the first of them at once, all when asked. Both raise AssetRefused."""

    head: Callable[[], bytes]
    read: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Asset:
    """One picture; `kind` is icon, emotion, background, user_icon, other or what the card calls it."""

    kind: str
    name: str
    media_type: str
    read: Callable[[], bytes]


Resolve = Callable[[str], Source | None]


def media_type(head: bytes) -> str | None:
    """What picture begins like this; None for everything else, SVG among it: it can carry scripts."""
    return next((kind for magic, at, kind in MAGIC if head[at : at + len(magic)] == magic), None)


def in_memory(data: bytes) -> Source:
    return Source(lambda: data[:64], lambda: data)


def data_url(uri: str) -> Source | None:
    """The bytes a `data:` address carries."""
    if not uri.startswith("data:"):
        return None
    head, comma, body = uri.partition(",")
    if not comma or not head.endswith(";base64"):
        return None

    def read() -> bytes:
        try:
            return base64.b64decode(body, validate=False)
        except binascii.Error:
            raise AssetRefused("asset_unreadable") from None

    return Source(lambda: read()[:64], read)


def named_assets(data: Mapping[str, Any], resolve: Resolve, repairs: Repairs) -> Iterator[Asset]:
    """The pictures that `assets` of a V3 card names and this file holds."""
    listed = data.get("assets")
    for told in (listed if isinstance(listed, list) else [])[:ASSETS_MAX]:
        if isinstance(told, dict) and isinstance(told.get("uri"), str):
            kind, name = str(told.get("type") or "other"), str(told.get("name") or "")
            asset = _asset(kind, name, told["uri"], resolve=resolve, repairs=repairs)
            if asset is not None:
                yield asset


def take_risu_assets(data: dict[str, Any], resolve: Resolve, repairs: Repairs) -> list[Asset]:
    """Pictures that RisuAI wrote into `extensions`; taken out of the card, since they are kept beside it."""
    extensions = data["extensions"].get("risuai")
    if not isinstance(extensions, dict):
        return []
    made: list[Asset] = []
    for key, kind in RISU_LISTS:
        listed = extensions.get(key)
        if not isinstance(listed, list):
            continue
        taken = [_risu_asset(one, kind, resolve=resolve, repairs=repairs) for one in listed[:ASSETS_MAX]]
        if any(taken):
            data["extensions"] = data["extensions"] | {"risuai": {**extensions, key: _left(listed, taken)}}
            extensions = data["extensions"]["risuai"]
            if not extensions[key]:
                del extensions[key]
        made += [one for one in taken if one is not None]
    return made


def picture_and_rest(assets: Iterator[Asset] | list[Asset], repairs: Repairs) -> tuple[bytes | None, list[Asset]]:
    """The main icon's bytes, else the first icon's that can be read; and the assets that are left."""
    left = list(assets)
    icons = sorted((one for one in left if one.kind == "icon"), key=lambda one: one.name != "main")
    for icon in icons:
        try:
            picture = icon.read()
        except AssetRefused as refused:
            repairs.add(str(refused), icon.name)
            continue
        return picture, [one for one in left if one is not icon]
    return None, left


def checked(kind: str, name: str, source: Source, *, repairs: Repairs) -> Asset | None:
    """The asset when its bytes begin like a picture's; else None, and why is told."""
    name = name[:NAME_CHARS_MAX]
    try:
        found = media_type(source.head())
    except AssetRefused as refused:
        repairs.add(str(refused), name)
        return None
    if found is None:
        repairs.add("asset_not_picture", name)
        return None
    return Asset(KINDS.get(kind, kind), name, found, source.read)


def _asset(kind: str, name: str, uri: str, *, resolve: Resolve, repairs: Repairs) -> Asset | None:
    if uri.startswith("ccdefault:"):
        return None
    source = data_url(uri) or resolve(uri)
    if source is None:
        is_elsewhere = "://" in uri and not uri.startswith(("embeded://", "embedded://"))
        repairs.add("asset_elsewhere" if is_elsewhere else "asset_missing", name[:NAME_CHARS_MAX])
        return None
    return checked(kind, name, source, repairs=repairs)


def _risu_asset(told: Any, kind: str, *, resolve: Resolve, repairs: Repairs) -> Asset | None:
    if not isinstance(told, list) or len(told) < 2 or not all(isinstance(one, str) for one in told[:2]):
        return None
    name, text = told[:2]
    source = data_url(text) or resolve(text)
    if source is None:
        inside = from_base64(text.encode("ascii", "replace")) if len(text) > 64 else None
        source = in_memory(inside) if inside else None
    return checked(kind, name, source, repairs=repairs) if source else None


def _left(listed: list[Any], taken: list[Asset | None]) -> list[Any]:
    rest = [one for one, asset in zip(listed, taken, strict=False) if asset is None]
    return rest + listed[len(taken) :]

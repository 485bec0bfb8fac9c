"""Characters that come with the product: card PNGs beside this file, added by one click."""

import asyncio
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from tavernai.characters.domain.reading import read_file
from tavernai.characters.importing import Imported, ImportService
from tavernai.kernel.errors import NotFound

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Sample:
    """A shipped character before it is added."""

    slug: str
    title: str
    tagline: str
    tags: list[str]
    data: bytes

    def shown(self) -> dict[str, Any]:
        return {
            "name": self.slug, "title": self.title, "tagline": self.tagline, "tags": self.tags,
            "avatar_url": f"/api/characters/samples/{self.slug}/avatar",
        }  # fmt: skip


@cache
def samples() -> dict[str, Sample]:
    """The shipped characters by slug, in the order of their names."""
    folder = files("tavernai.characters") / "samples"
    found = sorted((path for path in folder.iterdir() if path.name.endswith(".png")), key=lambda path: path.name)
    return {slug: _sample(slug, path.read_bytes()) for path in found if _SLUG.fullmatch(slug := path.name[:-4])}


def sample(slug: str) -> Sample:
    """One of them. Raises NotFound."""
    try:
        return samples()[slug]
    except KeyError:
        raise NotFound("There is no sample of this name.") from None


async def add_sample(imports: ImportService, user_id: str, slug: str) -> Imported:
    """A shipped character as one of this person's. Raises NotFound."""
    one = await asyncio.to_thread(sample, slug)
    return await imports.import_bytes(user_id, f"{slug}.png", one.data, source=f"sample:{slug}")


def _sample(slug: str, data: bytes) -> Sample:
    card = read_file(data, filename=slug).card.data
    tagline = card["extensions"].get("tavernai", {}).get("tagline", "")
    return Sample(slug, card["name"], tagline, card["tags"], data)

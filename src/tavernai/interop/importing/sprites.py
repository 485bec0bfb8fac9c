"""Pictures that lie in a character's folder: expressions, backgrounds, what was painted. Source: contract 1.8, 6.1.

    characters/<card's file>/joy.png   …/backgrounds/sea.png   …/<outfit>/joy.png     user/images/<name>/x.png

A folder is one object of the report, since an expression pack has dozens of pictures.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import orjson

from tavernai.characters.domain.assets import ASSETS_MAX
from tavernai.interop.importing.domain.found import Found
from tavernai.interop.importing.domain.layout import Placed, stem
from tavernai.interop.importing.sources import Member

NOBODYS: Final = ("no_character", "No card here goes with this folder's name.")
BACKGROUNDS: Final = "backgrounds"


@dataclass(slots=True)
class _Folder:
    root: str
    path: str
    files: list[tuple[str, str, str, int]] = field(default_factory=list)
    """(path, kind, name, size)"""


@dataclass(slots=True)
class SpriteLooker:
    """Collects pictures by their folders while a source is looked at, and the cards these may belong to."""

    _folders: dict[str, _Folder] = field(default_factory=dict)
    _by_file: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    _by_name: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)

    def card(self, root: str, path: str, name: str) -> None:
        """A card of the source."""
        self._by_file.setdefault((root, stem(path).casefold()), (path, name))
        self._by_name.setdefault((root, name.casefold()), (path, name))

    def add(self, member: Member, place: Placed) -> None:
        """A picture of some folder."""
        parts = place.inside.split("/")
        depth = 2 if parts[0].lower() == "characters" else 3
        folder = "/".join(parts[:depth])
        inside = [*parts[depth:-1], stem(parts[-1])]
        kind = "other" if depth == 3 else "background" if inside[0].lower() == BACKGROUNDS else "emotion"
        name = "/".join(inside[1:] if kind == "background" and len(inside) > 1 else inside)
        found = self._folders.setdefault(f"{place.root}{folder}/", _Folder(place.root, folder))
        found.files.append((member.path, kind, name, member.size))

    def found(self) -> Iterator[Found]:
        """A folder after the other."""
        for path, folder in self._folders.items():
            yield self._told(path, folder)

    def _told(self, path: str, folder: _Folder) -> Found:
        key = (folder.root, folder.path.rpartition("/")[2].casefold())
        card = self._by_file.get(key) or self._by_name.get(key)
        shown = card[1] if card is not None else folder.path.rpartition("/")[2]
        one = Found("sprite", path, f"{shown} ({len(folder.files)})", size=sum(file[3] for file in folder.files))
        one.digest = hashlib.sha256(orjson.dumps([[*file[1:]] for file in sorted(folder.files)])).hexdigest()
        if card is None:
            return one.refuse(*NOBODYS)
        for kind, count in Counter(file[1] for file in folder.files[:ASSETS_MAX]).items():
            one.note(kind, "kept", f"{count}")
        if len(folder.files) > ASSETS_MAX:
            one.warn("many_pictures", f"Of more than {ASSETS_MAX} pictures the first are taken.")
        one.about = {"card": card[0], "files": [list(file[:3]) for file in folder.files[:ASSETS_MAX]]}
        return one

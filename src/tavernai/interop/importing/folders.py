"""What the users' folders of a source say about how things belong together, and what they became by now."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection, select

from tavernai.characters.domain.names import sort_key
from tavernai.characters.tables import characters
from tavernai.config.domain.fold import Op, Scope
from tavernai.config.store import state_in
from tavernai.interop.importing import store
from tavernai.interop.importing.analysing import Analyst
from tavernai.interop.importing.domain.found import PRESETS
from tavernai.interop.importing.domain.layout import stem
from tavernai.interop.importing.domain.tuning import (
    PersonaTold,
    Tuned,
    books_of_cards,
    card_notes,
    chosen,
    global_books,
    personas_of,
    scripts_of,
    tuned,
)
from tavernai.interop.importing.sources import Source
from tavernai.ledger.ports import Storage
from tavernai.ledger.transaction import Transaction

BOOKS: Final = "/lore/books"


@dataclass(frozen=True, slots=True)
class Role:
    """With whom a chat is played; both empty when nobody is known."""

    id: str | None = None
    name: str = ""


Settled = tuple[str, str | None, int | None]


@dataclass(slots=True)
class Folders:
    """Filled from what is there at the start of a run, and kept up while it goes on."""

    storage: Storage
    import_id: str
    owner_id: str
    _settings: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    """a card's file name → character"""
    names: dict[str, str] = field(default_factory=dict)
    """a character's name → character, when only one has it"""
    cards: dict[str, str] = field(default_factory=dict)
    """a card's path → character"""
    persona_files: dict[str, str] = field(default_factory=dict)
    """root and picture's file name → persona"""
    groups: dict[str, str] = field(default_factory=dict)
    """a group's path → group"""
    chats: dict[str, Settled] = field(default_factory=dict)
    """a chat's path → what became of it"""
    _presets: dict[str, dict[str, str]] = field(default_factory=dict)
    live: dict[str, str] = field(default_factory=dict)
    """config's path → the preset that holds what was in use where its file says other"""
    _shown: dict[str, str] = field(default_factory=dict)

    def read(self, source: Source) -> None:
        """Read the settings of every user's folder again. Plain code for a thread."""
        analyst = Analyst(source)
        analyst.read_settings()
        self._settings = {root: analyst.settings_of(root) for root in (*analyst.roots, "")}

    async def learn(self) -> None:
        """What the items became by now."""
        await self.storage.read(self._learned)

    def _learned(self, conn: Connection) -> None:
        self.cards = store.objects_of(conn, self.import_id, ("character",))
        self.files = {path.rpartition("/")[2]: character for path, character in self.cards.items()}
        by_name: dict[str, list[str]] = {}
        for name, character in store.named_objects(conn, self.import_id, "character"):
            by_name.setdefault(name, []).append(character)
        self.names = {name: found[0] for name, found in by_name.items() if len(found) == 1}
        personas = store.objects_of(conn, self.import_id, ("persona",))
        self.persona_files = {_persona_key(path): persona for path, persona in personas.items()}
        self.groups = store.objects_of(conn, self.import_id, ("group",))
        self._presets = {kind: dict(store.named_objects(conn, self.import_id, kind)) for kind in PRESETS}
        ids = set(self.cards.values())
        c = characters.c
        for part in _parts(sorted(ids), 500):
            self._shown |= {row[0]: row[1] for row in conn.execute(select(c.id, c.name).where(c.id.in_(part)))}
        self.chats |= store.settled_chats(conn, self.import_id)

    @property
    def cast(self) -> dict[str, Mapping[str, str]]:
        """Who a group's members are."""
        return {"by_file": self.files, "by_name": self.names}

    async def role(self, about: Mapping[str, Any]) -> Role:
        """With whom a chat is played: the card its folder is named after, the card it came with, its name."""
        if not self.cards:
            await self.learn()
        group = about.get("group")
        if group is not None:
            members = [self.files[name] for name in group["members"] if name in self.files]
            members += [self.names[name] for name in group["members"] if name in self.names]
            return Role(members[0] if members else None, group["name"])
        found = self.cards.get(about.get("card", ""))
        if found is None and about.get("folder"):
            folder = f"{about.get('root', '')}characters/{about['folder']}."
            found = next((one for path, one in self.cards.items() if path.startswith(folder)), None)
        name = about.get("character_name") or about.get("folder") or ""
        found = found or self.names.get(name) or await self.storage.read(partial(self._only, name=name))
        return Role(found, self._shown.get(found, "")) if found is not None else Role()

    def _only(self, conn: Connection, name: str) -> str | None:
        """The character of this name among all the person has, if there is exactly one."""
        rows = list(conn.execute(store.characters_named(self.owner_id, sort_key(name)))) if name else []
        if len(rows) != 1:
            return None
        self._shown[rows[0].id] = rows[0].name
        return str(rows[0].id)

    def settings(self, root: str) -> Mapping[str, Any]:
        return self._settings.get(root, {})

    def personas(self, root: str) -> dict[str, PersonaTold]:
        return personas_of(self.settings(root))

    def book_in(self, tx: Transaction, owner_id: str, name: str) -> str | None:
        """The person's lorebook of this name."""
        if not name:
            return None
        rows = tx.rows(store.books_by_name(owner_id, [sort_key(name)]))
        return rows[0]["id"] if rows else None

    def preset_named(self, kind: str, name: str) -> str | None:
        """What a preset of the source became."""
        return self._presets.get(kind, {}).get(name)

    def values_in(self, tx: Transaction, scope: Scope) -> Mapping[str, Any]:
        return dict(state_in(tx, scope).values)

    def settings_ops(self, tx: Transaction, owner_id: str, root: str) -> Iterator[tuple[Scope, list[Op]]]:
        """What a folder's settings become, scope by scope."""
        settings, mine = self.settings(root), Scope("user", owner_id)
        yield mine, [_set(one.path, one.value) for one in tuned(settings) if isinstance(one, Tuned)]
        yield (
            mine,
            [
                _set(path, preset_id)
                for kind, path, name, _ in chosen(settings)
                if path not in self.live and (preset_id := self.preset_named(kind, name)) is not None
            ],
        )
        yield mine, [_set(path, preset_id) for path, preset_id in self.live.items()]
        scripts = [
            self._presets["script"][str(one.get("scriptName"))]
            for one in scripts_of(settings)
            if not one.get("disabled") and str(one.get("scriptName")) in self._presets.get("script", {})
        ]
        yield mine, self._joined(tx, mine, "/scripts/enabled", scripts)
        books = [book for name in global_books(settings) if (book := self.book_in(tx, owner_id, name))]
        yield mine, self._joined(tx, mine, BOOKS, books)
        yield from self._of_characters(tx, owner_id, root)

    def _of_characters(self, tx: Transaction, owner_id: str, root: str) -> Iterator[tuple[Scope, list[Op]]]:
        settings = self.settings(root)
        by_stem = {stem(name): character for name, character in self.files.items()}
        for name, listed in books_of_cards(settings).items():
            books = [book for one in listed if (book := self.book_in(tx, owner_id, one))]
            if name in by_stem and books:
                scope = Scope("character", by_stem[name])
                yield scope, self._joined(tx, scope, BOOKS, books)
        for name, note in card_notes(settings).items():
            if name in by_stem:
                yield Scope("character", by_stem[name]), [_set(path, value) for path, value in note.items()]
        for avatar, persona in self.personas(root).items():
            for card in persona.connections:
                if card in self.files and (persona_id := self.persona_files.get(f"{root}{avatar}")):
                    yield Scope("character", self.files[card]), [_set("/persona/id", persona_id)]

    def _joined(self, tx: Transaction, scope: Scope, path: str, ids: list[str]) -> list[Op]:
        """A list with these added to what stands there."""
        there = list(state_in(tx, scope).values.get(path) or [])
        fresh = [one for one in dict.fromkeys(ids) if one not in there]
        return [_set(path, there + fresh)] if fresh else []


def _set(path: str, value: Any) -> Op:
    return {"op": "set", "path": path, "value": value}


def _persona_key(path: str) -> str:
    """`root` + picture's name, whether the persona was found by its picture or by the settings alone."""
    root, mark, avatar = path.partition("settings.json#personas/")
    if mark:
        return root + avatar
    folder, _, name = path.rpartition("/")
    return f"{folder.rpartition('/')[0]}/{name}".removeprefix("/")


def _parts(ids: list[str], size: int) -> Iterator[list[str]]:
    return (ids[at : at + size] for at in range(0, len(ids), size))

"""The books of a reply: those attached where it is made, and the card's own, ready for the scan."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from tavernai.characters import store as cards
from tavernai.characters.lorebooks import store as books
from tavernai.characters.lorebooks.domain.character_book import from_character_book
from tavernai.config.domain.fold import Effective
from tavernai.prompting.domain.account import Prompt
from tavernai.prompting.domain.tokenizers import Tokenizer
from tavernai.prompting.domain.world_info.entries import LoreBook, LoreEntry, Worlds, book_from
from tavernai.prompting.domain.world_info.scan import Scan
from tavernai.prompting.domain.world_info.settings import ScanSettings
from tavernai.prompting.domain.world_info.timed import timed_from
from tavernai.prompting.domain.world_info.world import World
from tavernai.storage.rows import Row

BOOKS_KEPT = 64
KEYS_TOLD_MAX = 100
"""Of the keys given up; a book may have fifty thousand, and every reply's account is kept for good."""
BOOKS = "/lore/books"
SETTINGS = {
    # our path: the field of the scan's settings
    "depth": "depth",
    "budget_percent": "budget_percent",
    "budget_cap": "budget_cap",
    "activations_min": "activations_min",
    "depth_max": "depth_max",
    "steps_max": "steps_max",
    "recursive": "is_recursive",
    "names": "has_names",
    "case_sensitive": "is_case_sensitive",
    "whole_words": "is_whole_word",
    "strategy": "strategy",
    "group_scoring": "is_scored",
}


@dataclass(frozen=True, slots=True)
class Where:
    """Whose lore it is: the person, the card that speaks, what it is called, and the persona's book."""

    owner_id: str
    config: Effective
    card: Mapping[str, Any]
    name: str
    tags: frozenset[str] | None = None
    character_id: str | None = None
    persona_book: str | None = None


@dataclass(slots=True)
class Shelf:
    """Books read and made ready once a version: five thousand entries are not read anew for every reply."""

    _kept: OrderedDict[tuple[str, int], LoreBook] = field(default_factory=OrderedDict)

    def book(self, conn: Connection, row: Row) -> LoreBook:
        key = (row["id"], row["version"])
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = book_from(row["name"], {"entries": books.entries(conn, row["id"])})
            while len(self._kept) > BOOKS_KEPT:
                self._kept.popitem(last=False)
        return found

    def of(self, conn: Connection, owner_id: str, lorebook_ids: Iterator[str] | list[str]) -> list[LoreBook]:
        """Those of a list that are this person's and not in the trash, in its order."""
        rows = (books.book(conn, owner_id, one) for one in lorebook_ids)
        return [self.book(conn, row) for row in rows if row is not None and row["deleted_at"] is None]

    def world(self, conn: Connection, where: Where, *, timed: Mapping[str, Any]) -> World | None:
        """What the scan of a reply searches; None: nothing is attached anywhere."""
        said = {layer.scope.type: layer.state.values.get(BOOKS) or [] for layer in where.config.layers}
        own = self.primary(conn, where)
        worlds = Worlds(
            chat=self.of(conn, where.owner_id, said.get("conversation", [])),
            persona=self.of(conn, where.owner_id, [where.persona_book] if where.persona_book else []),
            character=[*own, *self.of(conn, where.owner_id, said.get("character", []))],
            everywhere=self.of(conn, where.owner_id, said.get("user", [])),
        )
        if not any((worlds.chat, worlds.persona, worlds.character, worlds.everywhere)):
            return None
        file = _file(conn, where) if _names_characters(worlds) else None
        return World(
            worlds, settings_of(where.config), timed_from(timed),
            speaker_file=file or where.name, speaker_name=where.name, speaker_tags=where.tags,
        )  # fmt: skip

    def primary(self, conn: Connection, where: Where) -> list[LoreBook]:
        """The character's own: the person's book its card names, else the one it carries."""
        extensions = where.card.get("extensions")
        name = extensions.get("world") if isinstance(extensions, Mapping) else None
        row = books.named(conn, where.owner_id, name) if isinstance(name, str) and name.strip() else None
        if row is not None:
            return [self.book(conn, row)]
        carried = where.card.get("character_book")
        if not isinstance(carried, Mapping):
            return []
        title = carried.get("name")
        told = {"entries": from_character_book(carried)}
        return [book_from(title if isinstance(title, str) and title else f"{where.name}'s Lorebook", told)]


def settings_of(config: Mapping[str, Any] | Effective) -> ScanSettings:
    """The scan's settings of these values."""
    return ScanSettings(**{ours: config[f"/lore/{path}"] for path, ours in SETTINGS.items()})


def counts_messages(world: World | None) -> bool:
    """Whether any entry needs to know how long the chat is."""
    if world is None:
        return False
    return any(entry.sticky or entry.cooldown or entry.delay for entry in _entries(world.worlds))


def _names_characters(worlds: Worlds) -> bool:
    return any(entry.only_for for entry in _entries(worlds))


def _entries(worlds: Worlds) -> Iterator[LoreEntry]:
    for listed in (worlds.chat, worlds.persona, worlds.character, worlds.everywhere):
        for book in listed:
            yield from book.entries


def _file(conn: Connection, where: Where) -> str | None:
    """The name of the speaker's card file: entries that came from SillyTavern mean characters by it."""
    return cards.file_of(conn, where.owner_id, where.character_id) if where.character_id is not None else None


def account(prompt: Prompt, *, tokenizer: Tokenizer, timed: Mapping[str, Any]) -> dict[str, Any] | None:
    """What plan.made tells of the scan; None: there were no books, and nothing runs on."""
    scan = prompt.scan
    if scan is None:
        return {"hits": [], "dropped": [], "timed": dict(timed)} if any(timed.values()) else None
    return scanned(scan, tokenizer) | {"timed": scan.timed.told()}


def scanned(scan: Scan, tokenizer: Tokenizer) -> dict[str, Any]:
    """What woke and why, what was dropped and why, which keys were given up and why."""
    # Not trying is the last reason to be told: what took the time stands before it.
    given_up = sorted(scan.stopped_keys.items(), key=lambda one: one[1] == "not_tried")
    return {
        "hits": [
            {
                "id": one.entry.id, "book": one.entry.book, "title": one.entry.title or one.entry.id, "why": one.why,
                "position": one.entry.position, "tokens": tokenizer.text(one.content),
            }
            for one in scan.woken
        ],
        "dropped": [
            {"id": entry.id, "book": entry.book, "title": entry.title or entry.id, "why": why}
            for entry, why in scan.dropped
        ],
        "given_up": [{"key": key, "why": why} for key, why in given_up[:KEYS_TOLD_MAX]],
        "given_up_count": len(given_up),
        "cut_short": scan.is_cut_short,
        "budget_tokens": scan.budget_tokens,
        "used_tokens": scan.used_tokens,
        "rounds": scan.rounds,
    }  # fmt: skip

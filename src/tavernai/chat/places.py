"""Whose a place is, who is played there and what is attached: config's, personas' and lorebooks' ports."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Literal

import orjson
from sqlalchemy import Connection, select

from tavernai.characters.domain.names import sort_key
from tavernai.characters.lorebooks.ports import Attached
from tavernai.characters.lorebooks.service import own_in as lorebook_in
from tavernai.characters.personas import store as personas_store
from tavernai.characters.personas.ports import USES_SHOWN_MAX, Use, Uses
from tavernai.characters.personas.service import Persona, default_in, own_in
from tavernai.characters.personas.tables import personas
from tavernai.characters.service import find_in
from tavernai.characters.tables import character_cards, characters
from tavernai.chat.scene import conversation_for
from tavernai.chat.tables import conversations
from tavernai.config.domain.fold import Effective, Scope
from tavernai.config.errors import BadValue
from tavernai.config.presets.service import own_in as preset_in
from tavernai.config.store import effective_in, settings_of
from tavernai.kernel.errors import NotFound
from tavernai.kernel.uses import Use as Place
from tavernai.kernel.uses import Uses as Places
from tavernai.kernel.uses import uses_of
from tavernai.ledger.transaction import Transaction
from tavernai.storage.rows import Row

PERSONA = "/persona/id"
BOOKS = "/lore/books"
SCRIPTS = "/scripts/enabled"
PRESET_KINDS = {
    "/preset/chat": ("chat",),
    "/preset/text": ("text", "kobold", "novel"),
    "/template/context": ("context",),
    "/template/instruct": ("instruct",),
    "/template/system_prompt": ("system_prompt",),
    "/template/reasoning": ("reasoning",),
}
"""Paths that name a preset, and of which kinds it may be."""
BUILT_IN = "builtin:"
"""What stands before the name of a template that everybody has."""


class OwnPlaces:
    """Everyone tunes their own characters and conversations. Fulfils config.ports.Places."""

    def placed(
        self, conn: Connection, user_id: str, *, character_id: str | None, conversation_id: str | None
    ) -> str | None:
        if conversation_id is not None:
            c = conversations.c
            found = conn.execute(select(c.owner_id, c.character_id).where(c.id == conversation_id)).first()
            if found is None or found.owner_id != user_id:
                raise NotFound
            character_id = character_id or found.character_id
        if character_id is not None and not _owns_character(conn, user_id, character_id):
            raise NotFound
        return character_id

    def placed_in(self, tx: Transaction, user_id: str, scope: Scope) -> tuple[str | None, str | None]:
        if scope.type == "conversation":
            return conversation_for(tx, user_id, scope.id)["character_id"], scope.id
        if scope.type == "character":
            return find_in(tx, user_id, scope.id).row["id"], None
        if scope.type == "user" and scope.id != user_id:
            raise NotFound
        return None, None

    def check(self, tx: Transaction, user_id: str, *, path: str, value: Any) -> None:
        if path == PERSONA and own_in(tx, user_id, value) is None:
            raise BadValue("There is no such persona of yours.", path=path)
        if path == BOOKS and any(lorebook_in(tx, user_id, one) is None for one in value):
            raise BadValue("One of these is no lorebook of yours.", path=path)
        if path in PRESET_KINDS:
            _check_preset(tx, user_id, path=path, value=value)
        if path == SCRIPTS and any(not _is_preset(tx, user_id, one, kinds=("script",)) for one in value):
            raise BadValue("One of these is no script of yours.", path=path)


class BookAttachments:
    """Where config and personas say that a lorebook is searched. Fulfils characters.lorebooks.ports.Attachments."""

    def attached(self, conn: Connection, owner_id: str, *, lorebook_ids: Collection[str]) -> Mapping[str, Attached]:
        found: dict[str, Attached] = {}
        said = [(scope, [one for one in value if one in lorebook_ids]) for scope, value in _books(conn, owner_id)]
        named = _named(conn, owner_id, [scope for scope, books in said if books])
        for scope, books in said:
            for book in books if scope in named else ():
                attached = found.setdefault(book, Attached())
                attached.everywhere = attached.everywhere or scope.type == "user"
                attached.characters += scope.type == "character"
                attached.conversations += scope.type == "conversation"
        c = personas.c
        query = select(c.lorebook_id).where(c.owner_id == owner_id, c.deleted_at.is_(None), c.lorebook_id.is_not(None))
        for row in conn.execute(query):
            if row.lorebook_id in lorebook_ids:
                found.setdefault(row.lorebook_id, Attached()).personas += 1
        return found

    def uses(self, conn: Connection, owner_id: str, *, lorebook_id: str, name: str) -> Places:
        scopes = [scope for scope, value in _books(conn, owner_id) if lorebook_id in value]
        c = personas.c
        query = select(c.id, c.name).where(c.owner_id == owner_id, c.deleted_at.is_(None), c.lorebook_id == lorebook_id)
        people = [Place("persona", row.id, row.name) for row in conn.execute(query)]
        return uses_of([*_places(conn, owner_id, scopes), *people, *_naming(conn, owner_id, name)])


class PresetChoices:
    """Which layers choose a preset. Fulfils config.presets.ports.Choices."""

    def uses(self, conn: Connection, owner_id: str, *, preset_id: str) -> Places:
        scopes: list[Scope] = []
        for path in (*PRESET_KINDS, SCRIPTS):
            for scope, value in settings_of(conn, owner_id, path):
                if value == preset_id or (isinstance(value, list) and preset_id in value):
                    scopes.append(scope)
        return uses_of(_places(conn, owner_id, scopes))


class PersonaLocks:
    """Where config says that a persona is played. Fulfils characters.personas.ports.Locks."""

    def uses(self, conn: Connection, owner_id: str, *, persona_ids: Collection[str]) -> Mapping[str, Uses]:
        locked: dict[str, list[Scope]] = {}
        for scope, value in settings_of(conn, owner_id, PERSONA):
            if value in persona_ids:
                locked.setdefault(value, []).append(scope)
        scopes = [scope for found in locked.values() for scope in found]
        named = _named(conn, owner_id, scopes)
        return {persona_id: _uses(found, named) for persona_id, found in locked.items()}


def _books(conn: Connection, owner_id: str) -> list[tuple[Scope, list[str]]]:
    return [(scope, value) for scope, value in settings_of(conn, owner_id, BOOKS) if isinstance(value, list)]


def _places(conn: Connection, owner_id: str, scopes: Collection[Scope]) -> Iterator[Place]:
    """The layers as places with names; those in the trash are left out."""
    named = _named(conn, owner_id, [scope for scope in scopes if scope.type != "global"])
    for scope in scopes:
        if scope.type == "global" or scope in named:
            yield Place(scope.type, scope.id if scope in named else "", named.get(scope, ""))


def _naming(conn: Connection, owner_id: str, book: str) -> Iterator[Place]:
    """Characters whose card names a lorebook so."""
    c, cards = characters.c, character_cards.c
    said = f'"world":{orjson.dumps(book).decode()}'
    query = (
        select(c.id, c.name, cards.card)
        .join(character_cards, cards.character_id == c.id)
        .where(c.owner_id == owner_id, c.deleted == 0, cards.card.icontains(said, autoescape=True))
    )
    for row in conn.execute(query):
        extensions = orjson.loads(row.card).get("extensions")
        world = extensions.get("world") if isinstance(extensions, Mapping) else None
        if isinstance(world, str) and sort_key(world) == sort_key(book):
            yield Place("character", row.id, row.name, "card")


def _check_preset(tx: Transaction, user_id: str, *, path: str, value: str) -> None:
    if path.startswith("/template/") and value.startswith(BUILT_IN):
        return
    if not _is_preset(tx, user_id, value, kinds=PRESET_KINDS[path]):
        raise BadValue("There is no such preset of yours.", path=path)


def _is_preset(tx: Transaction, user_id: str, preset_id: str, *, kinds: Collection[str]) -> bool:
    row = preset_in(tx, user_id, preset_id)
    return row is not None and row["kind"] in kinds


def played_in(
    tx: Transaction, user_id: str, *, character_id: str | None = None, conversation_id: str | None = None
) -> Persona | None:
    """The persona played there: locked to the conversation, else to the character, else chosen, else the default."""
    told = effective_in(tx, user_id, character_id=character_id, conversation_id=conversation_id)
    locked = (own_in(tx, user_id, persona_id) for persona_id in locks_of(told))
    return next((one for one in locked if one is not None), None) or default_in(tx, user_id)


def played(conn: Connection, user_id: str, told: Effective) -> Row | None:
    """As played_in, on a snapshot whose config was read already."""
    for persona_id in locks_of(told):
        row = personas_store.persona(conn, user_id, persona_id)
        if row is not None and row["deleted_at"] is None:
            return row
    return personas_store.default(conn, user_id)


def locks_of(told: Effective) -> Iterable[str]:
    """The personas named by the layers, the nearest first: one that is gone gives way to the next."""
    for layer in reversed(told.layers):
        if PERSONA in layer.state.values:
            value = layer.state.values[PERSONA]
            if value is None:
                return
            yield value


def _owns_character(conn: Connection, user_id: str, character_id: str) -> bool:
    query = select(characters.c.owner_id).where(characters.c.id == character_id)
    return conn.execute(query).scalar_one_or_none() == user_id


def _named(conn: Connection, owner_id: str, scopes: Collection[Scope]) -> dict[Scope, str]:
    """What the places are called; one that is gone or in the trash is left out."""
    tables = (
        ("character", characters.c.name, characters.c, characters.c.deleted == 0),
        ("conversation", conversations.c.title, conversations.c, conversations.c.deleted_pos.is_(None)),
    )
    named = {scope: "" for scope in scopes if scope.type == "user"}
    for kind, name, c, live in tables:
        ids = sorted(scope.id for scope in scopes if scope.type == kind)
        if ids:
            rows = conn.execute(select(c.id, name).where(c.id.in_(ids), c.owner_id == owner_id, live))
            named |= {Scope(kind, row[0]): row[1] for row in rows}  # type: ignore[arg-type]
    return named


def _uses(scopes: Collection[Scope], named: Mapping[Scope, str]) -> Uses:
    places = [Use(_kind(scope), scope.id, named[scope]) for scope in scopes if scope in named]
    places.sort(key=lambda use: (use.type, use.name, use.id))
    return Uses(len(places), places[:USES_SHOWN_MAX])


def _kind(scope: Scope) -> Literal["user", "character", "conversation"]:
    assert scope.type != "global", "nobody is a persona for everybody"
    return scope.type

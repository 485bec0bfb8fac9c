"""Personas: use-cases, and what a reply needs to know of the person."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from types import EllipsisType
from typing import Any

from sqlalchemy import Connection

from tavernai.characters.avatars import AvatarService
from tavernai.characters.errors import LastPersona, PersonaInTrash
from tavernai.characters.lorebooks.service import own_in as lorebook_own_in
from tavernai.characters.personas import events as e
from tavernai.characters.personas import store
from tavernai.characters.personas.placing import DEPTH_MAX, USUAL, Place
from tavernai.characters.personas.ports import Locks, Use, Uses
from tavernai.characters.personas.tables import persona_defaults, personas
from tavernai.kernel.clock import rfc3339
from tavernai.kernel.errors import Conflict, InvalidInput, NotFound
from tavernai.kernel.facts import By
from tavernai.kernel.ids import new_id
from tavernai.kernel.paging import Page, decode_cursor, encode_cursor
from tavernai.kernel.text import clean_text
from tavernai.ledger.domain import Stream
from tavernai.ledger.ports import Storage
from tavernai.ledger.transaction import Transaction
from tavernai.storage.rows import Row

NAME_CHARS_MAX = 128
DESCRIPTION_CHARS_MAX = 100_000
VERSION_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Persona:
    """Who a person is to the characters."""

    id: str
    name: str
    description: str
    is_default: bool
    version: int
    created_at: int
    updated_at: int
    avatar: str | None = None
    deleted_at: int | None = None
    lorebook_id: str | None = None
    place: Place = USUAL
    uses: tuple[Use, ...] = ()
    use_count: int = 0

    @classmethod
    def of(cls, row: Row, *, is_default: bool) -> "Persona":
        names = ("id", "name", "description", "version", "created_at", "updated_at", "avatar", "deleted_at")
        return cls(
            is_default=is_default,
            lorebook_id=row["lorebook_id"],
            place=Place.of(row),
            **{name: row[name] for name in names},
        )

    def with_uses(self, uses: Uses | None) -> "Persona":
        return self if uses is None else replace(self, uses=tuple(uses.places), use_count=uses.count)

    def shown(self) -> dict[str, Any]:
        """As others see it: plain JSON values."""
        return {
            "id": self.id, "name": self.name, "description": self.description, "is_default": self.is_default,
            "version": self.version, "created_at": rfc3339(self.created_at), "updated_at": rfc3339(self.updated_at),
            "avatar_url": avatar_url(self.id, self.avatar), "deleted": self.deleted_at is not None,
            "uses": [{"type": use.type, "id": use.id, "name": use.name} for use in self.uses],
            "use_count": self.use_count, "lorebook_id": self.lorebook_id,
            **asdict(self.place),
        }  # fmt: skip


def avatar_url(persona_id: str, avatar: str | None) -> str | None:
    """Where a persona's picture is served; the address changes with it, so that browsers may keep it for ever."""
    return f"/api/personas/{persona_id}/avatar?v={avatar[:VERSION_DIGITS]}" if avatar else None


def default_in(tx: Transaction, owner_id: str) -> Persona | None:
    """The persona this person uses by default, read by key; None when the account has none (it was never added)."""
    chosen = tx.get(persona_defaults, owner_id)
    row = tx.get(personas, chosen["persona_id"]) if chosen is not None else None
    return Persona.of(row, is_default=True) if row is not None else None


def own_in(tx: Transaction, owner_id: str, persona_id: str) -> Persona | None:
    """One of this person's personas outside the trash."""
    row = tx.get(personas, persona_id)
    if row is None or row["owner_id"] != owner_id or row["deleted_at"] is not None:
        return None
    return _as_persona(tx, row)


class PersonaService:
    """A person's own personas."""

    def __init__(self, storage: Storage, *, avatars: AvatarService, locks: Locks) -> None:
        self._storage = storage
        self._avatars = avatars
        self._locks = locks

    async def list(self, user_id: str, *, trash: bool = False, cursor: str | None, limit: int) -> Page[Persona]:
        """Personas, the oldest first, each with where it is locked; or those in the trash."""
        after = decode_cursor(cursor, str)[0] if cursor else ""

        def query(conn: Connection) -> list[Persona]:
            rows = store.personas_after(conn, user_id, trash=trash, after=after, limit=limit + 1)
            uses = self._locks.uses(conn, user_id, persona_ids={row["id"] for row in rows})
            return [Persona.of(row, is_default=bool(row["is_default"])).with_uses(uses.get(row["id"])) for row in rows]

        found = await self._storage.read(query)
        return Page(found[:limit], encode_cursor(found[limit - 1].id) if len(found) > limit else None)

    async def create(
        self, user_id: str, name: str, *, description: str = "", is_default: bool = False, place: Place = USUAL
    ) -> Persona:
        """A new persona. Raises InvalidInput."""
        name, description = _checked(name, description)
        _check_place(place)
        return await self._storage.commit(
            lambda tx: _create(tx, user_id, name, description, is_default=is_default, place=place)
        )

    async def change(
        self,
        user_id: str,
        persona_id: str,
        *,
        version: int,
        name: str | None = None,
        description: str | None = None,
        is_default: bool = False,
        lorebook_id: str | EllipsisType | None = ...,
        place: Mapping[str, Any] | None = None,
    ) -> Persona:
        """Other words, another lorebook (None: none), or the default from now on.

        Args:
            place: what changes of where the description stands: position, depth, role.

        Raises NotFound, PersonaInTrash, Conflict (facts: current), InvalidInput.
        """

        def unit(tx: Transaction) -> Persona:
            row = _live(tx, user_id, persona_id)
            if row["version"] != version:
                raise Conflict(current=_as_persona(tx, row).shown())
            words = _checked(
                row["name"] if name is None else name, row["description"] if description is None else description
            )
            facts: list[Any] = []
            if words != (row["name"], row["description"]):
                facts.append(e.PersonaEdited(persona_id, *words))
            if lorebook_id is not ... and lorebook_id != row["lorebook_id"]:
                if lorebook_id is not None and lorebook_own_in(tx, user_id, lorebook_id) is None:
                    raise InvalidInput("There is no such lorebook of yours.", field="lorebook_id")
                facts.append(e.PersonaLorebookChosen(persona_id, lorebook_id))
            facts += _moved(row, place or {})
            if is_default and not _is_default(tx, row):
                facts.append(e.PersonaChosen(persona_id))
            return _recorded(tx, user_id, persona_id, facts)

        return await self._shown(user_id, await self._storage.commit(unit))

    async def set_avatar(self, user_id: str, persona_id: str, data: bytes | None) -> Persona:
        """Another picture, or none. Raises NotFound, PersonaInTrash, PictureRefused."""
        await self._storage.read(lambda conn: _found(conn, user_id, persona_id))
        digest = await self._avatars.kept(data) if data is not None else None

        def unit(tx: Transaction) -> Persona:
            row = _live(tx, user_id, persona_id)
            facts = [e.PersonaAvatarChanged(persona_id, digest)] if row["avatar"] != digest else []
            return _recorded(tx, user_id, persona_id, facts)

        return await self._shown(user_id, await self._storage.commit(unit))

    async def delete(self, user_id: str, persona_id: str) -> None:
        """Into the trash; when it was the default, the oldest other one becomes it. Raises NotFound, LastPersona."""

        def unit(tx: Transaction) -> None:
            row = _own(tx, user_id, persona_id)
            if row["deleted_at"] is not None:
                return
            rest = tx.rows(store.others(user_id, persona_id))
            if not rest:
                raise LastPersona
            if _is_default(tx, row):
                _append(tx, user_id, rest[0]["id"], [e.PersonaChosen(rest[0]["id"])])
            _append(tx, user_id, persona_id, [e.PersonaDeleted(persona_id, to_trash=True)])

        await self._storage.commit(unit)

    async def restore(self, user_id: str, persona_id: str) -> Persona:
        """Back from the trash; where it was locked it is played again. Raises NotFound."""

        def unit(tx: Transaction) -> Persona:
            row = _own(tx, user_id, persona_id)
            facts = [e.PersonaRestored(persona_id)] if row["deleted_at"] is not None else []
            return _recorded(tx, user_id, persona_id, facts)

        return await self._shown(user_id, await self._storage.commit(unit))

    async def portrait_of(self, user_id: str, persona_id: str) -> tuple[str, str | None]:
        """Name and picture (sha256) of a persona, in the trash or not. Raises NotFound."""
        row = await self._storage.read(lambda conn: _found(conn, user_id, persona_id))
        return row["name"], row["avatar"]

    async def picture(self, user_id: str, persona_id: str) -> bytes:
        """The picture as it came, or one drawn for the name, for files that cannot do without. Raises NotFound."""
        name, avatar = await self.portrait_of(user_id, persona_id)
        return await self._avatars.whole(name, avatar)

    async def _shown(self, user_id: str, persona: Persona) -> Persona:
        ids = {persona.id}
        uses = await self._storage.read(lambda conn: self._locks.uses(conn, user_id, persona_ids=ids))
        return persona.with_uses(uses.get(persona.id))


def _create(
    tx: Transaction, user_id: str, name: str, description: str, *, is_default: bool, place: Place = USUAL
) -> Persona:
    persona_id = new_id()
    facts: list[Any] = [e.PersonaCreated(persona_id, name, description)]
    if place != USUAL:
        facts.append(e.PersonaPlaced(persona_id, **asdict(place)))
    _append(tx, user_id, persona_id, facts)
    if is_default:
        _append(tx, user_id, persona_id, [e.PersonaChosen(persona_id)])
    return _as_persona(tx, _own(tx, user_id, persona_id))


def _moved(row: Row, given: Mapping[str, Any]) -> list[e.PersonaPlaced]:
    """The fact that tells of another place; none when it is where it was."""
    was = Place.of(row)
    place = replace(was, **given)
    _check_place(place)
    return [e.PersonaPlaced(row["id"], **asdict(place))] if place != was else []


def _check_place(place: Place) -> None:
    if not 0 <= place.depth <= DEPTH_MAX:
        raise InvalidInput("A depth is 0 to 1000 messages.", field="depth")


def _recorded(tx: Transaction, user_id: str, persona_id: str, facts: Sequence[Any]) -> Persona:
    _append(tx, user_id, persona_id, facts)
    return _as_persona(tx, _own(tx, user_id, persona_id))


def _append(tx: Transaction, user_id: str, persona_id: str, facts: Sequence[Any]) -> None:
    if facts:
        tx.append(Stream(f"persona:{persona_id}", user_id), facts, by=By.user(user_id))


def _found(conn: Connection, user_id: str, persona_id: str) -> Row:
    row = store.persona(conn, user_id, persona_id)
    if row is None:
        raise NotFound
    return row


def _own(tx: Transaction, user_id: str, persona_id: str) -> Row:
    row = tx.get(personas, persona_id)
    if row is None or row["owner_id"] != user_id:
        raise NotFound
    return row


def _live(tx: Transaction, user_id: str, persona_id: str) -> Row:
    row = _own(tx, user_id, persona_id)
    if row["deleted_at"] is not None:
        raise PersonaInTrash
    return row


def _is_default(tx: Transaction, row: Row) -> bool:
    chosen = tx.get(persona_defaults, row["owner_id"])
    return chosen is not None and chosen["persona_id"] == row["id"]


def _as_persona(tx: Transaction, row: Row) -> Persona:
    return Persona.of(row, is_default=_is_default(tx, row))


def _checked(name: str, description: str) -> tuple[str, str]:
    name = " ".join(clean_text(name).split())
    if not name or len(name) > NAME_CHARS_MAX:
        raise InvalidInput("A persona's name has 1 to 128 characters.", field="name")
    if len(description) > DESCRIPTION_CHARS_MAX:
        raise InvalidInput("A persona's description has at most 100 000 characters.", field="description")
    return name, clean_text(description)

"""Personas: use-cases, and what a reply needs to know of the person."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tavernai.characters.errors import LastPersona
from tavernai.characters.personas import events as e
from tavernai.characters.personas import store
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

    @classmethod
    def of(cls, row: Row, *, is_default: bool) -> "Persona":
        return cls(
            row["id"], row["name"], row["description"], is_default, row["version"], row["created_at"], row["updated_at"]
        )

    def shown(self) -> dict[str, Any]:
        """As others see it: plain JSON values."""
        return {
            "id": self.id, "name": self.name, "description": self.description, "is_default": self.is_default,
            "version": self.version, "created_at": rfc3339(self.created_at), "updated_at": rfc3339(self.updated_at),
        }  # fmt: skip


def default_in(tx: Transaction, owner_id: str) -> Persona | None:
    """The persona this person uses by default, read by key; None when the account has none (it was never added)."""
    chosen = tx.get(persona_defaults, owner_id)
    row = tx.get(personas, chosen["persona_id"]) if chosen is not None else None
    return Persona.of(row, is_default=True) if row is not None else None


def ensure_default(tx: Transaction, user_id: str, name: str) -> Persona:
    """The default persona, made and named if there is none: for accounts that did not come from `user.added`."""
    found = default_in(tx, user_id)
    return found if found is not None else _create(tx, user_id, name, "", is_default=True)


class PersonaService:
    """A person's own personas."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def list(self, user_id: str, *, cursor: str | None, limit: int) -> Page[Persona]:
        """Personas, the oldest first."""
        after = decode_cursor(cursor, str)[0] if cursor else ""
        rows = await self._storage.read(lambda conn: store.personas_after(conn, user_id, after=after, limit=limit + 1))
        more = encode_cursor(rows[limit - 1]["id"]) if len(rows) > limit else None
        return Page([Persona.of(row, is_default=bool(row["is_default"])) for row in rows[:limit]], more)

    async def create(self, user_id: str, name: str, *, description: str = "", is_default: bool = False) -> Persona:
        """A new persona. Raises InvalidInput."""
        name, description = _checked(name, description)
        return await self._storage.commit(lambda tx: _create(tx, user_id, name, description, is_default=is_default))

    async def change(
        self,
        user_id: str,
        persona_id: str,
        *,
        version: int,
        name: str | None = None,
        description: str | None = None,
        is_default: bool = False,
    ) -> Persona:
        """Other words, or the default from now on. Raises NotFound, Conflict (facts: current), InvalidInput."""

        def unit(tx: Transaction) -> Persona:
            row = _own(tx, user_id, persona_id)
            if row["version"] != version:
                raise Conflict(current=_as_persona(tx, row).shown())
            words = _checked(
                row["name"] if name is None else name, row["description"] if description is None else description
            )
            facts: list[Any] = []
            if words != (row["name"], row["description"]):
                facts.append(e.PersonaEdited(persona_id, *words))
            if is_default and not _is_default(tx, row):
                facts.append(e.PersonaChosen(persona_id))
            _append(tx, user_id, persona_id, facts)
            return _as_persona(tx, _own(tx, user_id, persona_id))

        return await self._storage.commit(unit)

    async def delete(self, user_id: str, persona_id: str) -> None:
        """Remove a persona; when it was the default, the oldest other one becomes it. Raises NotFound, LastPersona."""

        def unit(tx: Transaction) -> None:
            row = _own(tx, user_id, persona_id)
            rest = tx.rows(store.others(user_id, persona_id))
            if not rest:
                raise LastPersona
            if _is_default(tx, row):
                _append(tx, user_id, rest[0]["id"], [e.PersonaChosen(rest[0]["id"])])
            _append(tx, user_id, persona_id, [e.PersonaDeleted(persona_id)])

        await self._storage.commit(unit)


def _create(tx: Transaction, user_id: str, name: str, description: str, *, is_default: bool) -> Persona:
    persona_id = new_id()
    facts: list[Any] = [e.PersonaCreated(persona_id, name, description)]
    _append(tx, user_id, persona_id, facts)
    if is_default:
        _append(tx, user_id, persona_id, [e.PersonaChosen(persona_id)])
    return _as_persona(tx, _own(tx, user_id, persona_id))


def _append(tx: Transaction, user_id: str, persona_id: str, facts: Sequence[Any]) -> None:
    if facts:
        tx.append(Stream(f"persona:{persona_id}", user_id), facts, by=By.user(user_id))


def _own(tx: Transaction, user_id: str, persona_id: str) -> Row:
    row = tx.get(personas, persona_id)
    if row is None or row["owner_id"] != user_id:
        raise NotFound
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

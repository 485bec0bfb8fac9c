"""The port Stage over this server's characters and personas."""

from typing import Any

from sqlalchemy import Connection

from tavernai.characters import store as characters_store
from tavernai.characters.personas import store as personas_store
from tavernai.characters.personas.service import default_in
from tavernai.chat.cast import NAMELESS, OwnCast
from tavernai.ledger.transaction import Transaction
from tavernai.prompting.domain.scene import Persona


class OwnStage(OwnCast):
    """Everyone plays with their own characters, as their default persona."""

    def user_name(self, tx: Transaction, user_id: str) -> str:
        persona = default_in(tx, user_id)
        return NAMELESS if persona is None else persona.name

    def card(self, conn: Connection, owner_id: str, *, character_id: str) -> dict[str, Any] | None:
        return characters_store.card(conn, owner_id, character_id)

    def persona(self, conn: Connection, user_id: str) -> Persona:
        row = personas_store.default(conn, user_id)
        return Persona() if row is None else Persona(row["name"], row["description"])

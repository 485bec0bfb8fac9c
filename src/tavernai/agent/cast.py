"""The port Stage over this server's characters, personas and config."""

from typing import Any

from sqlalchemy import Connection

from tavernai.agent.ports import Played
from tavernai.characters import store as characters_store
from tavernai.characters.personas.placing import Place
from tavernai.chat.cast import NAMELESS, OwnCast
from tavernai.chat.places import played, played_in
from tavernai.config.domain.fold import Effective
from tavernai.config.store import effective_of
from tavernai.ledger.transaction import Transaction
from tavernai.prompting.domain.scene import Persona
from tavernai.storage.rows import Row


def played_as(row: Row) -> Played:
    """A persona's row as prompts know it."""
    place = Place.of(row)
    persona = Persona(row["name"], row["description"], place.position, place.depth, place.role)
    return Played(persona, row["lorebook_id"])


class OwnStage(OwnCast):
    """Everyone plays with their own characters, as the persona they chose there."""

    def user_name(
        self, tx: Transaction, user_id: str, *, character_id: str | None = None, conversation_id: str | None = None
    ) -> str:
        persona = played_in(tx, user_id, character_id=character_id, conversation_id=conversation_id)
        return NAMELESS if persona is None else persona.name

    def card(self, conn: Connection, owner_id: str, *, character_id: str) -> dict[str, Any] | None:
        return characters_store.card(conn, owner_id, character_id)

    def config(self, conn: Connection, user_id: str, *, character_id: str | None, conversation_id: str) -> Effective:
        return effective_of(conn, user_id, character_id=character_id, conversation_id=conversation_id)

    def persona(self, conn: Connection, user_id: str, *, config: Effective) -> Played:
        row = played(conn, user_id, config)
        return Played() if row is None else played_as(row)

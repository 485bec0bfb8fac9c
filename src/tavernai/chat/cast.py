"""The port Cast over this server's characters and personas."""

from collections.abc import Collection

from sqlalchemy import Connection, select

from tavernai.characters.service import get_in, greetings_in
from tavernai.characters.store import avatar_url
from tavernai.characters.tables import characters
from tavernai.chat.places import played_in
from tavernai.chat.ports import CastMember
from tavernai.ledger.transaction import Transaction

NAMELESS = "User"


class OwnCast:
    """Everyone converses with their own characters, as the persona they play with each."""

    def role(self, tx: Transaction, owner_id: str, *, character_id: str) -> CastMember:
        character = get_in(tx, owner_id, character_id)
        persona = played_in(tx, owner_id, character_id=character_id)
        user_name = NAMELESS if persona is None else persona.name
        return CastMember(character.name, greetings_in(tx, owner_id, character_id), user_name)

    def avatars(self, conn: Connection, owner_id: str, *, character_ids: Collection[str]) -> dict[str, str]:
        c = characters.c
        mine = (c.owner_id == owner_id) & c.id.in_(sorted(character_ids)) & c.avatar.is_not(None)
        return {row.id: avatar_url(row.id, row.avatar) for row in conn.execute(select(c.id, c.avatar).where(mine))}

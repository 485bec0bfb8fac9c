"""Pictures of characters' folders: each folder's go to its character, those it has already are left out."""

from typing import Any

from tavernai.characters.assets import importing as assets
from tavernai.characters.domain.assets import ASSET_BYTES_MAX, media_type
from tavernai.interop.importing.making import OneByOne, Outcome, Read, refused
from tavernai.interop.importing.sources import MemberUnreadable, read_bytes
from tavernai.interop.importing.sprites import NOBODYS
from tavernai.ledger.transaction import Transaction
from tavernai.storage.rows import Row


class Sprites(OneByOne):
    """Gives characters the pictures of their folders; one picture at a time is in memory."""

    def read_one(self, item: Row) -> Read:
        told = [self._picture(*file) for file in item["about"]["files"]]
        return Read(item, [one for one in told if one is not None])

    def _picture(self, path: str, kind: str, name: str) -> dict[str, Any] | None:
        try:
            data = read_bytes(self.run.source, path, bytes_max=ASSET_BYTES_MAX)
        except MemberUnreadable:
            return None
        found = media_type(data[:64])
        if found is None:
            return None
        blob = self.run.tools.blobs.put(data)
        return {"kind": kind, "name": name, "media_type": found, "bytes": len(data), "blob": blob}

    def make_one(self, tx: Transaction, one: Read) -> Outcome:
        item, run = one.item, self.run
        character_id = run.folders.cards.get(item["about"]["card"])
        if character_id is None:
            return refused(*NOBODYS)
        added = assets.add_in(tx, character_id, one.value, owner_id=run.owner, by=run.by, cause_id=run.cause)
        left = len(item["about"]["files"]) - len(one.value)
        self._tell_left(tx, item, left)
        if not added:
            return Outcome("duplicate", character_id)
        return Outcome("imported", character_id, about={"places": added})

    def _tell_left(self, tx: Transaction, item: Row, left: int) -> None:
        if left:
            message = f"{left} of these files cannot be read as pictures."
            self.run.warn(tx, item, {"code": "asset_not_picture", "field": None, "message": message})

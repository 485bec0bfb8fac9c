"""Characters: many a commit, their pictures made smaller beside it."""

from collections.abc import Sequence
from dataclasses import replace

from tavernai.characters.domain.card import Card
from tavernai.characters.domain.pictures import Size
from tavernai.characters.domain.reading import canonical_hash
from tavernai.characters.errors import PictureRefused
from tavernai.characters.events import CharacterImported
from tavernai.characters.service import char_stream
from tavernai.characters.tables import thumbnails
from tavernai.interop.importing import store
from tavernai.interop.importing.analysing import CARD_BYTES_MAX
from tavernai.interop.importing.making import Outcome, Read, Run
from tavernai.interop.importing.sources import read_bytes
from tavernai.ledger.transaction import Transaction
from tavernai.storage.rows import Row


class Cards:
    """Makes characters."""

    def __init__(self, run: Run) -> None:
        self._run = run

    async def read(self, items: Sequence[Row]) -> list[Read]:
        return await self._run.read(self._read, items)

    async def write(self, told: Sequence[Read]) -> None:
        await self._run.tools.storage.commit(lambda tx: self._make(tx, told))

    def _read(self, item: Row) -> Read:
        data = read_bytes(self._run.source, item["path"], bytes_max=CARD_BYTES_MAX)
        found = self._run.tools.cards.prepared(data, item["path"].rpartition("/")[2])
        fact, own_hash = found.fact, found.fact.card_hash
        tags = [tag for tag in item["about"].get("tags", []) if tag not in fact.card["tags"]]
        if tags:
            card = fact.card | {"tags": [*fact.card["tags"], *tags]}
            fact = replace(fact, card=card, card_hash=canonical_hash(Card(card, fact.outer, fact.card_version)))
        return Read(item, fact, extra={"thumbnail": self._thumbnail(found.picture), "card_hash": own_hash})

    def _thumbnail(self, picture: bytes | None) -> str | None:
        """The gallery's picture, made now so that a page of new characters shows at once."""
        if picture is None:
            return None
        try:
            return self._run.tools.blobs.put(self._run.tools.pictures.resized(picture, Size.CARD))
        except PictureRefused:
            return None

    def _make(self, tx: Transaction, told: Sequence[Read]) -> None:
        facts: list[CharacterImported] = [one.value for one in told if one.refused is None]
        originals = [fact.original for fact in facts]
        hashes = [fact.card_hash for fact in facts] + [one.extra["card_hash"] for one in told if one.refused is None]
        here = store.twins_of(tx.rows(store.twins(self._run.owner, originals=originals, hashes=hashes)))
        for one in told:
            self._run.settle(tx, one.item, one.refused or self._made(tx, one, here))

    def _made(self, tx: Transaction, one: Read, here: dict[str, str]) -> Outcome:
        fact: CharacterImported = one.value
        twin = here.get(fact.original) or here.get(fact.card_hash) or here.get(one.extra["card_hash"])
        if twin is not None:
            return Outcome("duplicate", twin)
        stream = char_stream(self._run.owner, fact.character_id)
        tx.append(stream, [fact], by=self._run.by, cause_id=self._run.cause)
        here |= dict.fromkeys((fact.original, fact.card_hash, one.extra["card_hash"]), fact.character_id)
        _note_thumbnail(tx, fact.avatar, one.extra["thumbnail"])
        return Outcome("imported", fact.character_id, 1)


def _note_thumbnail(tx: Transaction, avatar: str | None, blob: str | None) -> None:
    if avatar is not None and blob is not None and tx.get(thumbnails, (avatar, str(Size.CARD))) is None:
        tx.insert(thumbnails, {"source": avatar, "size": str(Size.CARD), "blob": blob})

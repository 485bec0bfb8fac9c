"""Pictures that come after the card: functions for rooms above, inside their unit of work."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from tavernai.characters.events import CharacterAssetsAdded, CharacterAssetsRemoved
from tavernai.characters.service import char_stream
from tavernai.characters.tables import character_assets
from tavernai.kernel.facts import By
from tavernai.ledger.transaction import Transaction

_a = character_assets.c


def add_in(
    tx: Transaction,
    character_id: str,
    pictures: Sequence[dict[str, Any]],
    *,
    owner_id: str,
    by: By,
    cause_id: str | None = None,
) -> list[int]:
    """Give a character these pictures ({kind, name, media_type, bytes, blob}); the places of those it had not yet."""
    there = tx.rows(select(_a.place, _a.kind, _a.name, _a.blob).where(_a.character_id == character_id))
    known = {(row["kind"], row["name"], row["blob"]) for row in there}
    first = max((row["place"] for row in there), default=-1) + 1
    fresh = [one for one in pictures if (one["kind"], one["name"], one["blob"]) not in known]
    placed = [{"place": place, **one} for place, one in enumerate(fresh, start=first)]
    if placed:
        fact = CharacterAssetsAdded(character_id, placed)
        tx.append(char_stream(owner_id, character_id), [fact], by=by, cause_id=cause_id)
    return [one["place"] for one in placed]


def remove_in(tx: Transaction, character_id: str, places: Sequence[int], *, owner_id: str, by: By) -> None:
    """Take these places away again, as far as they are there."""
    there = [place for place in places if tx.get(character_assets, (character_id, place)) is not None]
    if there:
        tx.append(char_stream(owner_id, character_id), [CharacterAssetsRemoved(character_id, there)], by=by)

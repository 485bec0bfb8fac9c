"""What a card's file holds, whatever kind of file it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tavernai.characters.domain.assets import Asset
from tavernai.characters.domain.byaf import BroughtChat
from tavernai.characters.domain.card import Card

Kind = Literal["png", "json", "yaml", "charx", "byaf", "jpeg", "webp"]


@dataclass(frozen=True, slots=True)
class Contents:
    """A card and what came with it."""

    kind: Kind
    card: Card
    picture: bytes | None = None
    assets: Sequence[Asset] = ()
    chats: Sequence[BroughtChat] = ()

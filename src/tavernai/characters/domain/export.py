"""Cards as files for others: JSON with the V1 mirror around the V3 data, PNG with both chunks."""

from typing import Any

import orjson

from tavernai.characters.domain import png
from tavernai.characters.domain.card import FIELDS, OPTIONAL, V1_TEXTS, Card
from tavernai.characters.domain.names import clean_name
from tavernai.characters.domain.repairs import Repairs

TALKATIVENESS_DEFAULT = 0.5

_ABSENT = {field.name: field.coerce(None, field.name, Repairs()) for field in FIELDS}
"""What each field is when a card does not have it; written only where V2 readers expect it."""


def export_object(card: Card, *, spec: str = "chara_card_v3") -> dict[str, Any]:
    """One object that V1, V2 and V3 readers understand; unknown keys where they were, nothing private.

    Args:
        spec: what the object says it is; the fields are the same, readers must not trust it anyway.
    """
    data = _data(card.data)
    mirror = {
        **{name: data[name] for name in V1_TEXTS},
        "creatorcomment": data["creator_notes"],
        "avatar": "none",
        "talkativeness": data["extensions"].get("talkativeness", TALKATIVENESS_DEFAULT),
        "fav": False,
        "tags": data["tags"],
        "spec": spec,
        "spec_version": "2.0" if spec == "chara_card_v2" else "3.0",
        "data": data,
    }
    return {**card.outer, **mirror}


def export_json(card: Card) -> bytes:
    """The card as a JSON file, UTF-8, indented for people who read it."""
    return orjson.dumps(export_object(card), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def export_png(card: Card, picture: bytes) -> bytes:
    """The PNG `picture` carrying the card as `chara` and `ccv3`; cards it carried before are replaced."""
    cards = {
        "chara": orjson.dumps(export_object(card, spec="chara_card_v2")),
        "ccv3": orjson.dumps(export_object(card)),
    }
    return png.with_cards(picture, cards)


def file_name(card: Card, ending: str) -> str:
    """What the file is called when it is saved: the character's name, safe on every system."""
    return f"{clean_name(card.name) or 'Character'}.{ending}"


def _data(data: dict[str, Any]) -> dict[str, Any]:
    ordered = {field.name: data[field.name] for field in FIELDS}
    ordered = {name: value for name, value in ordered.items() if name not in OPTIONAL or value != _ABSENT[name]}
    ordered |= {name: value for name, value in data.items() if name not in ordered and name not in OPTIONAL}
    return {**ordered, "extensions": {**data["extensions"], "fav": False}}

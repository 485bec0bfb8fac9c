"""What the analysis says of an object's fields: kept, mapped, preserved or refused, and why."""

from collections.abc import Mapping
from typing import Any, Final

from tavernai.characters.domain.reading import CardFile
from tavernai.interop.importing.domain.found import Found
from tavernai.interop.importing.domain.here import VARIABLES_AT, variables_in
from tavernai.interop.importing.domain.tuning import Tuned, chosen, tuned

SECRETS_SENTENCE: Final = "Keys are never imported. Enter them again under Connections."


def tell_card(one: Found, found: CardFile) -> None:
    for name, value in found.card.data.items():
        if value not in (None, "", [], {}) and name != "extensions":
            one.note(name, "kept")
    extensions = found.card.data.get("extensions")
    for name, value in extensions.items() if isinstance(extensions, dict) else ():
        if name == "regex_scripts" and value:
            one.note(f"extensions.{name}", "kept", "Scripts of a card run only after you allow them for the character.")
        elif value not in (None, "", [], {}):
            one.note(f"extensions.{str(name)[:100]}", "preserved", "Kept in the card, and given back by exports.")
    if one.about.get("tags"):
        one.note("tags", "mapped", "Tags of the settings are joined with the card's own.")


def world_of(data: Mapping[str, Any]) -> str:
    extensions = data.get("extensions")
    world = extensions.get("world") if isinstance(extensions, Mapping) else None
    return world if isinstance(world, str) else ""


def tell_settings(one: Found, settings: Mapping[str, Any], dropped: list[str]) -> None:
    mapped: set[str] = set()
    for told in tuned(settings):
        mapped.add(told.field.split(".")[0])
        if isinstance(told, Tuned):
            one.note(told.field, "mapped", told.path)
        else:
            one.note(told.field, "preserved", told.why)
    for _, path, name, field in chosen(settings):
        one.note(field, "mapped", f"{path}: {name}")
    for name in variables_in(settings):
        one.note(f"{VARIABLES_AT}.{name}", "mapped", "A variable of all your chats, unless you have one of this name.")
    for field in dropped:
        one.note(field, "refused", SECRETS_SENTENCE)
    for name in settings:
        one.note(str(name), "preserved", "Kept without its keys, and given back by exports.")

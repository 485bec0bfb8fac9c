"""settings.json of an exported SillyTavern folder: personas and the scripts of all chats stand nowhere else there.

Source: contract 6.1 and 6.3.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from tavernai.characters.domain.pictures import picture_kind
from tavernai.characters.personas.placing import numbers_of

AVATARS: Final = "User Avatars"
ENDINGS: Final[Mapping[str | None, str]] = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp", "GIF": "gif"}


@dataclass(slots=True)
class SettingsFile:
    """What the file says, gathered while an archive is written."""

    kept: dict[str, Any] = field(default_factory=dict)
    """the settings that an import brought"""
    personas: dict[str, tuple[Mapping[str, Any], str, Sequence[str]]] = field(default_factory=dict)
    """picture's file → (persona, its lorebook's name, the card files it is locked to)"""
    scripts: list[tuple[Mapping[str, Any], dict[str, Any]]] = field(default_factory=list)
    """(preset, its data)"""

    @property
    def says_something(self) -> bool:
        return bool(self.kept or self.personas or self.scripts)

    def data(self, *, enabled: Sequence[str]) -> bytes:
        """The whole file; `enabled` are the scripts that run in every chat, in the order in which they run."""
        made = dict(self.kept)
        if self.personas:
            self._tell_personas(made)
        if self.scripts:
            self._tell_scripts(made, enabled)
        return orjson.dumps(made, option=orjson.OPT_INDENT_2)

    def _tell_personas(self, made: dict[str, Any]) -> None:
        power = _inside(made, "power_user")
        former = _inside(power, "persona_descriptions")
        power["personas"] = {file: told[0]["name"] for file, told in self.personas.items()}
        power["persona_descriptions"] = {
            file: _described(_inside(former, file), *told) for file, told in self.personas.items()
        }
        default = next((file for file, told in self.personas.items() if told[0]["is_default"]), None)
        if default is not None:
            power["default_persona"] = default
        if str(made.get("user_avatar")) not in self.personas:
            made["user_avatar"] = default or next(iter(self.personas))
            made["username"] = power["personas"][made["user_avatar"]]
        made["power_user"] = power

    def _tell_scripts(self, made: dict[str, Any], enabled: Sequence[str]) -> None:
        places = {script_id: place for place, script_id in enumerate(enabled)}
        listed = sorted(self.scripts, key=lambda told: places.get(told[0]["id"], len(places)))
        made["extension_settings"] = _inside(made, "extension_settings") | {
            "regex": [_script(preset, data, places) for preset, data in listed]
        }


def picture_name(name: str, former: str | None, data: bytes) -> tuple[str, str]:
    """(stem, ending) of a persona's picture: by its file's name others know it, so one that came with it stays."""
    stem, _, ending = (former or "").rpartition(".")
    return (stem, ending) if stem and ending else (name, ENDINGS.get(picture_kind(data), "png"))


def _described(
    former: Mapping[str, Any], persona: Mapping[str, Any], book: str, cards: Sequence[str]
) -> dict[str, Any]:
    links = former.get("connections")
    links = links if isinstance(links, list) else []
    others = [one for one in links if isinstance(one, dict) and one.get("type") != "character"]
    return {
        "title": "", **former, "description": persona["description"], **numbers_of(persona), "lorebook": book,
        "connections": [*({"type": "character", "id": card} for card in cards), *others],
    }  # fmt: skip


def _script(preset: Mapping[str, Any], data: Mapping[str, Any], enabled: Collection[str]) -> dict[str, Any]:
    told = {"id": preset["id"], **data, "scriptName": preset["name"]}
    # Being on the list is what turns a script on here, whatever its file says.
    if bool(told.get("disabled")) != (preset["id"] not in enabled):
        told["disabled"] = preset["id"] not in enabled
    return told


def _inside(told: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = told.get(name)
    return dict(found) if isinstance(found, Mapping) else {}

"""Facts about presets, on the stream `preset:<id>`."""

from typing import Any

from tavernai.kernel.facts import fact


@fact("preset.created")
class PresetCreated:
    """Somebody made a preset or brought one along; `data` is SillyTavern's object as it came, without secrets."""

    preset_id: str
    kind: str
    """chat | text | kobold | novel | context | instruct | system_prompt | reasoning | script | quick_reply | theme |
    background"""
    name: str
    data: dict[str, Any]
    filename: str | None = None
    """None: made here"""
    content_hash: str | None = None
    dropped: list[str] | None = None
    """names of what was not kept: keys, passwords, addresses"""
    written: str | None = None
    """the data's JSON in the order it came: a text, because objects lose their order here"""


@fact("preset.changed")
class PresetChanged:
    """It has another name or other data; None leaves either as it is."""

    preset_id: str
    name: str | None
    data: dict[str, Any] | None
    changed: list[str]
    """the fields of data that are others now"""
    brought_back: int | None = None
    """the version that this one is like again"""


@fact("preset.deleted")
class PresetDeleted:
    """It is in the trash; where it was chosen the built-in one holds."""

    preset_id: str


@fact("preset.restored")
class PresetRestored:
    """It is back from the trash, and chosen again where it was."""

    preset_id: str

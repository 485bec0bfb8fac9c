"""What presets refuse.

InvalidInput
├── PresetUnreadable   422   no JSON, or JSON that cannot be kept
└── NotAPreset         422   readable, but of no kind we know
Conflict
├── PresetInTrash      409
└── PresetNameTaken    409
TooLarge
└── PresetTooLarge     413
"""

from tavernai.kernel.errors import Conflict, InvalidInput, TooLarge


class PresetUnreadable(InvalidInput):
    """This preset cannot be read."""

    code = "preset_unreadable"


class NotAPreset(InvalidInput):
    """This is no preset, template, script, quick reply set or theme we know; say its kind if it is one."""

    code = "not_a_preset"


class PresetInTrash(Conflict):
    """This preset is in the trash; restore it first."""

    code = "preset_in_trash"


class PresetNameTaken(Conflict):
    """Another preset of this kind has this name."""

    code = "preset_name_taken"


class PresetTooLarge(TooLarge):
    """A preset may have 8 MiB."""

    code = "preset_too_large"

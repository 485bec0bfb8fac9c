"""What lorebooks refuse.

Conflict
├── LorebookInTrash     409
└── LorebookNameTaken   409
TooLarge
└── LorebookTooLarge    413
"""

from tavernai.kernel.errors import Conflict, TooLarge


class LorebookInTrash(Conflict):
    """This lorebook is in the trash; restore it first."""

    code = "lorebook_in_trash"


class LorebookNameTaken(Conflict):
    """Another lorebook of yours has this name; cards find their books by name, so each has its own."""

    code = "lorebook_name_taken"


class LorebookTooLarge(TooLarge):
    """A lorebook holds at most 50 000 entries and 32 MiB."""

    code = "lorebook_too_large"

"""What groups refuse.

Conflict
└── GroupInTrash     409
InvalidInput
└── NobodyInGroup    422
"""

from tavernai.kernel.errors import Conflict, InvalidInput


class GroupInTrash(Conflict):
    """This group is in the trash; restore it first."""

    code = "group_in_trash"


class NobodyInGroup(InvalidInput):
    """Nobody is in this group any more; add a character first."""

    code = "nobody_in_group"

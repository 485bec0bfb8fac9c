"""What the gallery refuses.

InvalidInput
├── TooManyChosen      422
└── NameTaken          422
Conflict
└── AlreadyUndone      409
"""

from tavernai.kernel.errors import Conflict, InvalidInput


class TooManyChosen(InvalidInput):
    """That is more than one request may name."""

    code = "too_many_chosen"


class NameTaken(InvalidInput):
    """There is one of this name already."""

    code = "name_taken"


class AlreadyUndone(Conflict):
    """This was taken back already."""

    code = "already_undone"

"""What the gallery refuses.

InvalidInput
├── TooManyCharacters  422
└── NameTaken          422
Conflict
└── AlreadyUndone      409
"""

from tavernai.kernel.errors import Conflict, InvalidInput


class TooManyCharacters(InvalidInput):
    """These are more characters than one request may name; narrow the choice, or take all that match."""

    code = "too_many_characters"


class NameTaken(InvalidInput):
    """There is one of this name already."""

    code = "label_taken"


class AlreadyUndone(Conflict):
    """This was taken back already."""

    code = "already_undone"

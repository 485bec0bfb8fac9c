"""What the config room refuses.

InvalidInput
├── UnknownPath      422
├── PathNotHere      422
├── BadValue         422   facts: path, and min/max, choices or max_length
└── BadBase          422
Conflict
└── ConfigChanged    409   facts: current, the scope's state now
Forbidden
└── OwnersOnly       403
"""

from tavernai.kernel.errors import Conflict, Forbidden, InvalidInput


class UnknownPath(InvalidInput):
    """There is nothing to tune under this path."""

    code = "config_path_unknown"


class PathNotHere(InvalidInput):
    """This path cannot be set in this scope; the facts name those where it can."""

    code = "config_path_not_here"


class BadValue(InvalidInput):
    """This value does not fit its path; the facts say what would."""

    code = "config_value_invalid"


class BadBase(InvalidInput):
    """base_n is newer than the newest revision of this scope."""

    code = "config_base_unknown"


class ConfigChanged(Conflict):
    """Somebody changed the same value meanwhile; the current state is in the facts."""

    code = "config_changed"


class OwnersOnly(Forbidden):
    """Only an owner changes what holds for everybody."""

    code = "config_owners_only"

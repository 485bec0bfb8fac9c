"""Whether a value fits its path. Pure; one function a type."""

import math
from collections.abc import Callable
from typing import Any

from tavernai.config.domain.paths import PATHS, Path, ScopeType
from tavernai.config.errors import BadValue, PathNotHere, UnknownPath
from tavernai.kernel.text import clean_text


def path_named(name: str) -> Path:
    """The row of this path. Raises UnknownPath."""
    found = PATHS.get(name)
    if found is None:
        raise UnknownPath(path=name)
    return found


def check_scope(path: Path, scope: ScopeType) -> None:
    """Raises PathNotHere: this path cannot be set in this scope."""
    if scope not in path.scopes:
        raise PathNotHere(path=path.path, scope=scope, scopes=list(path.scopes))


def checked(path: Path, value: Any) -> Any:
    """The value as it is kept. Raises BadValue (facts: path, and what would fit)."""
    if value is None:
        if path.nullable:
            return None
        raise _bad(path, "a value")
    return _CHECKS[path.kind](path, value)


def _number(path: Path, value: Any) -> float | int:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _bad(path, "a number")
    return _in_range(path, value)


def _integer(path: Path, value: Any) -> int:
    whole = isinstance(value, int) or (isinstance(value, float) and math.isfinite(value) and value.is_integer())
    if isinstance(value, bool) or not whole:
        raise _bad(path, "a whole number")
    return int(_in_range(path, int(value)))


def _in_range(path: Path, value: float | int) -> float | int:
    assert path.minimum is not None
    assert path.maximum is not None
    if not path.minimum <= value <= path.maximum:
        raise _bad(path, f"between {path.minimum:g} and {path.maximum:g}", min=path.minimum, max=path.maximum)
    return value


def _string(path: Path, value: Any) -> str:
    if not isinstance(value, str):
        raise _bad(path, "a text")
    if len(value) > path.length:
        raise _bad(path, f"a text of at most {path.length} characters", max_length=path.length)
    return clean_text(value)


def _boolean(path: Path, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _bad(path, "true or false")
    return value


def _choice(path: Path, value: Any) -> str:
    if not isinstance(value, str) or value not in path.choices:
        raise _bad(path, f"one of {', '.join(path.choices)}", choices=list(path.choices))
    return value


def _list(path: Path, value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) and 0 < len(one) <= path.length for one in value):
        raise _bad(path, f"a list of texts of 1 to {path.length} characters", max_length=path.length)
    if len(value) > path.items:
        raise _bad(path, f"a list of at most {path.items} texts", max_items=path.items)
    return list(dict.fromkeys(clean_text(one) for one in value))


_CHECKS: dict[str, Callable[[Path, Any], Any]] = {
    "number": _number, "integer": _integer, "string": _string, "boolean": _boolean, "enum": _choice, "list": _list,
}  # fmt: skip


def _bad(path: Path, fits: str, **facts: Any) -> BadValue:
    return BadValue(f"{path.path} must be {fits}.", path=path.path, **facts)

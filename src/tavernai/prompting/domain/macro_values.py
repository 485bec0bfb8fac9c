"""Values of macros: texts that may be numbers, as JavaScript sees them, and the variables that hold them.

Source: shared contract 5.1 (values) and 5.3 (variables).
"""

import math
import re
from collections.abc import MutableMapping
from typing import Any, Final, TypeGuard

import orjson

DECIMAL: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
BASED: Final = re.compile(r"0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+")
FALSY: Final = frozenset({"", "false", "off", "0"})
DIGITS_MAX: Final = 400


def number_of(value: Any) -> float | None:
    """The number a value looks like, None when it looks like none. Empty text is no number here."""
    if isinstance(value, bool):
        return float(value)
    if isinstance(value, int | float):
        return _finite_or_not(value)
    if not isinstance(value, str) or len(value) > DIGITS_MAX:
        return None
    text = value.strip()
    if DECIMAL.fullmatch(text):
        return float(text)
    if BASED.fullmatch(text):
        return _based(text)
    return {"Infinity": math.inf, "+Infinity": math.inf, "-Infinity": -math.inf}.get(text)


def _finite_or_not(number: float) -> float:
    try:
        return float(number)
    except OverflowError:  # a whole number of Python's, longer than any float
        return math.inf if number > 0 else -math.inf


def _based(text: str) -> float:
    try:
        return float(int(text, 0))
    except OverflowError:
        return math.inf


def is_whole(number: float | None) -> TypeGuard[float]:
    """Whether it is a number without a fraction; what has no end has none to speak of."""
    return number is not None and math.isfinite(number) and number == int(number)


def number_text(number: float) -> str:
    """The shortest decimal text of a number, JavaScript's way: 8, 0.1, 1e+21."""
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    if number == int(number) and abs(number) < 1e21:
        return str(int(number))
    text = repr(number)
    if "e" not in text:
        return text
    mantissa, exponent = text.split("e")
    power = int(exponent)
    if -7 < power < 0:
        return f"{number:.{len(mantissa.replace('.', '').replace('-', '')) - power - 1}f}"
    return f"{mantissa}e{'+' if power > 0 else '-'}{abs(power)}"


def as_text(value: Any) -> str:
    """What a value looks like in a prompt."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number_text(float(value))
    return orjson.dumps(value).decode()


def stored(number: float) -> int | float:
    """A number as variables keep it: whole numbers without a fraction."""
    return int(number) if math.isfinite(number) and number == int(number) and abs(number) < 2**53 else number


def is_true(text: str) -> bool:
    """Whether a text counts as yes."""
    return text.strip().lower() not in FALSY


def read(variables: MutableMapping[str, Any], name: str) -> str:
    """The text of a variable; numeric-looking text in its shortest form."""
    value = variables.get(name, "")
    number = number_of(value)
    return as_text(value) if number is None else number_text(number)


def add(variables: MutableMapping[str, Any], name: str, *, value: Any) -> Any:
    """Append to a JSON list, sum two numbers, else join texts; the new value."""
    current = variables.get(name, "")
    items = _list(current)
    if items is not None:
        variables[name] = orjson.dumps([*items, value]).decode()
        return variables[name]
    left = number_of(current) if current != "" else 0.0
    right = number_of(value)
    if left is None or right is None or (current == "" and not _is_number(value)):
        variables[name] = as_text(current) + as_text(value)
    else:
        variables[name] = stored(left + right)
    return variables[name]


def _is_number(value: Any) -> bool:
    return number_of(value) is not None


def _list(value: Any) -> list[Any] | None:
    if not isinstance(value, str) or not value.startswith("["):
        return None
    try:
        items = orjson.loads(value)
    except orjson.JSONDecodeError:
        return None
    return items if isinstance(items, list) else None

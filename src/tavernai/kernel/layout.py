"""Giving a stranger's object back as it was written.

What is kept is tidied: keys in canonical order, fields that were missing filled in, values read for what they mean. An
export undoes exactly that much: wherever nothing was changed it says what the file said.
"""

from typing import Any

from tavernai.kernel.canonical import canonical_json
from tavernai.kernel.differences import same


def given_back(now: Any, *, read: Any, written: Any) -> Any:
    """The value as it is now, in the order and the words in which it was written.

    Args:
        now: what it is now.
        read: what we made of it when it came.
        written: what it was, from outside.
    """
    if same(now, read):
        return written
    if isinstance(now, dict) and isinstance(read, dict) and isinstance(written, dict):
        return _object(now, read, written)
    if isinstance(now, list) and isinstance(read, list) and isinstance(written, list) and len(read) == len(written):
        return _list(now, read, written)
    return now


def _object(now: dict[str, Any], read: dict[str, Any], written: dict[str, Any]) -> dict[str, Any]:
    made = {}
    for name, told in written.items():
        if name in now:
            made[name] = given_back(now[name], read=read.get(name), written=told)
        elif name not in read:  # reading passed it over, so nobody took it out
            made[name] = told
    # What was filled in and still says the same was never written.
    new = {name: value for name, value in now.items() if name not in written}
    return made | {name: value for name, value in new.items() if name not in read or not same(value, read[name])}


def _list(now: list[Any], read: list[Any], written: list[Any]) -> list[Any]:
    """Items are known again by what they are, wherever they stand now; those that changed by their order."""
    places: dict[bytes, list[int]] = {}
    for place in reversed(range(len(read))):
        places.setdefault(canonical_json(read[place]), []).append(place)
    alike = [places.get(canonical_json(item)) for item in now]
    found = [twins.pop() if twins else -1 for twins in alike]
    free = iter(sorted(set(range(len(read))).difference(found)))
    found = [next(free, -1) if one < 0 else one for one in found]
    return [
        item if one < 0 else given_back(item, read=read[one], written=written[one])
        for item, one in zip(now, found, strict=True)
    ]

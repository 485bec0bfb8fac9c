"""Running all scenarios of a folder, and what came of it."""

import difflib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import orjson

from tavernai.interop.parity.areas import AREAS, Case, unreadable
from tavernai.kernel.errors import InvalidInput

DIFF_LINES_MAX: Final = 60


class NoScenarios(InvalidInput):
    """There are no recorded scenarios in this folder; give one with folders such as world_info and chat_completion."""

    code = "no_scenarios"


@dataclass(slots=True)
class Area:
    """How one area went: `misses` are {id, diff}."""

    total: int = 0
    misses: list[dict[str, str]] = field(default_factory=list)

    @property
    def passed(self) -> int:
        return self.total - len(self.misses)

    def told(self) -> dict[str, Any]:
        return {"passed": self.passed, "total": self.total, "misses": self.misses}


def parity(folder: Path, *, deviations: Mapping[str, Any]) -> dict[str, Any]:
    """Run every scenario below a folder.

    Args:
        deviations: by id (or `area/id`), {reason, expected}: what is wanted where the recording is not.
    Returns:
        {areas: {name: {passed, total, misses: [{id, diff}]}}, passed, total}
    Raises:
        NoScenarios: the folder has none.
    """
    areas: dict[str, Area] = {}
    for name, cases in AREAS.items():
        if not (folder / name).is_dir():
            continue
        area = areas[name] = Area()
        for case in _whole(cases, folder / name):
            area.total += 1
            wanted = deviations.get(f"{name}/{case.id}", deviations.get(case.id))
            diff = difference(case, wanted["expected"] if wanted else case.expected)
            if diff:
                area.misses.append({"id": case.id, "diff": diff})
    if not any(area.total for area in areas.values()):
        raise NoScenarios(folder=str(folder))
    passed, total = (sum(getattr(area, name) for area in areas.values()) for name in ("passed", "total"))
    return {"areas": {name: area.told() for name, area in areas.items()}, "passed": passed, "total": total}


def not_compared(folder: Path) -> list[str]:
    """Folders that are no area of the layout."""
    return sorted(one.name for one in folder.iterdir() if one.is_dir() and one.name not in AREAS)


def _whole(cases: Callable[[Path], Iterator[Case]], folder: Path) -> Iterator[Case]:
    """The cases of an area; where its list cannot be read on, that is one more miss."""
    try:
        yield from cases(folder)
    except Exception as error:  # a list of results that is missing or damaged does not stop the other areas
        yield unreadable(folder.name, error)


def difference(case: Case, expected: Any) -> str:
    """Empty when ours is what was expected; else a unified diff of the two as JSON."""
    try:
        wanted, ours = case.seen(expected), case.seen(case.ours())
    except Exception as error:  # a scenario that breaks us is a miss like any other, and the others still run
        return f"{type(error).__name__}: {error}"
    if wanted == ours or (wanted is None and case.may_be_read):
        return ""
    lines = difflib.unified_diff(_lines(wanted), _lines(ours), "wanted", "ours", lineterm="", n=2)
    return "\n".join(list(lines)[:DIFF_LINES_MAX])


def deviations_from(path: Path | None) -> dict[str, Any]:
    """`{id: {reason, expected}}` from a file; none without one. Raises InvalidInput."""
    if path is None:
        return {}
    try:
        told = orjson.loads(path.read_bytes())
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.") from None
    except orjson.JSONDecodeError as error:
        raise InvalidInput(f"{path} is not JSON: {error}.") from None
    if not isinstance(told, dict) or not all(isinstance(one, dict) and "expected" in one for one in told.values()):
        raise InvalidInput(f"{path} must hold {{id: {{reason, expected}}}}.")
    return told


def _lines(value: Any) -> list[str]:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode().splitlines()

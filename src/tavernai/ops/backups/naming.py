"""A backup's name tells when and why it was made: tavernai-20261121T180909Z-daily.zip. Nobody opens one to list it."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, get_args

from tavernai.kernel.clock import now_ms

Why = Literal["daily", "manual", "before-restore"]
_NAME = re.compile(r"tavernai-(\d{8}T\d{6})Z(?:-\d{1,3})?-(" + "|".join(get_args(Why)) + r")\.zip")
_STAMP = "%Y%m%dT%H%M%S"


@dataclass(frozen=True, slots=True)
class Kept:
    """A backup in the backups' folder."""

    name: str
    made_at: int
    """milliseconds"""
    why: Why
    size: int


def new_name(why: Why, *, number: int = 0) -> str:
    """The name of a backup made now; a number tells those of one second apart."""
    stamp = datetime.fromtimestamp(now_ms() / 1000, UTC).strftime(_STAMP)
    return f"tavernai-{stamp}Z{f'-{number}' if number else ''}-{why}.zip"


def is_name(name: str) -> bool:
    return _NAME.fullmatch(name) is not None


def listed(folder: Path) -> list[Kept]:
    """Every backup in a folder, the newest first; a folder that is not there has none."""
    if not folder.is_dir():
        return []
    found = []
    for file in folder.iterdir():
        told = _NAME.fullmatch(file.name)
        if told and file.is_file():
            at = datetime.strptime(told[1], _STAMP).replace(tzinfo=UTC)
            why: Why = told[2]  # type: ignore[assignment]  # the pattern is made of them
            found.append(Kept(file.name, int(at.timestamp() * 1000), why, file.stat().st_size))
    return sorted(found, key=lambda one: (one.made_at, one.name), reverse=True)

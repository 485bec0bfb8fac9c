"""The newest log lines on disk, as JSON, so that somebody can send them along: bounded, and without what people wrote.

Nothing is trusted to be harmless: of a line only what this module knows to be harmless is kept. Names of known fields
stay with their values, numbers and flags stay, every other text becomes "…". Of an exception stay its class and the
places it went through, never its words, which may quote a message. Of other libraries' lines stays the template.
"""

import contextlib
import json
import logging
import os
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final

HARMLESS: Final = frozenset(
    {
        "event", "level", "timestamp", "logger", "name", "code", "reason", "method", "path", "route", "status",
        "request_id", "task_id", "message_id", "conversation_id", "connection_id", "user_id", "stream", "kind",
        "why", "error", "exception", "frames", "lane", "worker", "role", "model",
    }
)  # fmt: skip
"""Fields whose texts are ids, codes and addresses; whoever logs a field that is not here loses its text."""
TEXT_MAX = 200
HIDDEN = "…"
FRAMES_MAX = 30
BYTES_MAX = 2 << 20
FILES = 4
NAME = "tavernai.jsonl"


class LogRing:
    """At most FILES files of BYTES_MAX each; a structlog processor that hands each line on as it is."""

    def __init__(self, folder: Path, *, bytes_max: int = BYTES_MAX, files: int = FILES) -> None:
        self._folder = folder
        self._bytes_max = bytes_max
        self._files = files
        self._turn = threading.Lock()

    def __call__(self, logger: Any, method: str, event: Any) -> Any:
        line = json.dumps(harmless(event), ensure_ascii=False, default=lambda _: HIDDEN)
        with self._turn, contextlib.suppress(OSError):  # a full disk: the line is on standard error all the same
            self._write(line.encode() + b"\n")
        return event

    def _write(self, line: bytes) -> None:
        file = self._folder / NAME
        if file.exists() and file.stat().st_size + len(line) > self._bytes_max:
            self._rotate()
        if not file.exists():
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(handle, line)
        finally:
            os.close(handle)

    def _rotate(self) -> None:
        files = [_numbered(self._folder, number) for number in range(self._files)]
        for newer, older in zip(reversed(files[:-1]), reversed(files[1:]), strict=True):
            if newer.exists():
                newer.replace(older)


def kept_lines(folder: Path) -> Iterator[bytes]:
    """What the ring holds, the oldest first, file by file."""
    for number in reversed(range(FILES)):
        try:
            yield _numbered(folder, number).read_bytes()
        except OSError:  # not that many files yet, or turned meanwhile
            continue


def harmless(event: Mapping[str, Any]) -> dict[str, Any]:
    """What may be kept of a line."""
    record = event.get("_record")
    kept = {
        name: _value(name, value) for name, value in event.items() if not name.startswith("_") and name != "exc_info"
    }
    if isinstance(record, logging.LogRecord):
        kept["logger"] = record.name
        kept["event"] = str(record.msg).partition("\n")[0][:TEXT_MAX] if record.args else HIDDEN
    return kept | _exception(event.get("exc_info"))


def _value(name: str, value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if name not in HARMLESS or not isinstance(value, str):
        return HIDDEN
    return value if len(value) <= TEXT_MAX else value[:TEXT_MAX] + HIDDEN


def _exception(told: Any) -> dict[str, Any]:
    """Its classes, innermost first, and where it went through."""
    error = _error(told)
    if error is None:
        return {}
    names: list[str] = []
    trace = error.__traceback__
    while error is not None and len(names) < FRAMES_MAX:
        names.append(type(error).__name__)
        error = error.__cause__ or error.__context__
    return {"exception": names, "frames": _frames(trace)}


def _error(told: Any) -> BaseException | None:
    if isinstance(told, BaseException):
        return told
    if isinstance(told, tuple):
        return told[1] if isinstance(told[1], BaseException) else None
    return sys.exc_info()[1] if told else None


def _frames(trace: TracebackType | None) -> list[str]:
    found = traceback.extract_tb(trace, limit=-FRAMES_MAX)
    return [f"{Path(one.filename).parent.name}/{Path(one.filename).name}:{one.lineno} {one.name}" for one in found]


def _numbered(folder: Path, number: int) -> Path:
    return folder / (f"{NAME}.{number}" if number else NAME)

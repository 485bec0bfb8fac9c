"""A folder of fetched pictures, bounded in bytes and age. Fulfils chat.pictures.ports.PictureShelf.

Not blobs: those are a person's own, never go and are in every backup. What a stranger's server gave can be asked for
again, so it lies apart, goes by itself, and a disk that is full or read-only only makes it slower.
"""

import contextlib
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from tavernai.kernel.ids import new_id

BYTES_MAX = 256 * 1024 * 1024
AGE_SECONDS_MAX = 7 * 86_400
ROOM = 0.9
"""To how much of the limit it shrinks: not one picture out for each that comes."""


class KeptPictures:
    """Files named by key; the oldest go first."""

    def __init__(
        self,
        folder: Path,
        *,
        bytes_max: int = BYTES_MAX,
        age_seconds_max: int = AGE_SECONDS_MAX,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._folder = folder
        self._bytes_max = bytes_max
        self._age_seconds_max = age_seconds_max
        self._clock = clock
        self._lock = threading.Lock()
        self._bytes: int | None = None

    def get(self, key: str) -> bytes | None:
        place = self._folder / key
        try:
            is_old = self._clock() - place.stat().st_mtime > self._age_seconds_max
            return None if is_old else place.read_bytes()
        except OSError:
            return None

    def put(self, key: str, data: bytes) -> None:
        with self._lock, contextlib.suppress(OSError):  # a full disk: the picture is fetched again the next time
            self._write(key, data)
            self._bytes = self._counted() if self._bytes is None else self._bytes + len(data)
            if self._bytes > self._bytes_max:
                self._shrink()

    def _write(self, key: str, data: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        draft = self._folder / f".{new_id()}"
        try:
            draft.write_bytes(data)
            now = self._clock()
            os.utime(draft, (now, now))
            draft.replace(self._folder / key)
        finally:
            draft.unlink(missing_ok=True)

    def _counted(self) -> int:
        return sum(size for _, size, _ in self._files())

    def _shrink(self) -> None:
        left = self._counted()
        for _, size, place in sorted(self._files()):
            if left <= self._bytes_max * ROOM:
                break
            place.unlink(missing_ok=True)
            left -= size
        self._bytes = left

    def _files(self) -> list[tuple[float, int, Path]]:
        """(when it came, bytes, where) of each."""
        found = []
        for place in self._folder.iterdir():
            with contextlib.suppress(OSError):  # removed meanwhile
                told = place.stat()
                found.append((told.st_mtime, told.st_size, place))
        return found

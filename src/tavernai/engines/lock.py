"""One process per data folder: the embedded server holds its lock as long as it lives."""

import sys
from pathlib import Path
from types import TracebackType
from typing import IO

from tavernai.kernel.errors import Conflict


class FolderInUse(Conflict):
    """Another TavernAI Plus is using this data folder; stop it first, or let the command go through it."""

    code = "data_folder_in_use"


class FolderLock:
    """An advisory lock on `run/lock`; the operating system lets go of it however the process ends."""

    def __init__(self, run_dir: Path) -> None:
        run_dir.mkdir(parents=True, exist_ok=True)
        self._path = run_dir / "lock"
        self._file: IO[bytes] | None = None

    def __enter__(self) -> "FolderLock":
        """Raises FolderInUse."""
        file = self._path.open("a+b")
        try:
            _lock(file)
        except OSError:
            file.close()
            raise FolderInUse(folder=str(self._path.parent.parent)) from None
        self._file = file
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

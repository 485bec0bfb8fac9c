"""What the rooms above need of an engine."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

from sqlalchemy import Connection, Engine

from tavernai.kernel.disk import Refusal
from tavernai.kernel.errors import Unavailable

_T = TypeVar("_T")


class StorageBusy(Unavailable):
    """Too much is waiting to be written; try again in a moment."""

    code = "storage_busy"


class StorageFailed(Unavailable):
    """The database refused to write, so nothing was changed; see the server's log, free disk space, try again."""

    code = "storage_failed"


class StorageFull(StorageFailed):
    """There is no space left where the data lies, so nothing was changed; free some, and it goes on by itself."""

    code = "storage_full"
    status = 507


class StorageReadOnly(StorageFailed):
    """The data may be read but not written, so nothing was changed; give the right back, and it goes on by itself."""

    code = "storage_read_only"


class Blobs(Protocol):
    """Bytes by their sha256: avatars, original cards. Written once, never changed."""

    def put(self, data: bytes) -> str:
        """Store the bytes, durable on return; the digest in hex."""
        ...

    def get(self, digest: str) -> bytes:
        """The bytes. Raises BlobMissing."""
        ...

    def path(self, digest: str) -> Path | None:
        """Where the bytes lie, for a server that can send files; None when they are not a local file."""
        ...


class BlobMissing(Unavailable):
    """A stored file is missing from the data folder; restore it from a backup."""

    code = "blob_missing"


class Dialog(Protocol):
    """How one kind of database is spoken to: all that differs between engines."""

    write_engine: Engine
    read_engine: Engine
    is_at_hand: bool
    """whether a few rows are had in less time than it takes to ask a thread for them"""

    def begin(self, connection: Connection) -> None:
        """Open the group's transaction and make this the only writer of facts until COMMIT."""
        ...

    def unchanged(self, connection: Connection) -> bool:
        """Whether nobody else has written since this was asked last, inside the group's transaction."""
        ...

    def newest(self, connection: Connection) -> tuple[int, int]:
        """The newest position and the newest stream's number in the ledger, 0 when it is empty."""
        ...

    def refusal(self, error: BaseException) -> Refusal | None:
        """Why the engine would not write, when it was the disk."""
        ...

    def size(self) -> int:
        """Bytes the database takes, about."""
        ...

    def copy_to(self, target: Path, *, told: Callable[[float], None]) -> None:
        """Write everything as of this moment into a new SQLite file, while others go on writing here."""
        ...

    def fill_from(self, source: Path, *, told: Callable[[float], None]) -> None:
        """Put everything of such a file in the place of what is here, all or nothing."""
        ...

    def close(self) -> None: ...

"""Bytes by their sha256, as files `ab/abcdef…` below one folder. Fulfils storage.ports.Blobs."""

import contextlib
import hashlib
import os
import re
from pathlib import Path

from tavernai.kernel.disk import refusal_of
from tavernai.kernel.ids import new_id
from tavernai.storage.health import REFUSALS
from tavernai.storage.ports import BlobMissing

_DIGEST = re.compile(r"[0-9a-f]{64}")


class FileBlobs:
    """One file a blob: written beside its place, synced, then renamed, so that a name never shows half a file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, data: bytes) -> str:
        """Store the bytes, durable on return; storing them again is nothing."""
        digest = hashlib.sha256(data).hexdigest()
        place = self._place(digest)
        if place.exists():
            return digest
        try:
            _write(place, data)
        except OSError as error:
            why = refusal_of(error)
            if why is None:
                raise
            raise REFUSALS[why] from None
        return digest

    def get(self, digest: str) -> bytes:
        """The bytes. Raises BlobMissing."""
        try:
            return self._place(digest).read_bytes()
        except FileNotFoundError:
            raise BlobMissing(digest=digest) from None

    def path(self, digest: str) -> Path | None:
        place = self._place(digest)
        return place if place.exists() else None

    def _place(self, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):
            raise BlobMissing(digest=digest[:80])
        return self._folder / digest[:2] / digest


def _write(place: Path, data: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = place.with_name(f".{new_id()}")
    try:
        with draft.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(place)
    finally:
        with contextlib.suppress(OSError):  # what it is told is why writing failed
            draft.unlink(missing_ok=True)
    _sync_folder(place.parent)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows cannot open a folder; its rename is durable enough
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

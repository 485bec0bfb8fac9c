"""The file a backup is: a ZIP that any program opens, with a manifest of hashes. Read and written in small pieces.

edge.db            the whole database as one SQLite file, whichever engine it came from
blobs/ab/abcdef…   pictures and original cards, by the sha256 of their bytes
secret.key         only when asked for
manifest.json      what is in it: name, size and sha256 of each, and where the ledger ended
"""

import hashlib
import json
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from tavernai.ops.backups.errors import BackupDamaged, BackupTooNew

FORMAT = 1
DATABASE = "edge.db"
KEY = "secret.key"
MANIFEST = "manifest.json"
PIECE_BYTES = 1 << 20
MANIFEST_BYTES_MAX = 256 << 20
_NAMES = re.compile(r"edge\.db|secret\.key|blobs/([0-9a-f]{2})/\1[0-9a-f]{62}")

Told = Callable[[float], None]
"""Is told how much is done, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file inside."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself."""

    version: str
    schema: str
    engine: str
    """where it came from: sqlite | postgresql"""
    made_at: str
    position: int
    """the newest fact in it"""
    entries: tuple[Entry, ...]
    format: int = FORMAT

    @property
    def has_key(self) -> bool:
        return any(one.name == KEY for one in self.entries)

    @property
    def size(self) -> int:
        """Bytes of everything inside, unpacked."""
        return sum(one.size for one in self.entries)


class Writer:
    """Adds files one after the other; the manifest comes last."""

    def __init__(self, zipped: zipfile.ZipFile) -> None:
        self._zip = zipped
        self.entries: list[Entry] = []

    def add(self, name: str, source: Path, *, told: Told | None = None) -> Entry:
        """Put a file in; pictures are packed already and only stored."""
        how = zipfile.ZIP_DEFLATED if name == DATABASE else zipfile.ZIP_STORED
        about = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
        about.compress_type = how
        about.external_attr = 0o600 << 16
        with source.open("rb") as file, self._zip.open(about, "w", force_zip64=True) as out:
            size, digest = _carry(file, out, total=source.stat().st_size, told=told)
        entry = Entry(name, size, digest)
        self.entries.append(entry)
        return entry

    def finish(self, manifest: Manifest) -> None:
        self._zip.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1), compress_type=zipfile.ZIP_DEFLATED)


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """A new archive at a path that does not exist; it holds what people wrote, so nobody else may read it."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w+b") as file:
        with zipfile.ZipFile(file, "w", compresslevel=4) as zipped:
            yield Writer(zipped)
        file.flush()
        os.fsync(file.fileno())


def read_manifest(path: Path) -> Manifest:
    """What the archive says of itself. Raises BackupDamaged, BackupTooNew."""
    with _opened(path) as zipped:
        return _manifest(zipped)


def check(path: Path, *, told: Told | None = None) -> Manifest:
    """Read the whole archive and hold every byte against the manifest. Raises BackupDamaged, BackupTooNew."""
    return _through(path, None, told)


def unpack(path: Path, folder: Path, *, told: Told | None = None) -> Manifest:
    """Check the archive while its files are put into an empty folder. Raises BackupDamaged, BackupTooNew."""
    return _through(path, folder, told)


def _through(path: Path, folder: Path | None, told: Told | None) -> Manifest:
    with _opened(path) as zipped:
        manifest = _manifest(zipped)
        names = [one.name for one in manifest.entries]
        if sorted([*names, MANIFEST]) != sorted(zipped.namelist()) or DATABASE not in names:
            raise BackupDamaged(why="the list of files does not hold")
        done, total = 0, max(1, manifest.size)
        for entry in manifest.entries:
            _compare(zipped, entry, folder / entry.name if folder else None)
            done += entry.size
            if told is not None:
                told(done / total)
        return manifest


def _compare(zipped: zipfile.ZipFile, entry: Entry, target: Path | None) -> None:
    """A file of the archive against its line of the manifest, on the way to its place."""
    if not _NAMES.fullmatch(entry.name) or zipped.getinfo(entry.name).file_size != entry.size:
        raise BackupDamaged(file=entry.name[:120])
    with zipped.open(entry.name) as file:
        if target is None:
            size, digest = _carry(file, None, total=entry.size)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as out:
                target.chmod(0o600)
                size, digest = _carry(file, out, total=entry.size)
    if (size, digest) != (entry.size, entry.sha256):
        raise BackupDamaged(file=entry.name)


def _carry(source: IO[bytes], target: IO[bytes] | None, *, total: int, told: Told | None = None) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    while piece := source.read(PIECE_BYTES):
        size += len(piece)
        digest.update(piece)
        if target is not None:
            target.write(piece)
        if told is not None:
            told(min(1.0, size / max(1, total)))
    return size, digest.hexdigest()


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as zipped:
            yield zipped
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise BackupDamaged(why=type(error).__name__) from None


def _manifest(zipped: zipfile.ZipFile) -> Manifest:
    try:
        about = zipped.getinfo(MANIFEST)
        if about.file_size > MANIFEST_BYTES_MAX:
            raise BackupDamaged(file=MANIFEST)
        told: dict[str, Any] = json.loads(zipped.read(MANIFEST))
        if told["format"] > FORMAT:
            raise BackupTooNew(format=told["format"])
        entries = tuple(Entry(str(one["name"]), int(one["size"]), str(one["sha256"])) for one in told["entries"])
        return Manifest(**(told | {"entries": entries}))
    except (KeyError, TypeError, ValueError):
        raise BackupDamaged(file=MANIFEST) from None

"""The way back: check the file, unpack it beside the data, and only then let it take the data's place.

What was there is put aside into `before-restore-…` inside the data folder, and stays until somebody deletes it. Files
are renamed inside one folder, so that a folder that is a mount of its own is restored as any other.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tavernai.kernel.clock import now_ms, rfc3339
from tavernai.ops.backups.archive import DATABASE, KEY, Manifest, Told, read_manifest, unpack
from tavernai.ops.backups.checking import Checked, checked
from tavernai.ops.backups.errors import BackupNoRoom
from tavernai.ops.backups.making import SPARE_BYTES

DATABASE_FILES = (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm")


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A backup that holds, lying beside the data."""

    folder: Path
    manifest: Manifest
    checked: Checked

    @property
    def database(self) -> Path:
        return self.folder / DATABASE


@dataclass(frozen=True, slots=True)
class Restored:
    """What there is now."""

    made_at: str
    position: int
    aside: str | None
    """where lies what was there before"""
    key: str
    """restored | kept | none | lost: whether stored keys can be opened"""
    secrets: int


@contextmanager
def unpacked(archive: Path, data_dir: Path, *, told: Told = lambda done: None) -> Iterator[Unpacked]:
    """Check a backup and lay it out inside the data folder; gone again when the context ends.

    Raises:
        BackupDamaged, BackupTooNew: it does not hold, or is of a newer version.
        BackupNoRoom: it would not fit.
    """
    manifest = read_manifest(archive)
    free = shutil.disk_usage(data_dir).free
    if free < manifest.size + SPARE_BYTES:
        raise BackupNoRoom(needed_bytes=manifest.size + SPARE_BYTES, free_bytes=free, folder=str(data_dir))
    with tempfile.TemporaryDirectory(dir=data_dir, prefix=".restore-") as folder:
        manifest = unpack(archive, Path(folder), told=told)
        yield Unpacked(Path(folder), manifest, checked(Path(folder) / DATABASE))


def put_aside(data_dir: Path, key_file: Path, *, names: tuple[str, ...] = (*DATABASE_FILES, "blobs")) -> Path | None:
    """Move what is there out of the way; where to. The key is copied and stays as well."""
    there = [data_dir / name for name in names if (data_dir / name).exists()]
    if not there:
        return None
    stamp = rfc3339(now_ms())[:19].replace(":", "").replace("-", "")
    aside = Path(tempfile.mkdtemp(dir=data_dir, prefix=f"before-restore-{stamp}-"))
    for one in there:
        one.replace(aside / one.name)
    if key_file.exists():
        shutil.copy2(key_file, aside / KEY)
    return aside


def put_in(found: Unpacked, data_dir: Path, key_file: Path, *, aside: Path | None) -> Restored:
    """Pictures and key take their places; the database has its place already."""
    blobs = found.folder / "blobs"
    if blobs.exists():
        _merge(blobs, data_dir / "blobs")
    key = _key(found, key_file)
    manifest = found.manifest
    return Restored(manifest.made_at, manifest.position, str(aside) if aside else None, key, found.checked.secrets)


def _merge(source: Path, target: Path) -> None:
    """Blobs are named by what is in them, so one that is there already is the same."""
    for part in source.iterdir():
        (target / part.name).mkdir(parents=True, exist_ok=True)
        for blob in part.iterdir():
            blob.replace(target / part.name / blob.name)


def _key(found: Unpacked, key_file: Path) -> str:
    packed = found.folder / KEY
    if packed.exists():
        key_file.parent.mkdir(parents=True, exist_ok=True)
        packed.chmod(0o600)
        shutil.copy2(packed, key_file)
        return "restored"
    if not found.checked.secrets:
        return "none"
    return "kept" if key_file.exists() else "lost"

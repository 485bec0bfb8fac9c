"""How a backup is made: a consistent copy of the database, checked, packed with the rest, and read again.

    copy (one snapshot, nobody waits) ─ check the copy ─ pack ─ read the file again ─ give it its name

What is added while it runs is not in it; pictures are never changed, so those the snapshot names are all there.
"""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tavernai import __version__
from tavernai.kernel.clock import now_ms, rfc3339
from tavernai.kernel.disk import refusal_of
from tavernai.kernel.errors import TavernError
from tavernai.ops.backups.archive import DATABASE, KEY, Entry, Manifest, Told, check, writing
from tavernai.ops.backups.checking import checked
from tavernai.ops.backups.errors import BackupFailed, BackupNoRoom, TargetTaken
from tavernai.storage.migrate import revisions
from tavernai.storage.ports import Dialog

SPARE_BYTES = 32 << 20
STEPS = {"copy": (0.0, 0.3), "check": (0.3, 0.45), "pack": (0.45, 0.85), "read": (0.85, 1.0)}


@dataclass(frozen=True, slots=True)
class Sources:
    """Where lies what a backup takes."""

    dialog: Dialog
    data_dir: Path
    key_file: Path

    @property
    def blobs(self) -> Path:
        return self.data_dir / "blobs"


def make(sources: Sources, target: Path, *, with_key: bool, told: Told = lambda done: None) -> Manifest:
    """Make a backup at `target`, which appears whole or not at all; in a thread, in bounded memory.

    Raises:
        BackupNoRoom: it would not fit.
        TargetTaken: there is such a file.
        BackupFailed: the copy is not as it must be, or could not be written.
    """
    if target.exists():
        raise TargetTaken(file=str(target))
    with _explained():
        target.parent.mkdir(parents=True, exist_ok=True)
        _have_room(sources, target.parent)
        draft = target.with_name(f".{target.name}.part")
        draft.unlink(missing_ok=True)
        try:
            with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
                manifest = _made(sources, draft, Path(folder) / DATABASE, with_key=with_key, told=told)
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
    return manifest


def _made(sources: Sources, draft: Path, copy: Path, *, with_key: bool, told: Told) -> Manifest:
    sources.dialog.copy_to(copy, told=_part("copy", told))
    position = checked(copy).position
    told(STEPS["check"][1])
    with writing(draft) as archive:
        packed = archive.add(DATABASE, copy, told=_part("pack", told))
        for blob in _blobs(sources.blobs):
            archive.add(f"blobs/{blob.parent.name}/{blob.name}", blob)
        if with_key and sources.key_file.exists():
            archive.add(KEY, sources.key_file)
        manifest = _manifest(sources, position, archive.entries)
        archive.finish(manifest)
    # The copy that was checked has this hash; the bytes in the file are held against it once more.
    assert packed in manifest.entries
    check(draft, told=_part("read", told))
    return manifest


def _manifest(sources: Sources, position: int, entries: list[Entry]) -> Manifest:
    return Manifest(
        version=__version__, schema=revisions()[-1], engine=sources.dialog.read_engine.dialect.name,
        made_at=rfc3339(now_ms()), position=position, entries=tuple(entries),
    )  # fmt: skip


def _blobs(folder: Path) -> Iterator[Path]:
    """Every blob that is whole; one being written has a name that begins with a dot."""
    for part in sorted(folder.glob("[0-9a-f][0-9a-f]")):
        yield from sorted(one for one in part.iterdir() if len(one.name) == 64)


def space_of(folder: Path) -> int:
    """Bytes of all files below a folder."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):  # removed meanwhile
                total += (Path(parent) / name).lstat().st_size
    return total


def _have_room(sources: Sources, folder: Path) -> None:
    """The copy, and beside it the packed file; how well texts pack is not known before, so half is taken."""
    database = sources.dialog.size()
    needed = database + database // 2 + space_of(sources.blobs) + SPARE_BYTES
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise BackupNoRoom(needed_bytes=needed, free_bytes=free, folder=str(folder))


def _part(step: str, told: Told) -> Told:
    low, high = STEPS[step]
    return lambda done: told(low + (high - low) * done)


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except TavernError:
        raise
    except OSError as error:
        if refusal_of(error) == "full":
            raise BackupNoRoom from None
        raise BackupFailed(reason=error.strerror or type(error).__name__) from None

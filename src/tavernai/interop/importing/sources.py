"""Where an import reads from: a folder, a zip, single files. Nothing is unpacked: members are read where they lie.

Bounds hold before anything is read: how many members, how many bytes they come to, and how much one may inflate.
Symbolic links are followed only when they end inside the folder they lie in. A name that would lead out of its archive
is no path here, because no member is ever written anywhere; it is refused by name all the same.
"""

import os
import stat
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, Protocol

from tavernai.interop.importing.domain.layout import is_noise
from tavernai.interop.importing.errors import ArchiveRefused, PathRefused, SourceTooLarge
from tavernai.kernel.text import clean_text

MEMBERS_MAX: Final = 200_000
TOTAL_BYTES_MAX: Final = 64 * 2**30
MEMBER_BYTES_MAX: Final = 2 * 2**30
RATIO_MAX: Final = 200
RATIO_FROM_BYTES: Final = 4 * 2**20
"""Small members may be pressed hard: an empty chat of spaces is no bomb."""
USUAL_BYTES: Final = 2 * 2**20
PATH_CHARS_MAX: Final = 1_000
DEPTH_MAX: Final = 12
UTF8_FLAG: Final = 0x800
UNTOLD: Final = ("utf-8", "gb2312")
"""Encodings that names written in another hardly fit by chance."""
BROKEN: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)
"""What zipfile raises for archives that are damaged, encrypted or made with a method it does not know."""


class MemberUnreadable(Exception):
    """A member that cannot be read; the others can."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a source; `refused` says why its bytes must not be asked for."""

    path: str
    size: int
    refused: str | None = None


class Source(Protocol):
    """A place to import from."""

    def members(self) -> Iterator[Member]:
        """Every file, ordered by path. Raises SourceTooLarge."""
        ...

    def open(self, path: str) -> IO[bytes]:
        """A member's bytes as a stream. Raises MemberUnreadable."""
        ...

    def close(self) -> None: ...


def read_bytes(source: Source, path: str, *, bytes_max: int) -> bytes:
    """A member's bytes, at most this many. Raises MemberUnreadable."""
    try:
        with source.open(path) as stream:
            # Asked for all at once, a buffer of all that might come would be laid out first.
            data = stream.read(min(bytes_max + 1, USUAL_BYTES))
            if len(data) == USUAL_BYTES:
                data += stream.read(bytes_max + 1 - USUAL_BYTES)
    except BROKEN:
        raise MemberUnreadable(path) from None
    if len(data) > bytes_max:
        raise MemberUnreadable(path)
    return data


class FolderSource:
    """A folder of this machine."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        if not self._root.is_dir():
            raise PathRefused
        self._members: list[Member] | None = None

    def members(self) -> Iterator[Member]:
        if self._members is None:  # walked once: chats look for their groups among them
            self._members = list(self._walked())
        return iter(self._members)

    def _walked(self) -> Iterator[Member]:
        count = total = 0
        for path in sorted(self._walk(self._root, 0)):
            inside = path.relative_to(self._root).as_posix()
            member = self._member(path, inside)
            if member is None:
                continue
            count, total = count + 1, total + member.size
            _check_bounds(count, total)
            yield member

    def open(self, path: str) -> IO[bytes]:
        place = (self._root / path).resolve()
        if not place.is_relative_to(self._root):
            raise MemberUnreadable(path)
        try:
            # Opened without waiting and checked afterwards: a pipe put there meanwhile must not hang the import.
            handle = os.open(place, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        except OSError:
            raise MemberUnreadable(path) from None
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise MemberUnreadable(path)
        return os.fdopen(handle, "rb")

    def close(self) -> None:
        pass

    def _walk(self, folder: Path, depth: int) -> Iterator[Path]:
        try:
            entries = list(os.scandir(folder))
        except OSError:
            return
        for entry in entries:
            path = Path(entry.path)
            if is_noise(path.relative_to(self._root).as_posix()):
                continue
            if not entry.is_dir(follow_symlinks=False):
                yield path
            elif depth < DEPTH_MAX:
                yield from self._walk(path, depth + 1)

    def _member(self, path: Path, inside: str) -> Member | None:
        try:
            target = path.resolve(strict=True)
            told = target.stat()
        except (OSError, RuntimeError):
            return Member(clean_text(inside), 0, "This link leads nowhere.") if path.is_symlink() else None
        if not target.is_relative_to(self._root):
            return Member(clean_text(inside), 0, "A link that leads out of the folder is not followed.")
        if stat.S_ISDIR(told.st_mode):
            return Member(clean_text(inside), 0, "A link to a folder is not followed.")
        if not stat.S_ISREG(told.st_mode):
            return None
        return _checked(inside, told.st_size)


class ZipSource:
    """A zip archive, read member by member."""

    def __init__(self, place: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(place)
        except BROKEN:
            raise ArchiveRefused from None
        self._infos: dict[str, zipfile.ZipInfo] = {}
        self._listed = [info for info in self._zip.infolist() if not info.is_dir()]
        _rename(self._listed)

    def members(self) -> Iterator[Member]:
        _check_bounds(len(self._listed), sum(info.file_size for info in self._listed))
        seen: set[str] = set()
        for info in sorted(self._listed, key=lambda info: info.filename):
            path = info.filename.replace("\\", "/")
            if is_noise(path):
                continue
            if path in seen:
                yield Member(clean_text(path), 0, "The archive holds this name twice; only the first is read.")
                continue
            seen.add(path)
            self._infos[path] = info
            yield _of_zip(info, path)

    def open(self, path: str) -> IO[bytes]:
        info = self._infos.get(path)
        if info is None:
            raise MemberUnreadable(path)
        try:
            return self._zip.open(info)
        except BROKEN:
            raise MemberUnreadable(path) from None

    def close(self) -> None:
        self._zip.close()


class FilesSource:
    """Single files as they were sent, by their names; a zip among them is a source of its own behind its name."""

    def __init__(self, files: Sequence[tuple[str, Path]]) -> None:
        self._files = dict(_unlike(files))
        self._zips: dict[str, ZipSource] = {}

    def members(self) -> Iterator[Member]:
        count = total = 0
        for name, place in self._files.items():
            size = place.stat().st_size
            if not is_zip(name, place):
                count, total = count + 1, total + size
                _check_bounds(count, total)
                yield _checked(name, size)
                continue
            try:
                archive = self._zips[name] = ZipSource(place)
            except ArchiveRefused as error:
                yield Member(name, size, error.detail)
                continue
            for member in archive.members():
                count, total = count + 1, total + member.size
                _check_bounds(count, total)
                yield Member(f"{name}/{member.path}", member.size, member.refused)

    def open(self, path: str) -> IO[bytes]:
        name, _, inside = path.partition("/")
        if inside and name in self._zips:
            return self._zips[name].open(inside)
        place = self._files.get(path)
        if place is None:
            raise MemberUnreadable(path)
        return place.open("rb")

    def close(self) -> None:
        for archive in self._zips.values():
            archive.close()


ZIP_CARDS: Final = (".charx", ".byaf", ".jpg", ".jpeg", ".png", ".webp")
"""Cards that are zips inside: one file, not an archive of many."""


def is_zip(name: str, place: Path) -> bool:
    """Whether a file is an archive to look into, and no card that happens to be one."""
    return not name.lower().endswith(ZIP_CARDS) and zipfile.is_zipfile(place)


def _rename(infos: Sequence[zipfile.ZipInfo]) -> None:
    """Give names their letters back: tools of Windows write the system's encoding and do not say which.

    Taken is the first of UNTOLD that all the names of the archive are written in; none fits: code page 437, as the
    format says.
    """
    untold = [info for info in infos if not info.flag_bits & UTF8_FLAG and not info.filename.isascii()]
    try:
        raw = [info.filename.encode("cp437") for info in untold]
    except UnicodeEncodeError:  # the archive named them in another place, which is believed
        return
    for encoding in UNTOLD:
        try:
            names = [name.decode(encoding) for name in raw]
        except UnicodeDecodeError:
            continue
        for info, name in zip(untold, names, strict=True):
            info.filename = name
        return


def _of_zip(info: zipfile.ZipInfo, path: str) -> Member:
    if path.startswith("/") or ".." in path.split("/") or (len(path) > 1 and path[1] == ":"):
        return Member(clean_text(path)[:PATH_CHARS_MAX], 0, "Its name leads out of the archive.")
    if stat.S_ISLNK(info.external_attr >> 16):
        return Member(clean_text(path), 0, "Links in archives are not followed.")
    if info.flag_bits & 1:
        return Member(clean_text(path), 0, "It is encrypted.")
    if info.file_size > RATIO_FROM_BYTES and info.file_size > RATIO_MAX * max(info.compress_size, 1):
        return Member(clean_text(path), 0, f"It would inflate to more than {RATIO_MAX} times its size.")
    return _checked(path, info.file_size)


def _checked(path: str, size: int) -> Member:
    if len(path) > PATH_CHARS_MAX or clean_text(path) != path:
        return Member(clean_text(path)[:PATH_CHARS_MAX], size, "Its name cannot be kept.")
    if size > MEMBER_BYTES_MAX:
        return Member(path, size, "It is larger than 2 GiB.")
    return Member(path, size)


def _check_bounds(count: int, total: int) -> None:
    if count > MEMBERS_MAX or total > TOTAL_BYTES_MAX:
        raise SourceTooLarge(members_max=MEMBERS_MAX, bytes_max=TOTAL_BYTES_MAX)


def _unlike(files: Sequence[tuple[str, Path]]) -> Iterator[tuple[str, Path]]:
    taken: set[str] = set()
    for name, place in files:
        plain = clean_text(name.replace("\\", "/").rpartition("/")[2])[:255] or "file"
        free, number = plain, 1
        while free in taken:
            number += 1
            head, dot, tail = plain.rpartition(".")
            free = f"{head} ({number}){dot}{tail}" if dot else f"{plain} ({number})"
        taken.add(free)
        yield free, place

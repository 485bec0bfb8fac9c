"""A stranger's zip archive, read with bounds: what it says of itself is a claim, what comes out of it is counted.

Only the list at the end is believed, and only up to MEMBERS_MAX lines of it. Members are inflated when somebody asks,
never further than the caller's limit, the archive's budget and the ratio allow. Names never become paths of ours:
absolute ones, such with `..`, and links are left out. What stands before the archive (a picture, a program) is skipped.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

MEMBERS_MAX = 2_000
INFLATED_BYTES_MAX = 512 * 1024 * 1024
RATIO_MAX = 200
RATIO_FREE_BYTES = 1024 * 1024
"""Below this size any ratio passes: small texts compress well."""

_END, _LISTED, _LOCAL = b"PK\x05\x06", b"PK\x01\x02", b"PK\x03\x04"
_END_BYTES, _LISTED_BYTES, _LOCAL_BYTES = 22, 46, 30
_COMMENT_BYTES_MAX = 65_535
_ENCRYPTED, _UTF8 = 0x1, 0x800
_LINK = 0o120000
_IN_EXTRA = 0xFFFFFFFF
_WIDE = 1


class ArchiveBroken(ValueError):
    """The archive, or a member of it, cannot be read."""


class MemberTooLarge(ValueError):
    """A member inflates to more than it may."""


class MemberEncrypted(ValueError):
    """A member is locked by a password."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive as the list tells it; `size` is a claim."""

    path: str
    size: int
    packed: int
    method: int
    flags: int
    offset: int

    @property
    def last(self) -> str:
        return self.path.rsplit("/", 1)[-1]


class Archive:
    """The members by path, with slashes, in the order of the list; the first of two alike."""

    def __init__(self, data: bytes) -> None:
        """Raises ArchiveBroken: there is no complete list of members."""
        self._data = memoryview(data)
        self._left = INFLATED_BYTES_MAX
        self.ignored = 0
        """members left out for their names, or because they are links"""
        self.is_capped = False
        self.members: dict[str, Member] = {}
        self.begins, end = self._list_bounds(data)
        for member in self._listed(end):
            self.members.setdefault(member.path, member)

    def _list_bounds(self, data: bytes) -> tuple[int, int]:
        """Where the archive begins in the file, and where its list does."""
        at = data.rfind(_END, max(0, len(data) - _END_BYTES - _COMMENT_BYTES_MAX))
        if at < 0 or at + _END_BYTES > len(data):
            raise ArchiveBroken("its list of members is missing")
        list_bytes, list_at = struct.unpack_from("<II", data, at + 12)
        begins = at - list_bytes - list_at
        if begins < 0:
            raise ArchiveBroken("its list of members is cut off")
        return begins, at - list_bytes

    def _listed(self, at: int) -> Iterator[Member]:
        for _ in range(MEMBERS_MAX):
            if bytes(self._data[at : at + 4]) != _LISTED or at + _LISTED_BYTES > len(self._data):
                return
            flags, method = struct.unpack_from("<HH", self._data, at + 8)
            packed, size, name_bytes, extra_bytes, comment_bytes = struct.unpack_from("<IIHHH", self._data, at + 20)
            mode, offset = struct.unpack_from("<II", self._data, at + 38)
            raw = bytes(self._data[at + _LISTED_BYTES : at + _LISTED_BYTES + name_bytes])
            path = _path(raw, is_utf8=bool(flags & _UTF8))
            extra_at = at + _LISTED_BYTES + name_bytes
            size, packed, offset = _large(self._data[extra_at : extra_at + extra_bytes], size, packed, offset)
            if path is None or (mode >> 16) & 0o170000 == _LINK:
                self.ignored += 1
            elif not path.endswith("/"):
                yield Member(path, size, packed, method, flags, self.begins + offset)
            at += _LISTED_BYTES + name_bytes + extra_bytes + comment_bytes
        self.is_capped = bytes(self._data[at : at + 4]) == _LISTED

    def read(self, member: Member, *, bytes_max: int) -> bytes:
        """The member's bytes. Raises ArchiveBroken, MemberEncrypted, MemberTooLarge."""
        packed = self._packed(member)
        limit = min(bytes_max, self._left, max(RATIO_FREE_BYTES, RATIO_MAX * len(packed)))
        data = _inflated(packed, member.method, limit)
        self._left -= len(data)
        return data

    def head(self, member: Member, *, count: int = 64) -> bytes:
        """Its first bytes, to tell what it is; fewer when it is short. Raises as `read` does."""
        packed = self._packed(member)
        if member.method == 0:
            return bytes(packed[:count])
        try:
            return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed[:65_536], count)
        except zlib.error as error:
            raise ArchiveBroken(str(error)) from None

    def _packed(self, member: Member) -> memoryview:
        if member.flags & _ENCRYPTED:
            raise MemberEncrypted
        at = member.offset
        if bytes(self._data[at : at + 4]) != _LOCAL or at + _LOCAL_BYTES > len(self._data):
            raise ArchiveBroken("a member is not where the list says")
        (flags,) = struct.unpack_from("<H", self._data, at + 6)
        if flags & _ENCRYPTED:
            raise MemberEncrypted
        name_bytes, extra_bytes = struct.unpack_from("<HH", self._data, at + 26)
        start = at + _LOCAL_BYTES + name_bytes + extra_bytes
        if start + member.packed > len(self._data):
            raise ArchiveBroken("a member is cut off")
        return self._data[start : start + member.packed]


def _large(extra: memoryview, *numbers: int) -> Iterator[int]:
    """The numbers; those too large for their four bytes, or written as if they were, stand in an extra field."""
    wide: Iterator[int] = iter(())
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        body = extra[at + 4 : at + 4 + length]
        if kind == _WIDE:
            wide = (told for (told,) in struct.iter_unpack("<Q", body[: len(body) // 8 * 8]))
        at += 4 + length
    return (next(wide, number) if number == _IN_EXTRA else number for number in numbers)


def _inflated(packed: memoryview, method: int, limit: int) -> bytes:
    if method == 0:
        if len(packed) > limit:
            raise MemberTooLarge
        return bytes(packed)
    if method != zlib.DEFLATED:
        raise ArchiveBroken("a member is compressed in an unknown way")
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        data = inflater.decompress(packed, limit + 1)
    except zlib.error as error:
        raise ArchiveBroken(str(error)) from None
    if len(data) > limit:
        raise MemberTooLarge
    if not inflater.eof:
        raise ArchiveBroken("a member is cut off")
    return data


def _path(raw: bytes, *, is_utf8: bool) -> str | None:
    """The name with slashes; None when it leaves the archive or cannot be a file's."""
    try:
        name = raw.decode("utf-8")
    except UnicodeDecodeError:
        name = raw.decode("utf-8", "replace") if is_utf8 else raw.decode("cp437")
    path = name.replace("\\", "/").removeprefix("./")
    if not path or "\0" in path or path.startswith("/") or path[1:2] == ":" or ".." in path.split("/"):
        return None
    return path

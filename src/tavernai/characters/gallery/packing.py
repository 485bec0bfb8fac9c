"""Many files as one zip, made while it is sent: one file at a time lies in memory."""

import io
import zipfile
from collections.abc import AsyncIterator

NAMES = {"png": zipfile.ZIP_STORED, "json": zipfile.ZIP_DEFLATED}
"""Pictures are compressed already."""


class _Sink(io.RawIOBase):
    """Takes what the archive writes until it is fetched. It cannot seek, so sizes stand behind each file."""

    def __init__(self) -> None:
        self._parts = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        taken = bytes(data)  # type: ignore[call-overload]
        self._parts += taken
        return len(taken)

    def fetch(self) -> bytes:
        taken, self._parts = bytes(self._parts), bytearray()
        return taken


async def zipped(files: AsyncIterator[tuple[str, bytes]], *, form: str) -> AsyncIterator[bytes]:
    """The archive's bytes; files of one name get a number."""
    sink, names = _Sink(), dict[str, int]()
    with zipfile.ZipFile(sink, "w", NAMES[form]) as archive:
        async for name, content in files:
            archive.writestr(_free(name, names), content)
            yield sink.fetch()
    yield sink.fetch()


def _free(name: str, names: dict[str, int]) -> str:
    key = name.casefold()
    names[key] = names.get(key, 0) + 1
    if names[key] == 1:
        return name
    stem, _, ending = name.rpartition(".")
    return _free(f"{stem} ({names[key]}).{ending}", names)

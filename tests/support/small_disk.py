"""A server whose data lies on a real, small disk: a tmpfs in a mount namespace of its own, which needs no rights."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.processes import Program, environment
from tests.support.servers import Server

FILLER = "filler"


class SmallDisk:
    """The server's disk as the test reaches it from outside."""

    def __init__(self, server: Server) -> None:
        self.server = server

    @property
    def folder(self) -> Path:
        return Path(f"/proc/{self.server.pid}/root{self.server.data}")

    def fill(self) -> None:
        """Leave no byte free."""
        with (self.folder / FILLER).open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                return

    def free(self) -> None:
        (self.folder / FILLER).unlink()


@contextmanager
def small_disk(template: Path, key: str, place: Path, *, megabytes: int, **env: str) -> Iterator[SmallDisk]:
    """A running server on a copy of the template that lies on a disk of this size."""
    place.mkdir()
    script = 'mount -t tmpfs -o size="$1" none "$2" && cp -a "$3/." "$2" && shift 3 && exec "$@"'
    serve = (sys.executable, "-m", "tavernai", "serve")
    words = ("unshare", "-Urm", "sh", "-c", script, "sh", f"{megabytes}m", place, template, *serve)
    settings = environment(TAVERNAI_DATA_DIR=str(place), **env)
    program = Program(*words, log=place.parent / "small.log", health="/health", env=settings)
    server = Server(program.start(), place, key)
    try:
        yield SmallDisk(server)
    finally:
        server.kill()

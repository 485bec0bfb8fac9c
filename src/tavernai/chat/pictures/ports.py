"""What the room needs of engines: somebody who fetches, and somewhere to keep what was fetched."""

from typing import Protocol


class PictureSource(Protocol):
    """Fetches bytes from addresses on the open internet, bounded in time, size and redirects."""

    async def fetch(self, url: str) -> bytes:
        """The body. Raises PictureAddressRefused, PictureFailed."""
        ...

    async def close(self) -> None: ...


class PictureShelf(Protocol):
    """Keeps pictures for a while, bounded; what is not there any more is fetched again. For threads."""

    def get(self, key: str) -> bytes | None: ...

    def put(self, key: str, data: bytes) -> None:
        """Keep it. A disk that will not take it is no error: nothing is lost."""
        ...

"""What the characters room needs of an engine."""

from typing import Protocol

from tavernai.characters.domain.pictures import Size


class Pictures(Protocol):
    """Decodes strangers' pictures, so that nobody else has to. Blocking: call it in a thread."""

    def resized(self, data: bytes, size: Size) -> bytes:
        """The picture as WebP in this size, without metadata, the first frame only.

        Raises:
            PictureRefused: no picture we take, larger than PIXELS_MAX, or damaged.
        """
        ...

    def backdrop(self, data: bytes) -> bytes:
        """The whole picture as WebP, at most BACKDROP_WIDTH_MAX wide, without metadata. Raises PictureRefused."""
        ...

    def as_png(self, data: bytes) -> bytes:
        """The picture as a PNG for an exported card: a PNG as it is, others converted. Raises PictureRefused."""
        ...

    def portrait_png(self, name: str) -> bytes:
        """A drawn portrait, 400 × 500, for a card without a picture."""
        ...

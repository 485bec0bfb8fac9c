"""Tiny pictures, made here."""

import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, body: bytes, *, crc: int | None = None, length: int | None = None) -> bytes:
    """One PNG chunk, wrong where told."""
    right = zlib.crc32(kind + body)
    return struct.pack(">I", len(body) if length is None else length) + kind + body + struct.pack(">I", crc or right)


def tiny_png(*extra: bytes, width: int = 4, height: int = 5, end: bool = True) -> bytes:
    """A picture of one colour with further chunks between its pixels and its end."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    row = b"\0" + b"\x30\x60\x90" * width
    pixels = chunk(b"IDAT", zlib.compress(row * height))
    return SIGNATURE + header + pixels + b"".join(extra) + (chunk(b"IEND", b"") if end else b"")

"""Ids that an import derives, so that what is written twice is written once."""

import hashlib


def derived_id(at: int, seed: str) -> str:
    """A UUIDv7 of this moment whose other bits come from the seed: the same again for the same again."""
    tail = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:10])
    value = (max(at, 0) & 0xFFFF_FFFF_FFFF) << 80 | 0x7 << 76 | (tail >> 62 & 0xFFF) << 64 | 0b10 << 62
    text = f"{value | tail & 0x3FFF_FFFF_FFFF_FFFF:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

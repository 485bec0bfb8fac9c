"""Random bytes fit for secrets, asked of the system in portions.

Each question to the system lets go of Python's lock, which a busy event loop gives back a millisecond later; a fact
needs two of them.
"""

import os
from collections import deque

PIECE_BYTES = 16
PORTION_BYTES = 4_096

_pieces: deque[bytes] = deque()
os.register_at_fork(after_in_child=_pieces.clear)


def random_piece() -> bytes:
    """16 bytes nobody has seen before."""
    try:
        return _pieces.pop()
    except IndexError:
        portion = os.urandom(PORTION_BYTES)
        _pieces.extend(portion[at : at + PIECE_BYTES] for at in range(PIECE_BYTES, PORTION_BYTES, PIECE_BYTES))
        return portion[:PIECE_BYTES]

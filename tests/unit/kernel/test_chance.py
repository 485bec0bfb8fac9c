"""Random pieces are whole, and none comes twice."""

from concurrent.futures import ThreadPoolExecutor

from tavernai.kernel.chance import PIECE_BYTES, random_piece


def test_no_piece_comes_twice_whoever_asks() -> None:
    with ThreadPoolExecutor(4) as threads:
        pieces = list(threads.map(lambda _: random_piece(), range(20_000)))
    assert {len(piece) for piece in pieces} == {PIECE_BYTES}
    assert len(set(pieces)) == len(pieces)

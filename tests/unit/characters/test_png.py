"""The chunk reader against strangers, and the order in which it looks for a card."""

import base64
import json
import struct
import tracemalloc
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tavernai.characters.domain import png
from tavernai.characters.domain.reading import read_file
from tavernai.characters.errors import CardEncrypted, CardMissing, CardRefused
from tavernai.kernel.errors import TavernError
from tests.data.pictures import SIGNATURE, chunk, tiny_png
from tests.support.cards import outcome


def card(name: str, description: str = "d") -> bytes:
    return json.dumps({"name": name, "description": description}).encode()


def text(keyword: bytes, body: bytes) -> bytes:
    return chunk(b"tEXt", keyword + b"\0" + body)


def ztxt(keyword: bytes, body: bytes) -> bytes:
    return chunk(b"zTXt", keyword + b"\0\0" + zlib.compress(body))


def itxt(keyword: bytes, body: bytes, *, compressed: bool = False) -> bytes:
    inside = zlib.compress(body) if compressed else body
    return chunk(b"iTXt", keyword + b"\0" + bytes([compressed, 0]) + b"en\0Karte\0" + inside)


def b64(name: str) -> bytes:
    return base64.b64encode(card(name))


ORDER = [
    ([text(b"chara", b64("A")), text(b"ccv3", b64("B"))], "B", {"cards_differ"}),
    ([text(b"chara", b64("A")), text(b"chara", b64("B"))], "A", set()),
    ([text(b"ccv3", b"AAAA"), text(b"ccv3", b64("B"))], "B", {"ccv3_unreadable"}),
    ([text(b"ccv3", b"AAAA"), text(b"chara", b64("B"))], "B", {"ccv3_unreadable"}),
    ([ztxt(b"ccv3", b64("A")), text(b"chara", b64("B"))], "B", set()),
    ([ztxt(b"chara", b64("A"))], "A", {"compressed_chunk"}),
    ([itxt(b"chara", b64("A"))], "A", {"compressed_chunk"}),
    ([itxt(b"ccv3", b64("A"), compressed=True)], "A", {"compressed_chunk"}),
    ([text(b"chara", card("A"))], "A", set()),
    ([text(b"Title", b"x"), text(b"CHARA", b64("A"))], "A", set()),
    ([text(b"chara", b"\n".join([b64("A")[:20], b64("A")[20:].rstrip(b"=")]))], "A", set()),
    ([text(b"chara", base64.urlsafe_b64encode(card("Zo\xeb?>")))], "Zo\xeb", {"name_cleaned"}),
]


@pytest.mark.parametrize(("extra", "name", "codes"), ORDER)
def test_the_right_card_is_chosen_and_told_how(extra: list[bytes], name: str, codes: set[str]) -> None:
    found = read_file(tiny_png(*extra))
    assert found.card.name == name
    assert {repair.code for repair in found.repairs} == codes


def test_an_encrypted_card_says_where_it_can_be_opened() -> None:
    with pytest.raises(CardEncrypted, match="RisuAI"):
        read_file(tiny_png(text(b"chara", b"rcc||abc")))


def test_a_picture_without_a_card_says_that_the_original_is_needed() -> None:
    with pytest.raises(CardMissing, match="original"):
        read_file(tiny_png(text(b"parameters", b"a prompt")))


def test_writing_keeps_other_chunks_replaces_cards_and_repairs_the_end() -> None:
    picture = tiny_png(text(b"Software", b"x"), ztxt(b"chara", b64("Old")), end=False)
    made = png.with_cards(picture, {"chara": card("New")})
    kinds = [one.type for one in png.chunks(made, png.Scan())]
    assert kinds == [b"IHDR", b"IDAT", b"tEXt", b"tEXt", b"IEND"]
    assert all(one.crc_right for one in png.chunks(made, png.Scan()))
    assert b"Software" in made
    assert b"Software" not in png.picture_only(made)


def test_a_lying_length_costs_no_memory() -> None:
    liar = SIGNATURE + chunk(b"IHDR", b"\0" * 13) + struct.pack(">I4s", 2**31 - 1, b"tEXt") + b"chara\0AAAA"
    tracemalloc.start()
    with pytest.raises(CardRefused):
        read_file(liar)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 200_000


def test_many_bombs_in_one_file_stay_within_memory() -> None:
    bomb = ztxt(b"ccv3", b"A" * (png.TEXT_BYTES_MAX + 5))
    tracemalloc.start()
    with pytest.raises(CardRefused):
        read_file(tiny_png(*[bomb] * 40))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 6 * png.TEXT_BYTES_MAX


kinds = st.sampled_from([b"tEXt", b"zTXt", b"iTXt", b"IDAT", b"IHDR", b"IEND", b"\x00\xff!!"])
bodies = st.binary(max_size=40) | st.binary(max_size=20).map(lambda tail: b"chara\0" + tail)
lengths = st.none() | st.integers(0, 2**32 - 1)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(kinds, bodies, lengths), max_size=6), st.integers(0, 400))
def test_any_bytes_after_the_signature_are_read_or_refused_in_our_words(
    parts: list[tuple[bytes, bytes, int | None]], cut: int
) -> None:
    data = SIGNATURE + b"".join(chunk(kind, body, length=length) for kind, body, length in parts)
    assert outcome(data[: len(SIGNATURE) + cut])
    png.picture_only(data)
    png.with_cards(data, {"chara": b"{}"})


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_at_all_are_read_or_refused_in_our_words(data: bytes) -> None:
    with pytest.raises(TavernError):
        read_file(data)
    with pytest.raises(TavernError):
        read_file(SIGNATURE + data)

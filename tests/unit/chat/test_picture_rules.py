"""Which addresses are asked for a picture, and which bytes are one."""

from io import BytesIO

import pytest
from PIL import Image

from tavernai.chat.pictures.domain.asking import PUBLIC, Rule, checked_url
from tavernai.chat.pictures.domain.looking import PIXELS_MAX, seen
from tavernai.chat.pictures.errors import NotAPicture, PictureAddressRefused, PictureTooLarge
from tavernai.gateway.addresses import is_public_address
from tests.data.pictures import tiny_png

ASKED = {
    "https://example.org/a.png": "https://example.org/a.png",
    "https://example.org:443/a?b=c#d": "https://example.org:443/a?b=c",
    "http://example.org/a.png": "https://example.org/a.png",
    "http://example.org:80/a.png": "https://example.org/a.png",
    "https://93.184.216.34/a.png": "https://93.184.216.34/a.png",
}
REFUSED = {
    "file:///etc/passwd": "scheme",
    "data:image/png;base64,AAAA": "scheme",
    "ftp://example.org/a.png": "scheme",
    "javascript:alert(1)": "scheme",
    "//example.org/a.png": "scheme",
    "a.png": "scheme",
    "https://": "no_host",
    "https://name:word@example.org/a.png": "credentials",
    "https://example.org:8443/a.png": "port",
    "http://example.org:8080/a.png": "scheme",
    "https://example.org:99999/": "unreadable",
    "https://exa mple.org/": "unreadable",
    "https://example.org\\@127.0.0.1/": "unreadable",
    "https://example.org/" + "a" * 2_000: "unreadable",
    "https://127.0.0.1/a.png": "private",
    "https://１２７。0。0。1/a.png": "private",
    "https://10.0.0.5/a.png": "private",
    "https://192.168.1.1/": "private",
    "https://100.64.0.1/": "private",
    "https://169.254.169.254/latest": "private",
    "https://0.0.0.0/": "private",
    "https://224.0.0.1/": "private",
    "https://[::1]/": "private",
    "https://[::ffff:127.0.0.1]/": "private",
    "https://[64:ff9b::7f00:1]/": "private",
    "https://[2002:7f00:1::]/": "private",
    "https://[fd00::1]/": "private",
    "https://localhost/": "private",
    "https://a.localhost./": "private",
    "https://printer.local/": "private",
    "https://metadata.google.internal/": "private",
}
KINDS = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp", "GIF": "image/gif", "AVIF": "image/avif"}


def drawn(kind: str, **how: object) -> bytes:
    out = BytesIO()
    Image.new("RGB", (37, 21), "teal").save(out, kind, **how)
    return out.getvalue()


@pytest.mark.parametrize(("url", "asked"), ASKED.items())
def test_addresses_on_the_open_internet_are_asked_by_https(url: str, asked: str) -> None:
    assert checked_url(url) == asked


@pytest.mark.parametrize(("url", "reason"), REFUSED.items())
def test_everything_else_is_refused_with_its_reason(url: str, reason: str) -> None:
    with pytest.raises(PictureAddressRefused) as caught:
        checked_url(url)
    assert caught.value.facts["reason"] == reason


@pytest.mark.parametrize("onward", ["http://127.0.0.1/", "//10.0.0.1/x", "file:///etc/passwd", "https://[::1]/"])
def test_a_redirect_is_checked_as_the_first_address_was(onward: str) -> None:
    base = "https://example.org/a/b.png"
    assert checked_url("../c.png", base=base) == "https://example.org/c.png"
    with pytest.raises(PictureAddressRefused):
        checked_url(onward, base=base)


def test_no_rule_but_a_tests_own_leads_anywhere_else() -> None:
    assert Rule() == PUBLIC
    assert PUBLIC.allows is is_public_address
    assert is_public_address("64:ff9b::808:808"), "how a network without IPv4 writes 8.8.8.8"
    assert not is_public_address("fe80::1%eth0")


@pytest.mark.parametrize(("kind", "media_type"), KINDS.items())
def test_a_picture_is_told_by_its_bytes_with_the_size_it_claims(kind: str, media_type: str) -> None:
    found = seen(drawn(kind))
    assert (found.media_type, found.width, found.height) == (media_type, 37, 21)


@pytest.mark.parametrize("how", [{"lossless": True}, {"exif": b"Exif\0\0x", "quality": 50}])
def test_each_form_of_webp_tells_its_size(how: dict[str, object]) -> None:
    found = seen(drawn("WEBP", **how))
    assert (found.width, found.height) == (37, 21)


@pytest.mark.parametrize(
    "data",
    [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<!doctype html><script>", b"BM" + bytes(64), b"%PDF-1.7",
     b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xda\0\0", b"GIF89a", b"RIFF\0\0\0\0WEBPVP8?" + bytes(20),
     b"\0\0\0\x20ftypavif", tiny_png(width=0)],
)  # fmt: skip
def test_what_is_no_picture_or_ends_before_its_size_is_refused(data: bytes) -> None:
    with pytest.raises(NotAPicture):
        seen(data)


def test_a_picture_that_claims_too_many_pixels_is_refused_unseen() -> None:
    small = tiny_png()
    bomb = small[:16] + (50_000).to_bytes(4, "big") * 2 + small[24:]
    with pytest.raises(PictureTooLarge) as caught:
        seen(bomb)
    assert caught.value.facts["pixels_max"] == PIXELS_MAX

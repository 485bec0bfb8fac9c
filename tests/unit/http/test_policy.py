"""The page's Content-Security-Policy, and which form of a file is sent."""

import base64
import hashlib

import pytest

from tavernai.http.headers import inline_blocks, page_policy
from tavernai.http.static import chosen

PAGE = (
    "<!doctype html><style>b{color:red}</style><script>go('</div>' && 1 < 2)</script>"
    '<script type="module" src="/assets/x.js"></script><p>&amp;'
)


def test_inline_blocks_are_found_byte_for_byte() -> None:
    assert inline_blocks(PAGE) == (["go('</div>' && 1 < 2)"], ["b{color:red}"])


def test_the_policy_allows_those_blocks_by_hash_and_nothing_else_inline() -> None:
    policy = page_policy(PAGE)
    script = base64.b64encode(hashlib.sha256(b"go('</div>' && 1 < 2)").digest()).decode()
    assert f"script-src 'self' 'sha256-{script}';" in policy
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'; ")
    assert policy.endswith("frame-ancestors 'none'")


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br", "br"),
        ("gzip, deflate", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("*", "br"),
        ("*;q=0", ""),
        ("identity", ""),
        ("", ""),
        ("br;q=x", ""),
    ],
)
def test_the_smallest_form_the_client_takes_is_sent(accepted: str, encoding: str) -> None:
    assert chosen(accepted, ("br", "gzip")) == encoding


def test_a_form_that_was_not_built_is_not_offered() -> None:
    assert chosen("br, gzip", ()) == ""

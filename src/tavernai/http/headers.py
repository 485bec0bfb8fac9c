"""Headers that every answer carries, and the policy the page runs under."""

import base64
import hashlib
from html.parser import HTMLParser

# Set unless the answer has its own.
SECURITY: tuple[tuple[bytes, bytes], ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (
        b"permissions-policy",
        b"camera=(), display-capture=(), geolocation=(), hid=(), microphone=(self), payment=(), serial=(), usb=()",
    ),
    (b"content-security-policy", b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
)
PRIVATE = (b"cache-control", b"no-store")
WORKER_POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'"
"""A service worker runs under the policy of its own answer: it may fetch what is ours, and nothing else."""


def page_policy(html: str) -> str:
    """The policy for the built page: nothing inline but the boot script and style it came with, by their hashes."""
    scripts, styles = inline_blocks(html)
    return "; ".join(
        (
            "default-src 'none'",
            "script-src " + " ".join(["'self'", *map(_hash, scripts)]),
            "style-src " + " ".join(["'self'", *map(_hash, styles)]),
            "img-src 'self' data: blob:",
            "media-src 'self' blob:",
            "font-src 'self'",
            "connect-src 'self'",
            "frame-src 'self'",
            "worker-src 'self'",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def plain_policy() -> str:
    """The policy of our small pages that have files of their own and nothing inline."""
    return page_policy("")


def inline_blocks(html: str) -> tuple[list[str], list[str]]:
    """The texts of inline scripts and of inline styles."""
    found = _Inline()
    found.feed(html)
    return found.scripts, found.styles


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


class _Inline(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self._into: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "style" or (tag == "script" and "src" not in dict(attrs)):
            self._into = self.styles if tag == "style" else self.scripts
            self._into.append("")

    def handle_data(self, data: str) -> None:
        if self._into is not None:
            self._into[-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._into = None
